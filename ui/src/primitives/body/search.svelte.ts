/** A search inside one body: what is looked for, what was found so far, and where one stands in it. */
import type { ByteReader } from '../../lib/bytes';
import { findIn, type Found, type Match } from '../../lib/find';
import { plainExpression } from '../../lib/marks';

const NOTHING: Found = { matches: [], looked: 0, done: true };

export class Search {
  open = $state(false);
  text = $state('');
  found = $state.raw<Found>(NOTHING);
  problem = $state<string | null>(null);
  /** The place among the matches. */
  place = $state(-1);
  /** Rises whenever one goes to a match, even to the same again. */
  round = $state(0);
  /** Marks what is looked for wherever text is shown. */
  readonly expression = $derived(this.open ? plainExpression(this.text) : null);
  readonly current: Match | null = $derived(this.open ? (this.found.matches[this.place] ?? null) : null);
  #question = 0;

  /** Begins to look; the first match is gone to as soon as it is found. */
  async look(reader: ByteReader, text: string): Promise<void> {
    const question = ++this.#question;
    this.text = text;
    this.place = -1;
    this.problem = null;
    this.found = { matches: [], looked: 0, done: text === '' };
    if (text === '') return;
    try {
      await findIn(reader, text, (found) => {
        if (question !== this.#question) return false;
        this.found = found;
        if (this.place < 0 && found.matches.length > 0) this.go(1);
        return true;
      });
    } catch (thrown) {
      if (question !== this.#question) return;
      this.problem = thrown instanceof Error ? thrown.message : 'the bytes could not be read';
      this.found = { ...this.found, done: true };
    }
  }

  go(by: number): void {
    const { length } = this.found.matches;
    if (length === 0) return;
    this.place = this.place < 0 && by < 0 ? length - 1 : (this.place + by + length) % length;
    this.round += 1;
  }

  close(): void {
    this.#question += 1;
    this.open = false;
    this.found = NOTHING;
    this.place = -1;
    this.text = '';
  }
}

interface Finding {
  find: () => void;
  within: HTMLElement | undefined;
}

/** Ends it; the keyboard is on the bytes again. */
export function leaveSearch(search: Search, within: HTMLElement | undefined): void {
  search.close();
  within?.querySelector<HTMLElement>('[role=tabpanel] [tabindex="0"]')?.focus();
}

/** The keys by which one finds in what has the keyboard: Ctrl F, F3 and Escape. What it takes goes no further. */
export function findingKey(event: KeyboardEvent, search: Search, { find, within }: Finding): void {
  const mod = event.ctrlKey || event.metaKey;
  if (mod && event.key.toLowerCase() === 'f' && !event.altKey) {
    find();
    within?.querySelector<HTMLInputElement>('.find input')?.select();
  } else if (search.open && event.key === 'Escape') leaveSearch(search, within);
  else if (search.open && event.key === 'F3') search.go(event.shiftKey ? -1 : 1);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
