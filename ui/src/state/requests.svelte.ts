/**
 * The live list, newest first, as the rest of the window knows it: which filter it answers to, in which order it stands,
 * and which of its rows is looked at. It never moves what a person looks at. What is held of it is a `Stretch`, what
 * comes are its `Arrivals`, and pages are asked for by `Searching`. Nothing here knows pixels.
 */
import type { ApiError } from '../bindings/ApiError';
import type { RequestPage } from '../bindings/RequestPage';
import type { RequestRow } from '../bindings/RequestRow';
import { asApiError, type Host } from '../host';
import { arrange, type Arrangement, isArranged, isGroup, type Line, PLAIN } from '../lib/arrange';
import { isBoolean, recall, remember } from '../lib/remember';
import { Arrivals } from './arrivals.svelte';
import { PutOff } from './putoff';
import { PAGE, Searching } from './searching.svelte';
import { Selection } from './selection.svelte';
import { MANY, Stretch } from './stretch.svelte';

export class RequestList {
  /** The filter that the rows answer to. */
  filter = $state('');
  /** The filter as it is written; it may be wrong. */
  text = $state('');
  filterError = $state.raw<ApiError | null>(null);
  /** Why the newest rows could not be read; those that are held stay. */
  error = $state.raw<ApiError | null>(null);
  loaded = $state(false);
  /** It is being read from its top. */
  busy = $state(false);
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

  /** Hears why the rows are in the order of arrival again; the one who knows the notes sets it. */
  unarranged: (why: unknown) => void = () => undefined;

  readonly #searching: Searching;
  readonly #stretch: Stretch;
  readonly #arrivals: Arrivals;
  readonly #putOff = new PutOff();
  #atTop = true;
  /** The pointer is over the rows: nothing may move away from under it, however long it rests. */
  #pointing = false;
  /** Something lies over the list for a moment that one is busy with. */
  #covered = $state(false);
  /** Rises with each question whose answer takes the place of everything. */
  #question = 0;
  /** Where the active row stands, for when it is not held any more. */
  #activePlace = -1;
  /** The filter that was asked for last. */
  #wanted = '';
  #wantedPlace: number | null = null;
  /** The end of the asking for the place that was wished last; `null` where none is asked for. */
  #reaching: Promise<void> | null = null;
  /** The end of the reading that was begun last. */
  #loading: Promise<void> = Promise.resolve();
  /** The end of the gathering that was begun last. */
  #gathering: Promise<void> = Promise.resolve();
  /** Whether all is held that is arranged. */
  #gathered = false;
  readonly #arranged = $derived(
    isArranged(this.arrangement) ? arrange(this.rows, this.arrangement, this.folded) : null,
  );

  constructor(host: Host, pause = 200) {
    this.#searching = new Searching(host);
    this.#stretch = new Stretch(host, this.#searching, this);
    this.#arrivals = new Arrivals(this, this.#searching, this.#stretch, this.#putOff, pause);
  }

  /** The rows that are held, without a gap. */
  get rows(): readonly RequestRow[] {
    return this.#stretch.rows;
  }

  /** How many rows lie before `rows[0]` that are not held. */
  get offset(): number {
    return this.#stretch.offset;
  }

  /** How many rows the filter lets through, where that can be known. */
  get total(): number | null {
    return this.#stretch.total;
  }

  /** Whether there are older ones than the last held. */
  get more(): boolean {
    return this.#stretch.more;
  }

  /** By how many rows everything has moved because places were known better; `round` rises with each. */
  get moved(): { by: number; round: number } {
    return this.#stretch.moved;
  }

  /** How many came that are not in the list yet. */
  get pending(): number {
    return this.#arrivals.pending;
  }

  /** How many requests the search that is under way, or was stopped, has looked through; `null` where there is none. */
  get searched(): number | null {
    return this.#searching.searched;
  }

  /** A search was stopped by the person before it was through. */
  get stopped(): boolean {
    return this.#searching.stopped;
  }

  /** Whether what happens is put off: it is being read, its search was stopped, or one is busy with what covers it. */
  get occupied(): boolean {
    return this.busy || this.stopped || this.#covered;
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
    return this.#arranged === null ? this.#stretch.length : this.#arranged.length;
  }

  /** Whether its length is only what is known so far. */
  get open(): boolean {
    return this.more && this.total === null;
  }

  /** Where the keyboard stands, or will once that is held. */
  get activePlace(): number {
    return this.#activePlace;
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
    return this.#stretch.row(id);
  }

  /** Says from now on whether the rows are still those of now: false once everything was asked for again. */
  current(): () => boolean {
    const question = this.#question;
    return () => question === this.#question;
  }

  /**
   * Reads the newest page for a filter. A wrong filter leaves the list as it was and says what is wrong with it. A
   * search looks through so many rows at a time; it goes on until something is found or there is no more.
   */
  load(filter: string = this.busy ? this.#wanted : this.filter): Promise<void> {
    this.#loading = this.#read(filter);
    return this.#loading;
  }

  /** Reads it anew because something came; where somebody points at its rows by then, that is only counted. */
  renew(): Promise<void> {
    this.#loading = this.#read(this.filter, () => this.following);
    return this.#loading;
  }

  async #read(filter: string, mayMove = (): boolean => true): Promise<void> {
    const current = this.#begin();
    this.busy = true;
    // What was wrong with another filter says nothing of this one, which may take long to answer.
    if (filter !== this.#wanted) this.filterError = null;
    this.#wanted = filter;
    const taken = this.#putOff.reading();
    this.#searching.forget();
    try {
      const newest = await this.#searching.newest(filter);
      const page = await this.#searching.look({ filter }, newest, current);
      if (!current()) return;
      if (!mayMove()) {
        this.#putOff.add('arrivals');
        return;
      }
      taken();
      this.#show(page, filter, newest);
    } catch (thrown) {
      if (!current()) return;
      const error = asApiError(thrown);
      // It is told, and all is asked for again once what comes next can be read, not by itself without end; of the rows
      // of another filter it says nothing.
      if (filter === this.filter) taken();
      if (filter !== this.filter || error.code === 'bad_filter') this.filterError = error;
      else this.error = error;
    } finally {
      if (current()) this.#free();
    }
  }

  /** Shows no row until the list is read again. */
  forget(): void {
    this.#stretch.put({ rows: [], more: false, next: null }, 0);
    this.#stretch.forgetLength();
  }

  setFilter(text: string): Promise<void> {
    this.text = text;
    const filter = text.trim();
    // It is being looked for already.
    if (this.busy && filter === this.#wanted) return Promise.resolve();
    if (filter === this.filter && this.loaded && this.error === null) {
      this.filterError = null;
      if (this.busy) {
        // The rows of another filter were asked for and are not wanted any more.
        this.#begin();
        this.#searching.forget();
        this.#free();
      }
      return Promise.resolve();
    }
    return this.load(filter);
  }

  /** Something came: show it where the list follows, count it where it does not. `told` is how many are known to have. */
  arrived(told = 0): void {
    // It may be read again by now.
    if (!this.occupied && this.#putOff.take('changes')) void this.refetch();
    this.#arrivals.look(told);
  }

  /** Puts what was counted into the list and goes to the top. */
  async showNew(): Promise<void> {
    await this.load();
    await this.#gathering;
    this.toTop += 1;
  }

  setFollow(follow: boolean): void {
    this.follow = follow;
    remember('list.follow', follow);
    this.#takeIn();
  }

  /** Shows the newest rows in another order, or all of them in that of arrival again. */
  async arrange(arrangement: Arrangement): Promise<void> {
    const [before, gathering] = [this.arranged, this.#gathering];
    // At once, however long the reading takes: it is seen, and the next wish goes on from it.
    this.arrangement = isArranged(arrangement) ? arrangement : PLAIN;
    this.toTop += 1;
    // What another filter lets through is what is gathered.
    while (this.busy) await this.#loading;
    if (!this.arranged && before) await this.load();
    if (!this.arranged || before) return;
    // The end of a reading has it gathered already.
    await (this.#gathering === gathering ? this.#gather() : this.#gathering);
  }

  fold(id: string, folded = !this.folded.has(id)): void {
    const next = new Set(this.folded);
    if (folded) next.add(id);
    else next.delete(id);
    this.folded = next;
  }

  /**
   * Asks for the rows around a place that are far from those held; what is wished last wins. Ends once nothing is being
   * asked for any more, whoever wished it.
   */
  reach(place: number): Promise<void> {
    if (this.total === null) return Promise.resolve();
    this.#wantedPlace = place;
    this.#reaching ??= this.#reachWanted();
    return this.#reaching;
  }

  async #reachWanted(): Promise<void> {
    try {
      for (;;) {
        // What is being read takes the place of all that is held.
        while (this.busy) await this.#loading;
        await this.settled();
        const wanted = this.#wantedPlace;
        if (wanted === null) return;
        const current = this.current();
        await this.#stretch.jump(wanted, () => this.#wantedPlace !== null);
        // Where it was read again meanwhile, what was asked for was not taken.
        if (current() && this.#wantedPlace === wanted) this.#wantedPlace = null;
      }
    } catch {
      // Scrolling on asks again.
    } finally {
      this.#wantedPlace = null;
      this.#reaching = null;
    }
  }

  /** What is held is where one stays: no other place is wished for any more. */
  stay(): void {
    this.#wantedPlace = null;
  }

  /** Once the rows that are being read now are held; what is asked for later is newer. */
  async settled(): Promise<void> {
    await Promise.all([this.#searching.answered(), this.#gathering]);
  }

  /** Asks for everything again, without moving anything. */
  async refetch(): Promise<void> {
    if (this.occupied) {
      this.#putOff.add('changes');
      return;
    }
    const first = this.rows[0];
    if (first !== undefined && this.following) {
      // Where somebody points at its rows by then, it is made up for without moving them.
      this.#putOff.add('changes');
      return this.renew();
    }
    this.#putOff.take('changes');
    if (first === undefined) return this.load();
    if (this.arranged) return this.#gather();
    const current = this.#begin();
    try {
      const { filter, offset } = this;
      const limit = Math.min(MANY, Math.max(PAGE, this.rows.length));
      // What was brought back may stand above the first row.
      const top = offset === 0 ? Math.max(this.#stretch.shownTo, first.sequence) : first.sequence;
      const page = await this.#searching.page({ filter, before: top + 1, limit });
      if (!current()) return;
      this.error = null;
      this.#stretch.put(page, offset);
      this.#arrivals.recount();
      this.#stretch.measure();
      this.arrived();
    } catch (thrown) {
      if (!current()) return;
      this.error = asApiError(thrown);
      this.#putOff.add('changes');
    }
  }

  async older(): Promise<void> {
    // Where it is being read, rows of another filter are about to take the place of these.
    if (!this.arranged && !this.occupied) await this.#stretch.older();
  }

  /** Brings back rows that were let go at the upper end. */
  async newer(): Promise<void> {
    if (!this.arranged && !this.busy) await this.#stretch.newer();
  }

  /** Ends a search where it is; what was found stays. */
  stop(): void {
    this.#searching.stop();
  }

  /** Goes on with a search that was stopped. */
  async searchOn(): Promise<void> {
    this.#searching.resume();
    await this.older();
    if (this.stopped) return;
    if (this.#putOff.take('changes')) await this.refetch();
    if (!this.stopped && this.#putOff.take('arrivals')) this.arrived();
  }

  select(id: string | null): void {
    if (id !== null) this.stay();
    this.selectedId = id;
    this.chosen.only(id);
    if (id !== null) this.setActive(id);
    else this.#takeIn();
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
    this.#takeIn();
  }

  /** The grid says whether its upper edge is in sight. */
  setAtTop(atTop: boolean): void {
    if (this.#atTop === atTop) return;
    this.#atTop = atTop;
    this.#takeIn();
  }

  setPointing(pointing: boolean): void {
    if (this.#pointing === pointing) return;
    this.#pointing = pointing;
    this.#takeIn();
  }

  /** While the list is covered, what comes is not even looked at: all of the time is for what covers it. */
  setCovered(covered: boolean): void {
    this.#covered = covered;
    if (!covered) this.#makeUp();
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
    if (line !== undefined) {
      this.stay();
      this.activeId = line.id;
    }
    this.#activePlace = within;
    return within;
  }

  /** Puts newer forms of rows in their places. */
  update(rows: readonly RequestRow[]): void {
    this.#stretch.update(rows);
  }

  remove(id: string): void {
    this.removeAll([id]);
  }

  removeAll(ids: readonly string[]): void {
    const gone = new Set(ids);
    this.#stretch.remove(gone);
    this.chosen.drop(ids);
    if (this.activeId !== null && gone.has(this.activeId)) this.activeId = null;
  }

  /** Where one goes when a row goes away: the one below it, else the one above. */
  neighbour(id: string): string | null {
    const place = this.placeOf(id);
    return place < 0 ? null : ((this.at(place + 1) ?? this.at(place - 1))?.id ?? null);
  }

  /** What was asked for before is not taken any more. */
  #begin(): () => boolean {
    this.#question += 1;
    return this.current();
  }

  /** It is not being read any more: what was put off is made up for, unless that would begin a search anew. */
  #free(): void {
    this.busy = false;
    this.#makeUp();
  }

  #makeUp(): void {
    if (this.occupied) return;
    if (this.#putOff.take('arrivals')) this.arrived();
    if (this.searched === null && this.#putOff.take('changes')) void this.refetch();
  }

  /** Puts in what was counted, if the list follows again. */
  #takeIn(): void {
    if (this.pending > 0 && this.following) this.arrived();
  }

  #show(page: RequestPage, filter: string, newest: number): void {
    const same = filter === this.filter;
    if (!same) {
      this.#stretch.forgetLength();
      this.chosen.only(this.selectedId);
    }
    this.filter = filter;
    this.filterError = null;
    this.error = null;
    this.loaded = true;
    this.#stretch.put(page, 0);
    this.#gathered = false;
    this.#arrivals.shownTo(Math.max(newest, page.rows[0]?.sequence ?? 0));
    if (!same) this.toTop += 1;
    if (this.row(this.activeId) === undefined && this.chosen.size < 2) this.activeId = null;
    if (this.arranged) void this.#gather();
    else this.#stretch.measure();
  }

  /** Holds as many of the newest as may be held, to arrange them. */
  #gather(): Promise<void> {
    this.#gathering = this.#gatherAll();
    return this.#gathering;
  }

  async #gatherAll(): Promise<void> {
    const current = this.#begin();
    // A page that is being read just now is not taken any more, and what changed is in what is read now.
    this.busy = false;
    const changed = this.#putOff.take('changes');
    try {
      if (await this.#stretch.gather()) {
        this.#gathered = true;
        this.error = null;
      }
    } catch (thrown) {
      if (!current()) return;
      if (changed || this.#gathered) this.#putOff.add('changes');
      if (this.#gathered) {
        // It is asked for with what comes next, and not at once without end.
        this.error = asApiError(thrown);
        return;
      }
      // Some of what would be arranged is not there.
      this.arrangement = PLAIN;
      this.#stretch.measure();
      this.unarranged(thrown);
    }
    if (!current()) return;
    this.#putOff.take('arrivals');
    this.#arrivals.recount();
    this.#arrivals.look();
  }
}
