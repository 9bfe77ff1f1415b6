/**
 * The live list: a window over keyset pages, newest first. It never moves what a person looks at: what arrives while
 * something is selected or the list is scrolled away is only counted, until it is asked for. Nothing here knows pixels.
 */
import type { ApiError } from '../bindings/ApiError';
import type { RequestPage } from '../bindings/RequestPage';
import type { RequestRow } from '../bindings/RequestRow';
import { asApiError, type Host } from '../host';

export const PAGE = 200;
/** So many rows are held at the most; the far end is let go and asked for again when it is scrolled to. */
export const HELD = 3000;
const COUNTED = 1000;

export class RequestList {
  rows = $state.raw<readonly RequestRow[]>([]);
  /** How many rows lie before `rows[0]` that were held once and let go. */
  offset = $state(0);
  /** Whether there are older ones than the last held. */
  more = $state(false);
  /** How many came that are not in the list yet. */
  pending = $state(0);
  /** The filter that the rows answer to. */
  filter = $state('');
  /** The filter as it is written; it may be wrong. */
  text = $state('');
  filterError = $state.raw<ApiError | null>(null);
  /** Why there are no rows at all. */
  error = $state.raw<ApiError | null>(null);
  loaded = $state(false);
  busy = $state(false);
  /** The row the keyboard stands on. */
  activeId = $state<string | null>(null);
  /** The row whose request is open. */
  selectedId = $state<string | null>(null);
  /** Rises when the list should be scrolled to its top. */
  toTop = $state(0);

  readonly #host: Host;
  readonly #pause: number;
  #atTop = true;
  /** Everything up to here was looked at for what is new. */
  #cursor = 0;
  /** Everything up to here is in the list, if it is there at all; what is beyond is only counted. */
  #shownTo = 0;
  /** What is counted is not right any more and is counted again. */
  #recount = false;
  /** From where on older ones are asked for. */
  #older: number | null = null;
  #question = 0;
  #catching = false;
  #again = false;
  #paging = false;

  constructor(host: Host, pause = 200) {
    this.#host = host;
    this.#pause = pause;
  }

  get following(): boolean {
    return this.#atTop && this.selectedId === null && this.offset === 0;
  }

  /** How many rows the list has as far as it is known. */
  get length(): number {
    return this.offset + this.rows.length;
  }

  /** The row at a place of the list, where it is held. */
  at(place: number): RequestRow | undefined {
    return this.rows[place - this.offset];
  }

  placeOf(id: string | null): number {
    const found = id === null ? -1 : this.rows.findIndex((row) => row.id === id);
    return found < 0 ? -1 : found + this.offset;
  }

  row(id: string | null): RequestRow | undefined {
    return id === null ? undefined : this.rows.find((row) => row.id === id);
  }

  /**
   * Reads the newest page for a filter. A wrong filter leaves the list as it was and says what is wrong with it. A
   * search looks through so many rows at a time; it goes on until something is found or there is no more.
   */
  async load(filter: string = this.filter): Promise<void> {
    const question = ++this.#question;
    const current = (): boolean => question === this.#question;
    this.busy = true;
    try {
      const newest = await this.#newest(filter);
      let page = await this.#page({ filter });
      while (current() && page.rows.length === 0 && page.more && page.next !== null) {
        page = await this.#page({ filter, before: page.next });
      }
      if (current()) this.#show(page, filter, newest);
    } catch (thrown) {
      if (!current()) return;
      const error = asApiError(thrown);
      if (filter !== this.filter || error.code === 'bad_filter') this.filterError = error;
      else this.error = error;
    } finally {
      if (current()) this.busy = false;
    }
  }

  setFilter(text: string): Promise<void> {
    this.text = text;
    const filter = text.trim();
    if (filter === this.filter && this.loaded && this.error === null) {
      this.#question += 1;
      this.busy = false;
      this.filterError = null;
      return Promise.resolve();
    }
    return this.load(filter);
  }

  /** Something came: show it where the list follows, count it where it does not. */
  arrived(): void {
    this.#again = true;
    if (!this.#catching) void this.#catchUp();
  }

  /** Puts what was counted into the list and goes to the top. */
  async showNew(): Promise<void> {
    await this.load();
    this.toTop += 1;
  }

  /** Asks for everything again, without moving anything. */
  async refetch(): Promise<void> {
    const first = this.rows[0];
    if (first === undefined || this.following) return this.load();
    const question = ++this.#question;
    try {
      const limit = Math.min(1000, Math.max(PAGE, this.rows.length));
      // What was brought back may stand above the first row.
      const newest = this.offset === 0 ? Math.max(this.#shownTo, first.sequence) : first.sequence;
      const page = await this.#page({ before: newest + 1, limit });
      if (question !== this.#question) return;
      this.rows = page.rows;
      this.#cursor = this.#shownTo;
      this.#recount = true;
      this.more = page.more;
      this.#older = page.next;
      this.busy = false;
      this.arrived();
    } catch (thrown) {
      this.error = this.loaded ? this.error : asApiError(thrown);
    }
  }

  async older(): Promise<void> {
    if (!this.more || this.#older === null) return;
    await this.#paged({ before: this.#older }, (page) => {
      const rows = [...this.rows, ...page.rows];
      const dropped = Math.max(0, rows.length - HELD);
      this.rows = rows.slice(dropped);
      this.offset += dropped;
      this.#older = page.next;
      this.more = page.more && page.next !== null;
    });
  }

  /** Brings back rows that were let go at the upper end. */
  async newer(): Promise<void> {
    const first = this.rows[0];
    if (this.offset === 0 || first === undefined) return;
    const limit = Math.min(PAGE, this.offset);
    await this.#paged({ after: first.sequence, limit }, (page) => {
      const rows = [...page.rows, ...this.rows];
      this.offset = page.rows.length < limit ? 0 : this.offset - page.rows.length;
      this.#hold(rows);
    });
  }

  select(id: string | null): void {
    this.selectedId = id;
    if (id !== null) this.activeId = id;
    else if (this.pending > 0 && this.following) this.arrived();
  }

  /** The grid says whether its upper edge is in sight. */
  setAtTop(atTop: boolean): void {
    if (this.#atTop === atTop) return;
    this.#atTop = atTop;
    if (this.pending > 0 && this.following) this.arrived();
  }

  /** Moves the active row; says where it stands now. */
  move(by: number): number {
    if (this.rows.length === 0) return -1;
    const from = this.placeOf(this.activeId ?? this.selectedId);
    const start = from < 0 ? (by > 0 ? -1 : this.offset) : from;
    const place = Math.min(this.length - 1, Math.max(this.offset, start + by));
    this.activeId = this.at(place)?.id ?? null;
    return place;
  }

  /** Puts a newer form of a row in its place. */
  update(row: RequestRow): void {
    if (this.row(row.id) !== undefined) {
      this.rows = this.rows.map((held) => (held.id === row.id ? row : held));
    }
  }

  remove(id: string): void {
    this.rows = this.rows.filter((row) => row.id !== id);
    if (this.activeId === id) this.activeId = null;
  }

  /** Where one goes when a row goes away: the one below it, else the one above. */
  neighbour(id: string): string | null {
    const place = this.placeOf(id);
    return place < 0 ? null : ((this.at(place + 1) ?? this.at(place - 1))?.id ?? null);
  }

  /** Keeps as many rows as may be held; what is let go at the lower end can be asked for again. */
  #hold(rows: readonly RequestRow[]): void {
    this.rows = rows.slice(0, HELD);
    if (rows.length <= HELD) return;
    this.more = true;
    this.#older = this.rows.at(-1)?.sequence ?? null;
  }

  /** The newest request of all, where a filter may hide it: what came before it need not be searched again. */
  async #newest(filter: string): Promise<number> {
    if (filter === '') return 0;
    return (await this.#page({ filter: '', limit: 1 })).rows[0]?.sequence ?? 0;
  }

  #show(page: RequestPage, filter: string, newest: number): void {
    const same = filter === this.filter;
    this.rows = page.rows;
    this.more = page.more;
    this.filter = filter;
    this.filterError = null;
    this.error = null;
    this.offset = 0;
    this.pending = 0;
    this.loaded = true;
    this.#older = page.next;
    this.#cursor = Math.max(newest, page.rows[0]?.sequence ?? 0);
    this.#shownTo = this.#cursor;
    this.#recount = false;
    if (!same) this.toTop += 1;
    if (this.row(this.activeId) === undefined) this.activeId = null;
  }

  async #catchUp(): Promise<void> {
    this.#catching = true;
    while (this.#again) {
      this.#again = false;
      try {
        await this.#catchOnce();
      } catch {
        // The feed will tell again, or the connection is lost and everything is asked for once it is back.
      }
      if (this.#pause > 0) await new Promise((resolve) => setTimeout(resolve, this.#pause));
    }
    this.#catching = false;
  }

  async #catchOnce(): Promise<void> {
    if (!this.loaded) return;
    if (this.following && this.pending > 0) return this.load();
    const question = this.#question;
    const newest = await this.#newest(this.filter);
    const page = await this.#page({ after: this.#cursor, limit: this.following ? PAGE : COUNTED });
    if (question !== this.#question) return;
    if (this.following && page.more && page.rows.length >= PAGE) return this.load();
    this.#cursor = Math.max(this.#cursor, page.next ?? 0, page.more ? 0 : newest);
    this.#again ||= page.more && page.next !== null;
    const fresh = page.rows.filter((row) => row.sequence > this.#shownTo);
    const counted = this.#recount ? 0 : this.pending;
    this.#recount = false;
    if (this.following && counted === 0) {
      this.#hold([...fresh, ...this.rows]);
      this.#shownTo = this.#cursor;
      this.pending = 0;
    } else this.pending = counted + fresh.length;
  }

  async #paged(ask: { before?: number; after?: number; limit?: number }, take: (page: RequestPage) => void) {
    if (this.#paging) return;
    this.#paging = true;
    const question = this.#question;
    try {
      const page = await this.#page(ask);
      if (question === this.#question) take(page);
    } catch {
      // The rows that are there stay; scrolling on asks again.
    } finally {
      this.#paging = false;
    }
  }

  #page(ask: { before?: number; after?: number; limit?: number; filter?: string }): Promise<RequestPage> {
    const { before = null, after = null, limit = PAGE, filter = this.filter } = ask;
    return this.#host.call('list_requests', { before, after, limit, filter });
  }
}
