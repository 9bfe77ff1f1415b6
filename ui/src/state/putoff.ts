/**
 * What is put off while the list cannot look at it. A list is occupied while it is being read from its top, and while its
 * search is stopped; looking then would begin anew a search that takes long.
 *
 * - What arrives or changes while it is occupied is put off, never forgotten.
 * - A reading from the top takes in all that happened before it was asked for: once it is shown, none of that is put off
 *   any more.
 * - What was put off is made up for once the list is free: when the reading is over or given up, and when a search that
 *   was stopped is gone on with.
 */
export type Happening = 'arrivals' | 'changes';

export class PutOff {
  /** What waits, with the number of the last time it was put off. */
  readonly #waiting = new Map<Happening, number>();
  #times = 0;

  add(what: Happening): void {
    this.#times += 1;
    this.#waiting.set(what, this.#times);
  }

  /** Whether there is something of this to make up for, which is done with that. */
  take(what: Happening): boolean {
    return this.#waiting.delete(what);
  }

  /**
   * The list begins to be read from its top. What is given back is called once that is shown: all that was put off until
   * now is in it. A reading that is given up takes in nothing.
   */
  reading(): () => void {
    const until = this.#times;
    return () => {
      for (const [what, time] of this.#waiting) if (time <= until) this.#waiting.delete(what);
    };
  }
}
