/** Work that is wished for again and again: one at a time, with a pause in between, however often it is wished for. */
export class Paced {
  readonly #pause: number;
  readonly #work: () => Promise<void>;
  #wished = false;
  #working = false;

  /** `pause` in milliseconds. The work must not fail. */
  constructor(pause: number, work: () => Promise<void>) {
    this.#pause = pause;
    this.#work = work;
  }

  /** Begins at once where nothing is under way, else once that is over and the pause after it. */
  wish(): void {
    this.#wished = true;
    if (!this.#working) void this.#workOn();
  }

  async #workOn(): Promise<void> {
    this.#working = true;
    while (this.#wished) {
      this.#wished = false;
      await this.#work();
      if (this.#pause > 0) await new Promise((resolve) => setTimeout(resolve, this.#pause));
    }
    this.#working = false;
  }
}
