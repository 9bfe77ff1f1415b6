/** A host for tests: it answers from a script and keeps what it was asked. */
import type { ByteRange } from '../bindings/ByteRange';
import type { DesktopSettings } from '../bindings/DesktopSettings';
import type { FeedEvent } from '../bindings/FeedEvent';
import type { RequestRow } from '../bindings/RequestRow';
import type { Args, CommandName, FeedMessage, Host, Result } from './host';
import { rowOf } from './views';

type Script = { [K in CommandName]?: (args: Args<K>) => Result<K> | Promise<Result<K>> };

/** What is chosen for the desktop where nothing was. */
export const DESKTOP: DesktopSettings = {
  tray: true,
  closing: 'quits',
  menuBar: false,
  watchedEndpoints: [],
  watchedFilters: [],
};

/** The answer of a store that cannot be read just now. */
export const busy = (): never => {
  throw { code: 'failed', message: 'the store is busy', hint: null };
};

export class ScriptedHost implements Host {
  place: Host['place'] = 'browser';
  readonly asked: [name: CommandName, args: unknown][] = [];
  readonly script: Script;
  bytes = new Map<string, Uint8Array>();
  #listeners: ((message: FeedMessage) => void)[] = [];
  #number = 0;

  constructor(script: Script) {
    this.script = script;
  }

  async call<K extends CommandName>(name: K, args: Args<K>): Promise<Result<K>> {
    this.asked.push([name, args]);
    await Promise.resolve();
    const answer = this.script[name];
    if (answer === undefined) throw { code: 'failed', message: `\`${name}\` is not scripted`, hint: null };
    return answer(args);
  }

  readBytes({ source, id, offset, length }: ByteRange): Promise<Uint8Array> {
    const all = this.bytes.get(`${source} ${id}`) ?? new Uint8Array();
    return Promise.resolve(all.slice(offset, offset + length));
  }

  subscribe(onMessage: (message: FeedMessage) => void): () => void {
    this.#listeners.push(onMessage);
    return () => {
      this.#listeners = this.#listeners.filter((listener) => listener !== onMessage);
    };
  }

  tell(message: FeedMessage): void {
    for (const listener of this.#listeners) listener(message);
  }

  happened(change: Partial<FeedEvent>): void {
    this.#number += 1;
    const quiet = {
      arrived: 0,
      requests: [],
      moreRequests: false,
      endpoints: false,
      status: false,
      counts: false,
      recheck: null,
      refetch: false,
      wishes: [],
    };
    this.tell({ kind: 'event', event: { ...quiet, number: this.#number, ...change } });
  }
}

/** A store of rows that answers `list_requests` by keyset, as the engine does. */
export class ScriptedRows {
  rows: RequestRow[] = [];
  last = 0;
  /** How many rows a search looks through at a time. */
  searched = Infinity;

  constructor(count: number) {
    this.add(count);
  }

  add(count: number, change: Partial<RequestRow> = {}): void {
    const added = Array.from({ length: count }, (_, at) => rowOf(this.last + count - at, change));
    this.last += count;
    this.rows = [...added, ...this.rows];
  }

  /** What is asked of rows. */
  get script(): Script {
    return {
      list_requests: this.page,
      count_requests: this.count,
      count_after: this.countAfter,
      request_rows: this.some,
    };
  }

  page = ({ before, after, skip, limit, filter }: Args<'list_requests'>): Result<'list_requests'> => {
    if (filter.startsWith('bad:'))
      throw { code: 'bad_filter', message: 'no field is called `bad`', hint: 'at 1' };
    const most = limit === 0 ? 200 : limit;
    const newer = before === null && after !== null;
    const all = newer ? this.rows.filter((row) => row.sequence > after).reverse() : this.rows;
    const ahead = (newer ? all : all.filter((row) => before === null || row.sequence < before)).slice(skip);
    const looked = ahead.slice(0, filter === '' ? Infinity : this.searched);
    const rows = looked.filter((row) => filter === '' || (row.event ?? '').includes(filter)).slice(0, most);
    const cut = rows.length < most && looked.length < ahead.length;
    const next = (cut ? looked.at(-1) : rows.at(-1))?.sequence ?? null;
    const more = cut || rows.length < looked.filter((row) => (row.event ?? '').includes(filter)).length;
    return { rows: newer ? rows.reverse() : rows, more, next };
  };

  countAfter = ({ after, filter }: Args<'count_after'>): Result<'count_after'> => {
    const looked = this.rows.filter((row) => row.sequence > after).reverse();
    const piece = looked.slice(0, filter === '' ? Infinity : this.searched);
    return {
      requests: piece.filter((row) => filter === '' || (row.event ?? '').includes(filter)).length,
      to: piece.at(-1)?.sequence ?? after,
      more: piece.length < looked.length,
    };
  };

  some = ({ ids }: Args<'request_rows'>): Result<'request_rows'> =>
    this.rows.filter((row) => ids.includes(row.id));

  count = ({ upTo, filter }: Args<'count_requests'>): Result<'count_requests'> => ({
    requests: this.rows.filter((row) => row.sequence <= upTo && (row.event ?? '').includes(filter)).length,
  });
}
