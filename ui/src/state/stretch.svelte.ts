/**
 * The stretch of the list that is held: rows without a gap, out of a list that may be far longer. It grows at either end
 * as one scrolls, lets go of what is far away, and begins anew elsewhere where one jumps. Nothing here follows what
 * arrives.
 */
import type { RequestPage } from '../bindings/RequestPage';
import type { RequestRow } from '../bindings/RequestRow';
import type { Host } from '../host';
import { Paced } from '../lib/paced';
import { type Ask, PAGE, type Searching } from './searching.svelte';

/** So many rows are held at the most; the far end is let go and asked for again when it is scrolled to. */
export const HELD = 3000;
/** So many while the list follows what comes: its end is out of sight then, and would only grow. */
export const FOLLOWED = 2 * PAGE;
/** So many are asked for at a time where many are wanted. */
export const MANY = 1000;
/** Milliseconds between two counts of the whole list; in between what comes is added. */
const MEASURED = 1000;

/** What a stretch must know of the list it is part of. */
interface Whole {
  /** The filter that the rows answer to. */
  readonly filter: string;
  /** Whether the rows are in another order than that of arrival. */
  readonly arranged: boolean;
  /** The row the keyboard stands on. */
  readonly activeId: string | null;
  /** Says from now on whether the rows are still those of now. */
  current: () => () => boolean;
}

export class Stretch {
  rows = $state.raw<readonly RequestRow[]>([]);
  /** How many rows lie before `rows[0]` that are not held. */
  offset = $state(0);
  /** How many rows the filter lets through, where that can be known. */
  total = $state<number | null>(null);
  /** Whether there are older ones than the last held. */
  more = $state(false);
  /** By how many rows everything has moved because places were known better; `round` rises with each. */
  moved = $state.raw({ by: 0, round: 0 });
  /** Everything up to here is in the list, if it is there at all; what is beyond is only counted. */
  shownTo = 0;
  readonly #host: Host;
  readonly #searching: Searching;
  readonly #whole: Whole;
  /** From where on older ones are asked for. */
  #older: number | null = null;
  #paging = false;
  /** Rises when other rows are held altogether: a page that was asked for before does not fit them. */
  #jumps = 0;
  #counts = this.#counting();
  /** By how many rows the list is known to have grown, and not by counting it. */
  #grown = 0;

  constructor(host: Host, searching: Searching, whole: Whole) {
    this.#host = host;
    this.#searching = searching;
    this.#whole = whole;
  }

  /** How many lines there are as far as it is known. */
  get length(): number {
    return Math.max(this.total ?? 0, this.offset + this.rows.length);
  }

  row(id: string | null): RequestRow | undefined {
    return id === null ? undefined : this.rows.find((row) => row.id === id);
  }

  /** Holds a page in the place of all rows, the first of them at `offset`. */
  put({ rows, more, next }: RequestPage, offset: number): void {
    this.rows = rows;
    this.offset = offset;
    this.more = more;
    this.#older = next;
  }

  /** The list is another one: how long it is is not known. */
  forgetLength(): void {
    this.total = null;
    this.#counts = this.#counting();
  }

  /** Puts what came above all others, while the top is looked at. */
  prepend(rows: readonly RequestRow[]): void {
    const { activeId } = this.#whole;
    const all = [...rows, ...this.rows];
    const active = all.findIndex(({ id }) => id === activeId);
    this.#hold(all, active < FOLLOWED ? FOLLOWED : HELD);
    this.#grow(rows.length);
  }

  /** Puts newer forms of rows in their places. */
  update(rows: readonly RequestRow[]): void {
    const newer = new Map(rows.map((row) => [row.id, row]));
    if (!this.rows.some(({ id }) => newer.has(id))) return;
    this.rows = this.rows.map((held) => newer.get(held.id) ?? held);
  }

  remove(gone: ReadonlySet<string>): void {
    const rows = this.rows.filter((row) => !gone.has(row.id));
    this.#grow(rows.length - this.rows.length);
    this.rows = rows;
  }

  async older(): Promise<void> {
    const before = this.#older;
    if (!this.more || before === null) return;
    const fits = (): boolean => before === this.#older;
    await this.#paged({ before }, fits, (page) => {
      const rows = [...this.rows, ...page.rows];
      const dropped = Math.max(0, rows.length - HELD);
      this.rows = rows.slice(dropped);
      this.offset += dropped;
      this.#older = page.next;
      this.more = page.more && page.next !== null;
      if (!this.more && this.total !== null) this.total = this.offset + this.rows.length;
    });
  }

  /** Brings back rows that were let go at the upper end. */
  async newer(): Promise<void> {
    const first = this.rows[0];
    if (this.offset === 0 || first === undefined) return;
    const limit = Math.min(PAGE, this.offset);
    const fits = (): boolean => this.rows[0]?.id === first.id;
    await this.#paged({ after: first.sequence, limit }, fits, (page) => {
      const shown = page.rows.filter((row) => row.sequence <= this.shownTo);
      const missing = this.offset - shown.length;
      const atEnd = shown.length < limit && !page.more;
      this.offset = atEnd ? 0 : missing;
      this.#hold([...shown, ...this.rows]);
      if (!atEnd || missing === 0) return;
      // There are fewer above than was thought: everything is that much higher.
      if (this.total !== null) this.total -= missing;
      this.moved = { by: -missing, round: this.moved.round + 1 };
    });
  }

  /** Holds the rows around a place instead, where that is still `wanted` once they are there. */
  async jump(place: number, wanted: () => boolean): Promise<void> {
    const current = this.#whole.current();
    const skip = Math.max(0, place - PAGE / 2);
    const { filter } = this.#whole;
    const page = await this.#searching.page({ filter, before: this.shownTo + 1, skip });
    if (!current() || !wanted() || this.#whole.arranged) return;
    if (page.rows.length === 0) {
      await this.#count();
      return;
    }
    this.#jumps += 1;
    this.put(page, skip);
    if (!page.more) this.total = skip + page.rows.length;
  }

  /** Holds as many of the newest as may be held. */
  async gather(): Promise<boolean> {
    const current = this.#whole.current();
    const { filter } = this.#whole;
    const rows: RequestRow[] = [];
    let next: number | null = this.shownTo + 1;
    let more = true;
    while (more && rows.length < HELD) {
      const page: RequestPage = await this.#searching.page({ filter, before: next, limit: MANY });
      if (!current()) return false;
      rows.push(...page.rows);
      next = page.next;
      more = page.more && next !== null;
    }
    this.put({ rows: rows.slice(0, HELD), more, next }, 0);
    return true;
  }

  /** Learns how long the whole list is; what cannot be known stays open. */
  measure(): void {
    if (!this.more && this.offset === 0) this.total = this.rows.length;
    else this.#counts.wish();
  }

  #counting(): Paced {
    return new Paced(MEASURED, () => this.#count());
  }

  async #count(): Promise<void> {
    const { filter } = this.#whole;
    const before = this.#grown;
    try {
      const { requests } = await this.#host.call('count_requests', { upTo: this.shownTo, filter });
      if (filter !== this.#whole.filter) return;
      this.total = requests === null ? null : requests + this.#grown - before;
    } catch {
      // The list grows as it is scrolled instead.
    }
  }

  #grow(by: number): void {
    this.#grown += by;
    if (this.total !== null) this.total += by;
  }

  /** Keeps as many rows as may be held; what is let go at the lower end can be asked for again. */
  #hold(rows: readonly RequestRow[], most = HELD): void {
    this.rows = rows.slice(0, most);
    if (rows.length <= most) return;
    this.more = true;
    this.#older = this.rows.at(-1)?.sequence ?? null;
  }

  /** One page at a time; it is not taken where the rows are others by then, or it `fits` the end of them no longer. */
  async #paged(
    ask: Omit<Ask, 'filter'>,
    fits: () => boolean,
    take: (page: RequestPage) => void,
  ): Promise<void> {
    if (this.#paging) return;
    this.#paging = true;
    const [same, jumps] = [this.#whole.current(), this.#jumps];
    const current = (): boolean => same() && jumps === this.#jumps && fits();
    try {
      const { filter } = this.#whole;
      const page = await this.#searching.look({ ...ask, filter }, this.shownTo, current);
      if (current()) take(page);
    } catch {
      // The rows that are there stay; scrolling on asks again.
    } finally {
      this.#paging = false;
    }
  }
}
