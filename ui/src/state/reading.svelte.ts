/** Where the filter that is written is wrong, while it is. */
import type { FilterProblem } from '../bindings/FilterProblem';
import type { Host } from '../host';

export class FilterReading {
  problem = $state.raw<FilterProblem | null>(null);
  readonly #host: Host;
  #question = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Reads the written filter where it is wrong. */
  async read(wrong: string | null): Promise<void> {
    const question = ++this.#question;
    if (wrong === null) this.problem = null;
    else {
      try {
        const { problem } = await this.#host.call('read_filter', { text: wrong });
        if (question === this.#question) this.problem = problem;
      } catch {
        // The list says what is wrong; only the place is missing.
      }
    }
  }

  /** The written filter, cut where it is wrong. */
  parts(text: string): [before: string, wrong: string, after: string] {
    const letters = [...text];
    const { start = 0, end = 0 } = this.problem ?? {};
    const last = Math.max(end, start + 1);
    return [
      letters.slice(0, start).join(''),
      letters.slice(start, last).join(''),
      letters.slice(last).join(''),
    ];
  }
}
