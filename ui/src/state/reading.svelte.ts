/** What the filter says: where it is wrong while it is, and what it marks in what was found. */
import type { FilterMark } from '../bindings/FilterMark';
import type { FilterProblem } from '../bindings/FilterProblem';
import type { Host } from '../host';

export class FilterReading {
  /** What the filter that the list answers to marks. */
  marks = $state.raw<readonly FilterMark[]>([]);
  /** Where the filter that is written is wrong. */
  problem = $state.raw<FilterProblem | null>(null);
  readonly #host: Host;
  #question = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Reads the filter of the list, and the written one where that is wrong. */
  async read(filter: string, wrong: string | null): Promise<void> {
    const question = ++this.#question;
    const current = (): boolean => question === this.#question;
    if (wrong === null) this.problem = null;
    if (filter === '') this.marks = [];
    try {
      if (filter !== '') {
        const { marks } = await this.#host.call('read_filter', { text: filter });
        if (current()) this.marks = marks;
      }
      if (wrong !== null) {
        const { problem } = await this.#host.call('read_filter', { text: wrong });
        if (current()) this.problem = problem;
      }
    } catch {
      // The list says what is wrong; only the marks are missing.
      if (current()) this.marks = [];
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
