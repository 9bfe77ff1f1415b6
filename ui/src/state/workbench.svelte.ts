/** The whole of the window's state, put together; what an action does to more than one part of it is here. */
import type { ApiError } from '../bindings/ApiError';
import type { RequestRow } from '../bindings/RequestRow';
import type { SubjectRef } from '../bindings/SubjectRef';
import type { Wish } from '../bindings/Wish';
import { asApiError, type Host } from '../host';
import { visibleText } from '../lib/escape';
import { Annotating } from './annotating.svelte';
import { Columns } from './columns.svelte';
import { Comparing } from './comparing.svelte';
import { Deleting } from './deleting.svelte';
import { Delivering } from './delivering.svelte';
import { Discarding } from './discarding.svelte';
import type { Draft } from './draft.svelte';
import { Editing } from './editing.svelte';
import { Hearing } from './hearing';
import { LeftForms } from './left.svelte';
import { Masking } from './masking.svelte';
import { Notes } from './notes.svelte';
import { FilterReading } from './reading.svelte';
import { OpenRequest } from './opened.svelte';
import { RequestList } from './requests.svelte';
import { SavedFilters } from './saved.svelte';
import { Schemes } from './schemes.svelte';
import { Several } from './several.svelte';
import { Sought } from './sought.svelte';
import { Surroundings } from './surroundings.svelte';
import { type Tab, View } from './view.svelte';

/** Milliseconds one must stay on a row, when walking, before it is read. */
const WALK = 60;

export class Workbench {
  readonly host: Host;
  readonly list: RequestList;
  readonly around: Surroundings;
  readonly view = new View();
  readonly columns = new Columns();
  readonly notes = new Notes();
  readonly deleting = new Deleting(this);
  readonly delivering = new Delivering(this);
  readonly discarding = new Discarding(this);
  readonly annotating = new Annotating(this);
  readonly saved: SavedFilters;
  readonly schemes = new Schemes(this);
  readonly reading: FilterReading;
  readonly several = new Several(this);
  readonly sought: Sought;
  readonly editing = new Editing(this);
  readonly masking = new Masking(this);
  readonly left = new LeftForms(this);
  opened = $state.raw<OpenRequest | null>(null);
  /** What is held against each other, while that page is open. */
  comparing = $state.raw<Comparing | null>(null);
  /** Why the data could not be opened, while it is not. */
  unopened = $state.raw<ApiError | null>(null);
  /** Rises when it was opened after all: everything is read anew. */
  openings = $state(0);
  /** Why the engine cannot be reached, while it cannot. */
  lost = $state<string | null>(null);
  /** What is done about a wish of the desktop; the one who knows all actions sets it. */
  fulfil: (wish: Wish) => void = () => undefined;
  readonly #hearing = new Hearing(this);
  readonly #drawn: () => Promise<void>;

  /** `pause` in milliseconds between two looks for what arrived; `drawn` once what was changed is on the screen. */
  constructor(host: Host, pause?: number, drawn = (): Promise<void> => Promise.resolve()) {
    this.host = host;
    this.#drawn = drawn;
    this.list = new RequestList(host, pause);
    this.around = new Surroundings(host);
    this.saved = new SavedFilters(host);
    this.reading = new FilterReading(host);
    this.sought = new Sought(host);
    this.list.unarranged = (why) => {
      this.notes.failed('The rows stay in the order of arrival', why);
    };
  }

  /** Reads everything and follows the feed; the answer ends it. */
  start(): () => void {
    const stop = this.host.subscribe((message) => {
      this.#hearing.heard(message);
    });
    void this.list.load();
    this.editing.load().catch(() => undefined);
    this.saved.load().catch(() => undefined);
    this.masking.load().catch(() => undefined);
    this.around.loadAll().catch((thrown: unknown) => {
      const error = asApiError(thrown);
      if (error.code === 'unusable' || error.code === 'unopened') {
        this.unopened = error;
        return;
      }
      this.notes.failed('The state of Hookbench could not be read', thrown);
    });
    return stop;
  }

  /** Opens the data again, once what was wrong is over or with the file that cannot be used set aside. */
  async startOver(setAside: boolean): Promise<void> {
    const { aside } = await this.host.call('start_over', { setAside });
    this.select(null);
    this.view.close();
    this.unopened = null;
    this.lost = null;
    this.openings += 1;
    if (aside !== null) this.notes.done(`The old file is kept as ${visibleText(aside)}`);
  }

  /** Reads anew all that is shown and forgets what was read before; the request that is open stays so. */
  async renew(): Promise<void> {
    const { opened } = this;
    this.editing.leave();
    if (opened !== null) {
      this.opened = new OpenRequest(this.host, opened.id, undefined);
      this.opened.shownDelivery = opened.shownDelivery;
    }
    this.list.forget();
    await Promise.all([
      this.schemes.builder?.renew(),
      this.list.load(),
      this.around.loadAll(),
      this.saved.load().catch(() => undefined),
      this.editing.load().catch(() => undefined),
      this.opened?.load(),
    ]);
    // Where one of them could not be read, it is still there when they are read again.
    if (this.comparing !== null) this.compare(this.comparing.before, this.comparing.after);
    this.view.rowWanted += 1;
  }

  /** The edited copy that is open. */
  get draft(): Draft | null {
    return this.editing.draft;
  }

  /** Shows a request wherever it is in the list, or says that there is none. */
  async showRequest(id: string): Promise<void> {
    await this.#try('The link leads nowhere', async () => {
      await this.host.call('request', { id });
      if (this.view.quitting) {
        // Closing what is open would end what is under way in it, before anybody said so.
        this.notes.failed('The link was not opened', {
          code: 'busy',
          message: 'whether to quit is asked first',
          hint: 'Answer that, then open the link again.',
        });
        return;
      }
      // The palette too: the request would be behind it, where no row takes the keyboard.
      this.view.palette = false;
      this.view.close();
      this.view.closeSettings();
      this.select(id);
      // The keyboard goes with it: it would make the row it is on the active one when the window is come back to.
      this.view.rowWanted += 1;
    });
  }

  /** Stops capturing, or goes on with it. */
  async turnPause(): Promise<void> {
    const paused = this.around.status?.listener.paused === true;
    await this.#try(paused ? 'Capturing cannot go on' : 'Capturing was not paused', async () => {
      await this.around.pauseListening(!paused);
    });
  }

  get row(): RequestRow | null {
    return this.opened?.row ?? this.list.row(this.list.activeId) ?? null;
  }

  /** Opens a request. While one walks through the list, its details are asked for only where one stops. */
  select(id: string | null, walking = false): void {
    this.list.select(id);
    this.editing.leave();
    if (id === null) this.opened = null;
    else if (this.opened?.id !== id) {
      const opened = new OpenRequest(this.host, id, this.list.row(id), this.#drawn());
      this.opened = opened;
      if (!walking) void opened.load();
      else setTimeout(() => void (this.opened === opened && opened.load()), WALK);
    }
  }

  /** Moves the active row; an open request follows, so that one can read through the list. */
  move(by: number): void {
    this.#stand(this.list.move(by));
  }

  moveTo(place: number): void {
    this.#stand(this.list.moveTo(place));
  }

  /** Moves the active row and picks everything from where the stretch began. */
  extend(by: number): void {
    const { list } = this;
    const start = list.activeId ?? list.selectedId;
    if (start !== null) list.chosen.anchorAt(start);
    const place = list.move(by);
    const row = list.at(place);
    if (row === undefined) return;
    list.extendTo(row.id);
    this.view.rowWanted += 1;
    this.sayChosen();
  }

  /** Says how many are picked out. */
  sayChosen(): void {
    const number = this.several.count;
    this.notes.speak(number === null ? 'All that match are selected' : `${number} selected`);
  }

  /** Leaves what is innermost: the question whether to quit, a dialog, the drawer, a scheme, the settings, the editor, the request. */
  back(): void {
    if (this.view.quitting) this.view.quitting = false;
    else if (this.view.palette) this.view.palette = false;
    else if (this.view.dialog?.kind === 'confirm') this.view.dialog.answer(false);
    else if (this.view.dialog !== null) this.view.close();
    else if (this.view.drawer) this.view.drawer = false;
    else if (this.schemes.builder !== null) this.schemes.leave();
    else if (this.view.settings !== null) this.view.closeSettings();
    else if (this.comparing !== null) this.leaveComparison();
    else if (this.draft !== null) this.leaveDraft();
    else if (this.list.chosen.several) this.list.unselect();
    else this.select(null);
  }

  showTab(tab: Tab): void {
    this.view.tab = tab;
  }

  async star(row: RequestRow): Promise<void> {
    const starred = !row.starred;
    this.#show({ ...row, starred });
    await this.#try('The star could not be kept', async () => {
      await this.host.call('annotate', {
        ids: [row.id],
        starred,
        note: null,
        addTags: [],
        removeTags: [],
      });
      this.around.countsChanged();
    });
  }

  /** Opens the sheet that sends several: these requests, or all that match a filter. */
  openSequence(chosen: readonly string[] | string): void {
    this.view.open({ kind: 'sequence', chosen });
  }

  async edit(): Promise<void> {
    const opened = this.openAtHand();
    if (opened === null) return;
    const open = (): Promise<void> =>
      this.#try('The body could not be read', () => this.editing.open(this.opened ?? opened));
    if (!this.masking.presenting) return open();
    this.view.open({ kind: 'covered', what: 'Edit and replay', then: () => void open() });
  }

  leaveDraft(): void {
    this.editing.leave();
  }

  /** Opens the page that holds two things against each other. */
  compare(before: SubjectRef, after: SubjectRef): void {
    this.view.close();
    this.view.closeSettings();
    this.comparing = new Comparing(this.host, before, after);
    void this.comparing.load();
  }

  /** Compares the two requests that are picked out, the older first; asks for the other where there is one. */
  async compareChosen(): Promise<void> {
    const [before, after, more] = this.list.chosen.several ? await this.several.ids() : [];
    if (before !== undefined && after !== undefined && more === undefined) {
      this.compare({ kind: 'request', id: before }, { kind: 'request', id: after });
    } else if (this.row !== null) this.view.open({ kind: 'compare', request: this.row.id });
  }

  /** Compares a request with the one before it of its kind. */
  async comparePrevious(id: string): Promise<void> {
    await this.#try('It could not be compared', async () => {
      const { request } = await this.host.call('previous_alike', { id });
      if (request === null) {
        throw {
          code: 'not_found',
          message: 'no request before it has the same endpoint, provider and event',
          hint: 'Choose the other one by hand: pick out both in the list.',
        };
      }
      this.compare({ kind: 'request', id: request.id }, { kind: 'request', id });
    });
  }

  /** Goes back from the comparison, to the request it was about or to another one of it. */
  leaveComparison(request: string | null = null): void {
    this.comparing = null;
    if (request !== null) this.select(request);
    this.view.rowWanted += 1;
  }

  async sendSample(provider: string, sample: string): Promise<void> {
    const { dialog } = this.view;
    await this.#try('The sample could not be sent', async () => {
      const sent = await this.host.call('send_sample', { provider, sample });
      this.view.close(dialog);
      const own = sent.withTestKey ? '. It is signed with a test key made here' : '';
      const why = sent.unsigned === null ? own : `. It is not signed: ${sent.unsigned}`;
      const told = `Sent to ${visibleText(sent.path)}; the listener answered ${sent.status}${why}`;
      const endpoint = this.around.endpointAt(sent.path);
      // Where it was not signed for another reason, a secret would be no remedy.
      if (sent.unsigned === null || endpoint === undefined || endpoint.secrets.length > 0)
        this.notes.done(told);
      else {
        const note = this.notes.offered(told, {
          title: 'Add its secret…',
          run: () => {
            this.notes.dismiss(note);
            this.view.open({ kind: 'endpoint', endpoint, path: endpoint.path, part: 'secrets' });
          },
        });
      }
      this.list.arrived();
      this.around.countsChanged();
    });
  }

  /** The keyboard goes to a place of the list, which may first have to be read. */
  #stand(place: number): void {
    const { list } = this;
    if (place < 0) return;
    if (list.lineAt(place) === undefined) {
      this.view.placeWanted = { place };
      void list.reach(place).then(() => {
        // It may have gone elsewhere meanwhile.
        if (list.activePlace === place && list.lineAt(place) !== undefined) this.#stand(list.moveTo(place));
      });
      return;
    }
    const row = list.at(place);
    if (this.opened !== null && this.draft === null && row !== undefined) this.select(row.id, true);
    this.view.rowWanted += 1;
  }

  #show(row: RequestRow): void {
    this.list.update([row]);
    if (this.opened?.id === row.id) this.opened.row = row;
  }

  /** The open request, or the one that the keyboard stands on, opened. */
  openAtHand(): OpenRequest | null {
    if (this.opened !== null || this.list.activeId === null) return this.opened;
    this.select(this.list.activeId);
    return this.opened;
  }

  async #try(what: string, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (thrown) {
      this.notes.failed(what, thrown);
    }
  }
}
