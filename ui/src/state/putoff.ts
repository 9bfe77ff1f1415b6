/**
 * What is put off while the list cannot look at it. A list is occupied while it is being read from its top, and while its
 * search is stopped; looking then would begin anew a search that takes long.
 *
 * - What arrives or changes while it is occupied is put off, never forgotten.
 * - A reading from the top takes in all that happened before it was asked for: with it, nothing is put off any more.
 * - What was put off is made up for once the list is free: when the reading is over or given up, and when a search that
 *   was stopped is gone on with.
 */
export type Happening = 'arrivals' | 'changes';

export class PutOff {
  readonly #waiting = new Set<Happening>();

  add(what: Happening): void {
    this.#waiting.add(what);
  }

  /** Whether there is something of this to make up for, which is done with that. */
  take(what: Happening): boolean {
    return this.#waiting.delete(what);
  }

  /** The list is read from its top: everything until now will be in it. */
  clear(): void {
    this.#waiting.clear();
  }
}
