/** Short notes of what was done or went wrong, and what a screen reader is told about arrivals. */
import type { ApiError } from '../bindings/ApiError';
import { asApiError } from '../host';

export interface Note {
  key: number;
  tone: 'ok' | 'bad';
  message: string;
  hint: string | null;
}

const SHOWN_FOR = { ok: 3500, bad: 12_000 };

export class Notes {
  list = $state.raw<readonly Note[]>([]);
  /** What the live region says. */
  spoken = $state('');
  #key = 0;
  #spokenAt = 0;
  #waiting: string | null = null;

  done(message: string): void {
    this.#add('ok', message, null);
  }

  failed(what: string, thrown: unknown): void {
    const error: ApiError = asApiError(thrown);
    this.#add('bad', `${what}: ${error.message}`, error.hint);
  }

  dismiss(key: number): void {
    this.list = this.list.filter((note) => note.key !== key);
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

  #add(tone: Note['tone'], message: string, hint: string | null): void {
    const key = ++this.#key;
    this.list = [...this.list.slice(-3), { key, tone, message, hint }];
    setTimeout(() => {
      this.dismiss(key);
    }, SHOWN_FOR[tone]);
  }
}
