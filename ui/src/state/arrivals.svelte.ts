/**
 * What arrives: put into the list where it follows, counted where somebody looks at it, and put off where it cannot be
 * looked for now. One look at a time, with a pause in between, however fast it comes.
 */
import type { PutOff } from './putoff';
import { PAGE, type Searching } from './searching.svelte';
import { MANY, type Stretch } from './stretch.svelte';

/** The list that what comes belongs to. */
interface Whole {
  readonly filter: string;
  readonly loaded: boolean;
  /** Whether nothing may be looked for now. */
  readonly occupied: boolean;
  /** Whether what comes is put in at once. */
  readonly following: boolean;
  current: () => () => boolean;
  /** Reads it anew from its top, as long as it follows. */
  renew: () => Promise<void>;
}

export class Arrivals {
  /** How many came that are not in the list yet. */
  pending = $state(0);
  readonly #whole: Whole;
  readonly #searching: Searching;
  readonly #stretch: Stretch;
  readonly #putOff: PutOff;
  readonly #pause: number;
  /** Everything up to here was looked at for what is new. */
  #cursor = 0;
  /** What is counted is not right any more and is counted again. */
  #recount = false;
  #looking = false;
  #again = false;

  constructor(whole: Whole, searching: Searching, stretch: Stretch, putOff: PutOff, pause: number) {
    this.#whole = whole;
    this.#searching = searching;
    this.#stretch = stretch;
    this.#putOff = putOff;
    this.#pause = pause;
  }

  /** Everything up to here is in the list. */
  shownTo(sequence: number): void {
    this.#cursor = sequence;
    this.#stretch.shownTo = sequence;
    this.#recount = false;
    this.pending = 0;
  }

  /** The next look counts all anew that is not in the list. */
  recount(): void {
    this.#cursor = this.#stretch.shownTo;
    this.#recount = true;
  }

  /** Something came. */
  look(): void {
    this.#again = true;
    if (!this.#looking) void this.#lookOn();
  }

  async #lookOn(): Promise<void> {
    this.#looking = true;
    while (this.#again) {
      this.#again = false;
      try {
        await this.#lookOnce();
      } catch {
        // The feed will tell again, or the connection is lost and everything is asked for once it is back.
      }
      if (this.#pause > 0) await new Promise((resolve) => setTimeout(resolve, this.#pause));
    }
    this.#looking = false;
  }

  async #lookOnce(): Promise<void> {
    const whole = this.#whole;
    // The page that is being read may have been asked for before it came, the first one too.
    if (whole.occupied) {
      this.#putOff.add('arrivals');
      return;
    }
    if (!whole.loaded) return;
    if (whole.following && this.pending > 0) return whole.renew();
    const current = whole.current();
    const { filter } = whole;
    const newest = await this.#searching.newest(filter);
    const limit = whole.following ? PAGE : MANY;
    const page = await this.#searching.page({ filter, after: this.#cursor, limit });
    if (!current()) return;
    if (whole.following && page.more && page.rows.length >= PAGE) return whole.renew();
    this.#cursor = Math.max(this.#cursor, page.next ?? 0, page.more ? 0 : newest);
    this.#again ||= page.more && page.next !== null;
    const fresh = page.rows.filter((row) => row.sequence > this.#stretch.shownTo);
    const counted = this.#recount ? 0 : this.pending;
    this.#recount = false;
    if (whole.following && counted === 0) {
      this.#stretch.prepend(fresh);
      this.shownTo(this.#cursor);
    } else this.pending = counted + fresh.length;
  }
}
