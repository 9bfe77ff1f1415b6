/** Stars, notes and tags: what one adds to the request that is looked at. */
import type { Annotate } from '../bindings/Annotate';
import type { TagView } from '../bindings/TagView';
import type { Workbench } from './workbench.svelte';

type Change = Partial<Omit<Annotate, 'ids'>>;

export class Annotating {
  /** What is being written, if anything is. */
  editing = $state<'note' | 'tags' | null>(null);
  /** Every tag there is, to choose from. */
  tags = $state.raw<readonly TagView[]>([]);
  readonly #bench: Workbench;
  #id: string | null = null;
  /** Notes that are not kept yet, by request. */
  readonly #unkept = new Map<string, string>();

  constructor(bench: Workbench) {
    this.#bench = bench;
  }

  /** Begins to write, on the open request or on the row the keyboard stands on. */
  edit(what: 'note' | 'tags'): void {
    const { list, opened } = this.#bench;
    if (opened === null) this.#bench.select(list.activeId);
    this.#id = this.#bench.opened?.id ?? null;
    this.editing = what;
  }

  /** Leaves what is being written, and gives the keyboard back to the list. */
  leave(): void {
    if (this.editing === null) return;
    this.editing = null;
    this.#bench.view.rowWanted += 1;
  }

  /** Another request is shown: what was being written is left. */
  turnTo(id: string): void {
    if (this.#id !== null && this.#id !== id) this.editing = null;
    this.#id = id;
  }

  /** What the writing of a note begins with. */
  begun(id: string, note: string): string {
    return this.#unkept.get(id) ?? note;
  }

  async loadTags(): Promise<void> {
    this.tags = await this.#bench.host.call('tags', {}).catch(() => this.tags);
  }

  /** Keeps a note; the keyboard is free at once. Where it cannot be kept, what was written is there again. */
  async keepNote(id: string, note: string): Promise<void> {
    this.#unkept.set(id, note);
    this.leave();
    if (await this.change(id, { note })) {
      if (this.#unkept.get(id) === note) this.#unkept.delete(id);
    } else if (this.editing === null && this.#bench.opened?.id === id) this.edit('note');
  }

  /** Changes what is added to a request; says whether that was kept. */
  async change(id: string, change: Change): Promise<boolean> {
    const { host, notes, opened } = this.#bench;
    try {
      await host.call('annotate', {
        ids: [id],
        starred: null,
        note: null,
        addTags: [],
        removeTags: [],
        ...change,
      });
      if (opened?.id === id) {
        await opened.loadDetail();
        if (opened.row !== null) this.#bench.list.update([opened.row]);
      }
      return true;
    } catch (thrown) {
      notes.failed('That could not be kept', thrown);
      return false;
    }
  }

  filterOf(tag: string): string {
    return /^[\p{L}\p{N}/._-]+$/u.test(tag) ? `tag:${tag}` : `tag:"${tag}"`;
  }
}
