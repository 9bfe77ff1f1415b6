/**
 * What arrives: put into the list where it follows, counted where somebody looks at it, and put off where it cannot be
 * looked for now. One look at a time, with a pause in between, however fast it comes: what is only counted is not read.
 */
import type { ApiError } from '../bindings/ApiError';
import { asApiError } from '../host';
import { Paced } from '../lib/paced';
import type { PutOff } from './putoff';
import { PAGE, type Searching } from './searching.svelte';
import type { Stretch } from './stretch.svelte';

/** How many times longer the pause is after all rows were others: more comes than anybody reads. */
const CROWD = 3;

/** The list that what comes belongs to. */
interface Whole {
  readonly filter: string;
  readonly loaded: boolean;
  /** Whether nothing may be looked for now. */
  readonly occupied: boolean;
  /** Whether what comes is put in at once. */
  readonly following: boolean;
  /** Why the newest rows could not be read. */
  error: ApiError | null;
  current: () => () => boolean;
  /** Reads it anew from its top, as long as it follows. */
  renew: () => Promise<void>;
  /** Asks for everything again, without moving anything. */
  refetch: () => Promise<void>;
}

export class Arrivals {
  /** How many came that are not in the list yet. */
  pending = $state(0);
  readonly #whole: Whole;
  readonly #searching: Searching;
  readonly #stretch: Stretch;
  readonly #putOff: PutOff;
  readonly #looks: Paced;
  readonly #pause: number;
  /** How many were told of since the last look; there may be more. */
  #told = 0;
  /** Everything up to here was looked at for what is new. */
  #cursor = 0;
  /** How many were counted so far, while all are counted anew; `null` while none are. */
  #anew: number | null = null;

  constructor(whole: Whole, searching: Searching, stretch: Stretch, putOff: PutOff, pause: number) {
    this.#whole = whole;
    this.#searching = searching;
    this.#stretch = stretch;
    this.#putOff = putOff;
    this.#pause = pause;
    this.#looks = new Paced(pause, () => this.#look());
  }

  /** Everything up to here is in the list. */
  shownTo(sequence: number): void {
    this.#cursor = sequence;
    this.#stretch.shownTo = sequence;
    this.#anew = null;
    this.pending = 0;
  }

  /** The next look counts all anew that is not in the list. */
  recount(): void {
    this.#cursor = this.#stretch.shownTo;
    this.#anew = 0;
  }

  /** Something came; `told` is how many are known to have. */
  look(told = 0): void {
    this.#told += told;
    this.#looks.wish();
  }

  async #look(): Promise<void> {
    const whole = this.#whole;
    // The page that is being read may have been asked for before it came, the first one too.
    if (whole.occupied) {
      this.#putOff.add('arrivals');
      return;
    }
    if (!whole.loaded) {
      // It could not be read yet; what comes is an occasion to try again.
      if (whole.error !== null) await whole.refetch();
      return;
    }
    const told = this.#told;
    this.#told = 0;
    if (whole.following && this.pending > 0) return whole.renew();
    // What is more than a page takes the place of all rows: a page of it need not be read to know that.
    if (whole.following && whole.filter === '' && told > PAGE) return this.#renewAll();
    const current = whole.current();
    try {
      await (whole.following ? this.#putIn(current) : this.#count(current));
    } catch (thrown) {
      // What comes next is looked for from the same place on; until then it is missing, and nothing else tells of it.
      if (current()) whole.error = asApiError(thrown);
    }
  }

  async #putIn(current: () => boolean): Promise<void> {
    const whole = this.#whole;
    const { filter } = whole;
    const newest = await this.#searching.newest(filter);
    const page = await this.#searching.page({ filter, after: this.#cursor, limit: PAGE });
    // The rows are others by now, which may or may not have what came; or somebody points at them.
    if (!current() || !whole.following) {
      this.look();
      return;
    }
    if (page.more && page.rows.length >= PAGE) return this.#renewAll();
    this.#cursor = Math.max(this.#cursor, page.next ?? 0, page.more ? 0 : newest);
    if (page.more && page.next !== null) this.look();
    this.#stretch.prepend(page.rows.filter((row) => row.sequence > this.#stretch.shownTo));
    this.shownTo(this.#cursor);
    this.#readable();
  }

  /** All rows are others. What drew them has time for something else before it is done once more. */
  async #renewAll(): Promise<void> {
    await this.#whole.renew();
    await new Promise((resolve) => setTimeout(resolve, this.#pause * (CROWD - 1)));
  }

  /** What comes can be read again: what happened while it could not is made up for, and it is told no longer. */
  #readable(): void {
    if (this.#whole.error !== null) void this.#whole.refetch();
  }

  async #count(current: () => boolean): Promise<void> {
    const { filter } = this.#whole;
    const after = this.#cursor;
    const { requests, to, more } = await this.#searching.countAfter(filter, after);
    // The rows are others by now, or all is counted anew: this began elsewhere.
    if (!current() || this.#cursor !== after) {
      this.look();
      return;
    }
    this.#cursor = to;
    if (this.#anew === null) this.pending += requests;
    else {
      this.#anew += requests;
      // A piece says only that there are not fewer: what waited before it mostly waits still.
      this.pending = more ? Math.max(this.pending, this.#anew) : this.#anew;
      if (!more) this.#anew = null;
    }
    this.#readable();
    // It may follow again by now, and nobody else would put in what was counted.
    if (more || (this.#whole.following && this.pending > 0)) this.look();
  }
}
