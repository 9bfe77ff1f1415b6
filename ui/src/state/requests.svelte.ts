/**
 * The live list: a window over keyset pages, newest first. It never moves what a person looks at: what arrives while
 * something is selected or the list is scrolled away is only counted, until it is asked for. Nothing here knows pixels.
 */
import type { ApiError } from '../bindings/ApiError';
import type { RequestPage } from '../bindings/RequestPage';
import type { RequestRow } from '../bindings/RequestRow';
import { asApiError, type Host } from '../host';
import { arrange, type Arrangement, isArranged, isGroup, type Line, PLAIN } from '../lib/arrange';
import { isBoolean, recall, remember } from '../lib/remember';
import { Selection } from './selection.svelte';

export const PAGE = 200;
/** So many rows are held at the most; the far end is let go and asked for again when it is scrolled to. */
export const HELD = 3000;
const COUNTED = 1000;
/** Milliseconds between two counts of the whole list; in between what comes is added. */
const MEASURED = 1000;
/** Milliseconds after a find for which a search is still shown, so that it does not flicker from find to find. */
const BETWEEN = 300;

interface Ask {
  before?: number;
  after?: number;
  skip?: number;
  limit?: number;
}

export class RequestList {
  rows = $state.raw<readonly RequestRow[]>([]);
  /** How many rows lie before `rows[0]` that are not held. */
  offset = $state(0);
  /** How many rows the filter lets through, where that can be known. */
  total = $state<number | null>(null);
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
  /** How many requests the search that is under way, or was stopped, has looked through; `null` where there is none. */
  searched = $state<number | null>(null);
  /** A search was stopped by the person before it was through. */
  stopped = $state(false);
  /** The row the keyboard stands on. */
  activeId = $state<string | null>(null);
  /** The row whose request is open. */
  selectedId = $state<string | null>(null);
  readonly chosen = new Selection();
  /** Whether what comes is put into the list at once while its top is looked at. */
  follow = $state(recall('list.follow', true, isBoolean));
  /** Another order than that of arrival, over the newest rows that are held. */
  arrangement = $state.raw<Arrangement>(PLAIN);
  folded = $state.raw<ReadonlySet<string>>(new Set());
  /** Rises when the list should be scrolled to its top. */
  toTop = $state(0);
  /** By how many rows everything has moved because places were known better; `round` rises with each. */
  moved = $state.raw({ by: 0, round: 0 });

  readonly #host: Host;
  readonly #pause: number;
  #atTop = true;
  /** The pointer moves over the rows: nothing may move away from under it. */
  #pointing = false;
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
  /** Rises when other rows are held altogether: a page that was asked for before does not fit them. */
  #stretch = 0;
  /** Where the active row stands, for when it is not held any more. */
  #activePlace = -1;
  #measuredAt = 0;
  #searchRound = 0;
  /** The filter that was asked for last. */
  #wanted = '';
  /** Something came while the list was being read; looking then would have ended a search that takes long. */
  #missed = false;
  /** The same for something that changed. */
  #stale = false;
  #wantedPlace: number | null = null;
  readonly #arranged = $derived(
    isArranged(this.arrangement) ? arrange(this.rows, this.arrangement, this.folded) : null,
  );

  constructor(host: Host, pause = 200) {
    this.#host = host;
    this.#pause = pause;
  }

  get following(): boolean {
    const looked = this.selectedId !== null || this.chosen.size > 0 || this.chosen.everything;
    const still = this.#atTop && !this.#pointing && this.offset === 0;
    return this.follow && still && !looked && !this.arranged;
  }

  get arranged(): boolean {
    return this.#arranged !== null;
  }

  /** How many lines the list has as far as it is known. */
  get length(): number {
    if (this.#arranged !== null) return this.#arranged.length;
    return Math.max(this.total ?? 0, this.offset + this.rows.length);
  }

  /** Whether its length is only what is known so far. */
  get open(): boolean {
    return this.more && this.total === null;
  }

  /** The line at a place of the list, where it is held. */
  lineAt(place: number): Line | undefined {
    return this.#arranged === null ? this.rows[place - this.offset] : this.#arranged[place];
  }

  at(place: number): RequestRow | undefined {
    const line = this.lineAt(place);
    return line === undefined || isGroup(line) ? undefined : line;
  }

  placeOf(id: string | null): number {
    if (id === null) return -1;
    if (this.#arranged !== null) return this.#arranged.findIndex((line) => line.id === id);
    const found = this.rows.findIndex((row) => row.id === id);
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
    this.#wanted = filter;
    this.#missed = false;
    this.#stale = false;
    try {
      this.stopped = false;
      this.searched = null;
      const newest = await this.#newest(filter);
      const page = await this.#search({ filter }, newest, current);
      if (current()) this.#show(page, filter, newest);
    } catch (thrown) {
      if (!current()) return;
      const error = asApiError(thrown);
      if (filter !== this.filter || error.code === 'bad_filter') this.filterError = error;
      else this.error = error;
    } finally {
      if (current()) {
        this.busy = false;
        if (this.#missed) this.arrived();
        if (this.#stale && this.searched === null) void this.refetch();
      }
    }
  }

  /** Shows no row until the list is read again. */
  forget(): void {
    this.rows = [];
    this.offset = 0;
    this.total = null;
  }

  setFilter(text: string): Promise<void> {
    this.text = text;
    const filter = text.trim();
    // It is being looked for already.
    if (this.busy && filter === this.#wanted) return Promise.resolve();
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
    if (this.arranged) await this.#gather();
    this.toTop += 1;
  }

  setFollow(follow: boolean): void {
    this.follow = follow;
    remember('list.follow', follow);
    if (this.pending > 0 && this.following) this.arrived();
  }

  /** Shows the newest rows in another order, or all of them in that of arrival again. */
  async arrange(arrangement: Arrangement): Promise<void> {
    const before = this.arranged;
    if (isArranged(arrangement)) {
      if (!before) await this.#gather();
      this.arrangement = arrangement;
    } else {
      this.arrangement = PLAIN;
      if (before) await this.load();
    }
    this.toTop += 1;
  }

  fold(id: string, folded = !this.folded.has(id)): void {
    const next = new Set(this.folded);
    if (folded) next.add(id);
    else next.delete(id);
    this.folded = next;
  }

  /** Asks for the rows around a place that are far from those held; what is wished last wins. */
  async reach(place: number): Promise<void> {
    const busy = this.#wantedPlace !== null;
    this.#wantedPlace = place;
    if (busy || this.total === null) {
      if (!busy) this.#wantedPlace = null;
      return;
    }
    try {
      for (let wanted: number | null = place; wanted !== null;) {
        await this.#jump(wanted);
        wanted = this.#wantedPlace === wanted ? null : this.#wantedPlace;
      }
    } catch {
      // Scrolling on asks again.
    } finally {
      this.#wantedPlace = null;
    }
  }

  /** Asks for everything again, without moving anything. */
  async refetch(): Promise<void> {
    if (this.busy || this.stopped) {
      this.#stale = true;
      return;
    }
    this.#stale = false;
    const first = this.rows[0];
    if (first === undefined || this.following) return this.load();
    if (this.arranged) return this.#gather();
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
      void this.#measure();
      this.arrived();
    } catch (thrown) {
      this.error = this.loaded ? this.error : asApiError(thrown);
    }
  }

  async older(): Promise<void> {
    // Rows of another filter are about to take the place of these.
    if (!this.more || this.#older === null || this.arranged || this.stopped || this.busy) return;
    await this.#paged({ before: this.#older }, (page) => {
      const rows = [...this.rows, ...page.rows];
      const dropped = Math.max(0, rows.length - HELD);
      this.rows = rows.slice(dropped);
      this.offset += dropped;
      this.#older = page.next;
      this.more = page.more && page.next !== null;
      if (!this.more && this.total !== null) this.total = this.offset + this.rows.length;
    });
  }

  /** Ends a search where it is; what was found stays. */
  stop(): void {
    this.stopped = this.searched !== null;
  }

  /** Goes on with a search that was stopped. */
  async searchOn(): Promise<void> {
    this.stopped = false;
    await this.older();
    if (this.stopped) return;
    if (this.#stale) await this.refetch();
    if (this.#missed && !this.stopped) {
      this.#missed = false;
      this.arrived();
    }
  }

  /** Brings back rows that were let go at the upper end. */
  async newer(): Promise<void> {
    const first = this.rows[0];
    if (this.offset === 0 || first === undefined || this.arranged) return;
    const limit = Math.min(PAGE, this.offset);
    await this.#paged({ after: first.sequence, limit }, (page) => {
      const shown = page.rows.filter((row) => row.sequence <= this.#shownTo);
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

  select(id: string | null): void {
    this.selectedId = id;
    this.chosen.only(id);
    if (id !== null) this.setActive(id);
    else if (this.pending > 0 && this.following) this.arrived();
  }

  setActive(id: string | null): void {
    this.activeId = id;
    const place = this.placeOf(id);
    if (place >= 0) this.#activePlace = place;
  }

  /** Picks everything from where the stretch began to a row. */
  extendTo(id: string): void {
    const from = this.placeOf(this.chosen.anchor ?? this.activeId ?? id);
    const to = this.placeOf(id);
    this.chosen.anchorAt(this.activeId ?? id);
    this.setActive(id);
    if (from < 0 || to < 0) return;
    const places = Array.from({ length: Math.abs(to - from) + 1 }, (_, at) => Math.min(from, to) + at);
    this.chosen.stretch(places.map((place) => this.at(place)?.id).filter((one) => one !== undefined));
  }

  /** Picks all rows: by name where all are held, else as a notion. */
  selectAll(): void {
    const everything = !this.arranged && (this.more || this.offset > 0);
    this.chosen.all(
      this.rows.map((row) => row.id),
      everything,
    );
  }

  /** Leaves only the open row picked. */
  unselect(): void {
    this.chosen.only(this.selectedId);
    if (this.pending > 0 && this.following) this.arrived();
  }

  /** The grid says whether its upper edge is in sight. */
  setAtTop(atTop: boolean): void {
    if (this.#atTop === atTop) return;
    this.#atTop = atTop;
    if (this.pending > 0 && this.following) this.arrived();
  }

  setPointing(pointing: boolean): void {
    if (this.#pointing === pointing) return;
    this.#pointing = pointing;
    if (this.pending > 0 && this.following) this.arrived();
  }

  /** Moves the active row; says where it should stand now. Where that is not held, it stays until it is reached. */
  move(by: number): number {
    if (this.length === 0) return -1;
    const held = this.placeOf(this.activeId ?? this.selectedId);
    const from = held >= 0 ? held : this.#activePlace;
    const start = from < 0 ? (by > 0 ? -1 : this.offset) : from;
    return this.moveTo(start + by);
  }

  moveTo(place: number): number {
    const within = Math.min(this.length - 1, Math.max(0, place));
    const line = this.lineAt(within);
    if (line !== undefined) this.activeId = line.id;
    this.#activePlace = within;
    return within;
  }

  /** Puts a newer form of a row in its place. */
  update(row: RequestRow): void {
    if (this.row(row.id) !== undefined) {
      this.rows = this.rows.map((held) => (held.id === row.id ? row : held));
    }
  }

  remove(id: string): void {
    this.removeAll([id]);
  }

  removeAll(ids: readonly string[]): void {
    const gone = new Set(ids);
    const rows = this.rows.filter((row) => !gone.has(row.id));
    if (this.total !== null) this.total -= this.rows.length - rows.length;
    this.rows = rows;
    this.chosen.drop(ids);
    if (this.activeId !== null && gone.has(this.activeId)) this.activeId = null;
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
    if (!same) {
      this.total = null;
      this.#measuredAt = 0;
      this.chosen.only(this.selectedId);
    }
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
    if (this.row(this.activeId) === undefined && this.chosen.size < 2) this.activeId = null;
    if (this.arranged) void this.#gather();
    else void this.#measure();
  }

  /** Learns how long the whole list is; what cannot be known stays open. */
  async #measure(): Promise<void> {
    if (!this.more && this.offset === 0) {
      this.total = this.rows.length;
      return;
    }
    const now = Date.now();
    if (now - this.#measuredAt < MEASURED) return;
    this.#measuredAt = now;
    const { filter } = this;
    try {
      const { requests } = await this.#host.call('count_requests', { upTo: this.#shownTo, filter });
      if (filter === this.filter) this.total = requests;
    } catch {
      // The list grows as it is scrolled instead.
    }
  }

  /** Holds as many of the newest as may be held, to arrange them. */
  async #gather(): Promise<void> {
    const question = ++this.#question;
    // A page that is being read just now is not taken any more.
    this.busy = false;
    const rows: RequestRow[] = [];
    let before: number | null = null;
    let more = true;
    while (more && rows.length < HELD) {
      const page: RequestPage = await this.#page({
        ...(before === null ? { before: this.#shownTo + 1 } : { before }),
        limit: COUNTED,
      });
      if (question !== this.#question) return;
      rows.push(...page.rows);
      before = page.next;
      more = page.more && before !== null;
    }
    this.rows = rows.slice(0, HELD);
    this.offset = 0;
    this.more = more;
    this.#older = before;
    if (this.#missed) {
      this.#missed = false;
      this.arrived();
    }
  }

  async #jump(place: number): Promise<void> {
    const question = this.#question;
    const skip = Math.max(0, place - PAGE / 2);
    const page = await this.#page({ before: this.#shownTo + 1, skip, limit: PAGE });
    if (question !== this.#question || this.arranged) return;
    if (page.rows.length === 0) {
      this.#measuredAt = 0;
      await this.#measure();
      return;
    }
    this.#stretch += 1;
    this.rows = page.rows;
    this.offset = skip;
    this.more = page.more;
    this.#older = page.next;
    if (!page.more) this.total = skip + page.rows.length;
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
    // The page that is being read may have been asked for before it came, the first one too.
    if (this.busy || this.stopped) {
      this.#missed = true;
      return;
    }
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
      if (this.total !== null) this.total += fresh.length;
      this.#shownTo = this.#cursor;
      this.pending = 0;
    } else this.pending = counted + fresh.length;
  }

  async #paged(ask: Ask, take: (page: RequestPage) => void) {
    if (this.#paging) return;
    this.#paging = true;
    const [question, stretch] = [this.#question, this.#stretch];
    try {
      const current = (): boolean => question === this.#question && stretch === this.#stretch;
      const page = await this.#search(ask, this.#shownTo, current);
      if (current()) take(page);
    } catch {
      // The rows that are there stay; scrolling on asks again.
    } finally {
      this.#paging = false;
    }
  }

  /**
   * A page with something in it, or the last one: a search through the bytes gives what it found in a short time, which
   * may be nothing. How far it came is told meanwhile.
   */
  async #search(ask: Ask & { filter?: string }, from: number, current: () => boolean): Promise<RequestPage> {
    const { after, limit = PAGE } = ask;
    const round = ++this.#searchRound;
    // A bar that says that it searches must not outlast the search.
    const over = (): void => {
      if (round !== this.#searchRound) return;
      this.searched = null;
      this.stopped = false;
    };
    try {
      let page = await this.#page(ask);
      const isShort = (): boolean => page.more && page.next !== null && page.rows.length < limit;
      while (current() && after === undefined && isShort()) {
        this.searched = Math.max(0, from - (page.next ?? 0) + 1);
        if (this.stopped) return page;
        if (page.rows.length > 0) {
          // Where the screen is not full it is gone on at once; else the search is over until more is scrolled to.
          setTimeout(() => {
            if (round === this.#searchRound && !this.stopped) this.searched = null;
          }, BETWEEN);
          return page;
        }
        page = await this.#page({ ...ask, before: page.next ?? 0 });
      }
      if (current() || !this.stopped) over();
      return page;
    } catch (thrown) {
      over();
      throw thrown;
    }
  }

  #page(ask: Ask & { filter?: string }): Promise<RequestPage> {
    const { before = null, after = null, skip = 0, limit = PAGE, filter = this.filter } = ask;
    return this.#host.call('list_requests', { before, after, skip, limit, filter });
  }
}
