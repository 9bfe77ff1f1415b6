/** Short notes of what was done or went wrong, and what a screen reader is told about arrivals. */
import type { ApiError } from '../bindings/ApiError';
import { asApiError } from '../host';

/** What a note offers to do. */
export interface Offer {
  title: string;
  run: () => void;
}

export interface Note {
  key: number;
  tone: 'ok' | 'bad';
  message: string;
  hint: string | null;
  offer: Offer | null;
  /** Called once when it is gone, in whatever way. */
  gone: (() => void) | null;
}

const SHOWN_FOR = { ok: 3500, bad: 12_000, offer: 15_000 };
/** A note that is pointed at or holds the keyboard is asked again after so long. */
const HELD_FOR = 2000;

export class Notes {
  list = $state.raw<readonly Note[]>([]);
  /** What the live region says. */
  spoken = $state('');
  readonly #held = new Set<number>();
  #key = 0;
  #spokenAt = 0;
  #waiting: string | null = null;

  /** Says what was done; names the note. */
  done(message: string): number {
    return this.#add({ tone: 'ok', message, hint: null, offer: null, gone: null });
  }

  /** Says what was done and offers to do something about it, for as long as the note is there; names the note. */
  offered(message: string, offer: Offer, gone: (() => void) | null = null): number {
    return this.#add({ tone: 'ok', message, hint: null, offer, gone });
  }

  /** Says what went wrong and why, and what can be done about it where there is something; names the note. */
  failed(what: string, thrown: unknown, offer: Offer | null = null): number {
    const error: ApiError = asApiError(thrown);
    return this.#add({
      tone: 'bad',
      message: `${what}: ${error.message}`,
      hint: error.hint,
      offer,
      gone: null,
    });
  }

  /** Keeps a note for as long as it is held. */
  hold(key: number, held: boolean): void {
    if (held) this.#held.add(key);
    else this.#held.delete(key);
  }

  dismiss(key: number): void {
    this.#held.delete(key);
    const note = this.list.find((one) => one.key === key);
    if (note === undefined) return;
    this.list = this.list.filter((one) => one !== note);
    note.gone?.();
  }

  /** Says something politely; no more often than every four seconds, and then only the last. */
  speak(text: string, now: number = Date.now()): void {
    const wait = this.#spokenAt + 4000 - now;
    if (wait <= 0) {
      this.#spokenAt = now;
      this.spoken = text;
    } else {
      if (this.#waiting === null) {
        setTimeout(() => {
          const last = this.#waiting;
          this.#waiting = null;
          if (last !== null) this.speak(last);
        }, wait);
      }
      this.#waiting = text;
    }
  }

  #add(note: Omit<Note, 'key'>): number {
    const key = ++this.#key;
    const tooMany = this.list.slice(0, -3);
    this.list = [...this.list.slice(-3), { key, ...note }];
    for (const one of tooMany) one.gone?.();
    this.#dismissAfter(key, SHOWN_FOR[note.offer === null ? note.tone : 'offer']);
    return key;
  }

  #dismissAfter(key: number, wait: number): void {
    setTimeout(() => {
      if (this.#held.has(key)) this.#dismissAfter(key, HELD_FOR);
      else this.dismiss(key);
    }, wait);
  }
}
