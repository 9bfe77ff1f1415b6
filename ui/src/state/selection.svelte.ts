/**
 * Which rows were picked out, apart from the one the keyboard stands on and the one that is open. Either some rows by
 * name, or the notion of all that match: a million names are never held.
 */
export class Selection {
  ids = $state.raw<ReadonlySet<string>>(new Set());
  /** All that the filter lets through, whether they are held or not. */
  everything = $state(false);
  /** Where a stretch begins that Shift extends. */
  #anchor: string | null = null;

  get size(): number {
    return this.ids.size;
  }

  /** Whether more than what is open is meant. */
  get several(): boolean {
    return this.everything || this.ids.size > 1;
  }

  get anchor(): string | null {
    return this.#anchor;
  }

  has(id: string): boolean {
    return this.everything || this.ids.has(id);
  }

  only(id: string | null): void {
    this.everything = false;
    this.#anchor = id;
    if (id === null && this.ids.size === 0) return;
    this.ids = new Set(id === null ? [] : [id]);
  }

  toggle(id: string): void {
    const ids = new Set(this.ids);
    if (!ids.delete(id)) ids.add(id);
    this.everything = false;
    this.#anchor = id;
    this.ids = ids;
  }

  /** Picks a stretch; the anchor stays where it was. */
  stretch(ids: readonly string[]): void {
    this.everything = false;
    this.ids = new Set(ids);
  }

  all(ids: readonly string[], everything: boolean): void {
    this.everything = everything;
    this.ids = new Set(ids);
  }

  /** Forgets rows that are gone. */
  drop(ids: readonly string[]): void {
    if (!ids.some((id) => this.ids.has(id))) return;
    const left = new Set(this.ids);
    for (const id of ids) left.delete(id);
    this.ids = left;
  }

  anchorAt(id: string): void {
    this.#anchor ??= id;
  }
}
