/**
 * What the feed tells, taken to the parts of the window that it concerns. The feed says only that something is another;
 * what it is now is asked for. Where a number of the feed is missing, or the connection was lost, everything is.
 */
import type { FeedEvent } from '../bindings/FeedEvent';
import type { RequestRow } from '../bindings/RequestRow';
import type { FeedMessage } from '../host';
import { shorten, visibleText } from '../lib/escape';
import { plural } from '../lib/format';
import { Paced } from '../lib/paced';
import { verdictLook } from '../lib/verdict';
import type { Workbench } from './workbench.svelte';

/** More rows than these are asked for by pages, not by name. */
const ROWS_NAMED = 100;
/** Milliseconds between two readings of rows that are named, and of all where more changed than is named. */
const BETWEEN_NAMED = 100;
const BETWEEN_ALL = 1000;

export class Hearing {
  readonly #bench: Workbench;
  /** The number of the last event; none yet where it is 0. */
  #number = 0;
  /** Requests that changed and were not read again yet. */
  #changedIds = new Set<string>();
  readonly #named = new Paced(BETWEEN_NAMED, () => this.#readNamed());
  readonly #opened = new Paced(BETWEEN_NAMED, () => this.#bench.opened?.load() ?? Promise.resolve());
  readonly #all = new Paced(BETWEEN_ALL, () => this.#readAll().catch(() => undefined));

  constructor(bench: Workbench) {
    this.#bench = bench;
  }

  heard(message: FeedMessage): void {
    const bench = this.#bench;
    if (message.kind === 'lost') bench.lost = message.reason;
    else if (message.kind === 'connected') {
      bench.lost = null;
      this.#number = 0;
      if (message.again) this.#endpointsRefetched();
      else {
        // What came after the first page was read and before anybody listened is told by nobody.
        bench.list.arrived();
        bench.around.countsChanged();
      }
    } else this.#changed(message.event);
  }

  #changed(event: FeedEvent): void {
    const { around, editing, list, masking, notes, saved, schemes } = this.#bench;
    const gap = this.#number > 0 && event.number !== this.#number + 1;
    this.#number = event.number;
    around.recheck = event.recheck;
    for (const wish of event.wishes) this.#bench.fulfil(wish);
    if (event.refetch || gap) {
      if (event.endpoints || gap) this.#endpointsRefetched();
      else this.#refetch();
      return;
    }
    if (event.counts || event.arrived > 0) {
      around.countsChanged();
      saved.countsChanged();
    }
    if (event.arrived > 0) {
      list.arrived(event.arrived);
      notes.speak(this.#arrivalText(event.arrived));
    }
    if (event.requests.length > 0 || event.moreRequests) this.#rowsChanged(event);
    if (event.endpoints) {
      around.loadEndpoints().catch(() => undefined);
      schemes.refresh().catch(() => undefined);
      // What was masked at one that is gone is masked everywhere.
      masking.load().catch(() => undefined);
    }
    if (event.status) {
      saved.load().catch(() => undefined);
      editing.load().catch(() => undefined);
      masking.load().catch(() => undefined);
      around.countsChanged();
      around.loadSettings().catch(() => undefined);
    }
    const { opened } = this.#bench;
    if (event.endpoints && opened !== null) {
      opened.forgetDiagnosis();
      void opened.loadDetail();
    }
  }

  /** Everything; and endpoints and their secrets may be others, so that a cause that was found may be none any more. */
  #endpointsRefetched(): void {
    this.#bench.opened?.forgetDiagnosis();
    this.#refetch();
  }

  #refetch(): void {
    const { around, editing, list, masking, opened, saved, schemes } = this.#bench;
    void list.refetch();
    for (const part of [saved, editing, masking]) part.load().catch(() => undefined);
    around.loadAll().catch(() => undefined);
    schemes.refresh().catch(() => undefined);
    void opened?.load();
  }

  #rowsChanged({ requests, moreRequests }: FeedEvent): void {
    const { around, opened } = this.#bench;
    around.countsChanged();
    // Another may be open by the time the rows have been read, and that may take long.
    if (opened !== null && requests.includes(opened.id)) this.#opened.wish();
    for (const id of requests) this.#changedIds.add(id);
    if (moreRequests) this.#all.wish();
    if (requests.length > 0) this.#named.wish();
  }

  async #readNamed(): Promise<void> {
    const { host, list } = this.#bench;
    const changed = this.#changedIds;
    // What is told from now on may be newer than rows that are asked for from now on: it waits for those in its turn.
    this.#changedIds = new Set();
    // Rows that are being read just now may be older than what was told of them, and would take the place of these.
    await list.settled();
    const ids = list.rows.map(({ id }) => id).filter((id) => changed.has(id));
    if (ids.length > ROWS_NAMED) {
      this.#all.wish();
      return;
    }
    if (ids.length === 0) return;
    try {
      const rows = await host.call('request_rows', { ids });
      const there = new Set(rows.map(({ id }) => id));
      list.update(rows);
      list.removeAll(ids.filter((id) => !there.has(id)));
    } catch {
      // They are asked for with those that change next.
      for (const id of ids) this.#changedIds.add(id);
    }
  }

  async #readAll(): Promise<void> {
    const { list, opened } = this.#bench;
    await Promise.all([list.refetch(), opened?.load()]);
  }

  #arrivalText(arrived: number): string {
    const { list } = this.#bench;
    const newest = list.rows[0];
    const last = list.following && newest !== undefined ? `; last shown ${rowName(newest)}` : '';
    return `${plural(arrived, 'new request')}${last}`;
  }
}

/** What a row is called, short and with everything invisible made visible. */
function rowName(row: RequestRow): string {
  const name = row.event ?? `${row.method} ${row.target}`.trim();
  return `${visibleText(shorten(name, 80))}, ${verdictLook(row.verdict).word}`;
}
