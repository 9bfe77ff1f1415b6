/** What may be typed next in the filter box. Positions cross the boundary in characters, in the page they are UTF-16. */
import type { FilterSuggestion } from '../bindings/FilterSuggestion';
import type { Host } from '../host';

const SHOWN = 12;

const recent = (text: string): FilterSuggestion => ({ start: 0, end: 0, text, meaning: 'used before' });

export class Suggestions {
  list = $state.raw<readonly FilterSuggestion[]>([]);
  /** The one that Enter takes; -1 while none is chosen. */
  chosen = $state(-1);
  readonly #host: Host;
  #question = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  get open(): boolean {
    return this.list.length > 0;
  }

  /** Asks what may come next; into an empty box come the filters that were used last. */
  async ask(text: string, caret: number, used: readonly string[] = []): Promise<void> {
    const question = ++this.#question;
    try {
      const cursor = [...text.slice(0, caret)].length;
      const found = await this.#host.call('suggest_filter', { text, cursor });
      if (question !== this.#question) return;
      const before = text === '' ? used.map(recent) : [];
      this.list = [...before, ...found.slice(0, SHOWN)];
    } catch {
      if (question === this.#question) this.list = [];
    }
    this.chosen = -1;
  }

  close(): void {
    this.#question += 1;
    this.list = [];
    this.chosen = -1;
  }

  move(by: number): void {
    const places = this.list.length + 1;
    this.chosen = ((this.chosen + 1 + by + places) % places) - 1;
  }

  /** The text with a suggestion put in, and where the caret stands then. */
  taken(text: string, suggestion: FilterSuggestion): { text: string; caret: number } {
    const letters = [...text];
    const before = letters.slice(0, suggestion.start).join('') + suggestion.text;
    return { text: before + letters.slice(suggestion.end).join(''), caret: before.length };
  }
}
