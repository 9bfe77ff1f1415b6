/**
 * Asking for pages of the list. A filter that the index answers is asked once; one that has to look through the bytes is
 * asked until something is found: it says how far it is, and can be stopped. Nothing here holds rows.
 */
import type { CountedAfter } from '../bindings/CountedAfter';
import type { RequestPage } from '../bindings/RequestPage';
import type { Host } from '../host';

export const PAGE = 200;
/** Milliseconds after a find for which a search is still shown, so that it does not flicker from find to find. */
const BETWEEN = 300;

export interface Ask {
  filter: string;
  before?: number | null;
  after?: number;
  skip?: number;
  limit?: number;
}

export class Searching {
  /** How many requests the search that is under way, or was stopped, has looked through; `null` where there is none. */
  searched = $state<number | null>(null);
  /** A search was stopped by the person before it was through. */
  stopped = $state(false);
  readonly #host: Host;
  #round = 0;
  /** Pages that were asked for and are not there yet. */
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** One page, whatever is in it. */
  page({ filter, before = null, after, skip = 0, limit = PAGE }: Ask): Promise<RequestPage> {
    const page = this.#host.call('list_requests', { before, after: after ?? null, skip, limit, filter });
    this.#underWay.add(page);
    const there = (): boolean => this.#underWay.delete(page);
    page.then(there, there);
    return page;
  }

  /** Once the pages that are under way now are there and were taken in; no search is waited for, each of its pages is short. */
  async answered(): Promise<void> {
    if (this.#underWay.size === 0) return;
    await Promise.allSettled(this.#underWay);
    // Whoever asked for one takes it in as soon as it is there, which is over before anything else begins.
    await new Promise((resolve) => setTimeout(resolve));
  }

  /** How many came after one, as far as that is counted in a short time. */
  countAfter(filter: string, after: number): Promise<CountedAfter> {
    return this.#host.call('count_after', { filter, after });
  }

  /** The newest request of all, where a filter may hide it: what came before it need not be searched again. */
  async newest(filter: string): Promise<number> {
    if (filter === '') return 0;
    return (await this.page({ filter: '', limit: 1 })).rows[0]?.sequence ?? 0;
  }

  /** Whatever was searched for before is of no interest any more. */
  forget(): void {
    this.#round += 1;
    this.searched = null;
    this.stopped = false;
  }

  /** Ends a search where it is; what was found stays. */
  stop(): void {
    this.stopped = this.searched !== null;
  }

  /** Lets a search that was stopped be gone on with. */
  resume(): void {
    this.stopped = false;
  }

  /**
   * A page with something in it, or the last one: a search through the bytes gives what it found in a short time, which
   * may be nothing. How far it came, counted down from `from`, is told meanwhile.
   */
  async look(ask: Ask, from: number, current: () => boolean): Promise<RequestPage> {
    const { after, limit = PAGE } = ask;
    const round = ++this.#round;
    // A bar that says that it searches must not outlast the search.
    const over = (): void => {
      if (round === this.#round) this.forget();
    };
    try {
      let page = await this.page(ask);
      const isShort = (): boolean => page.more && page.next !== null && page.rows.length < limit;
      while (current() && after === undefined && isShort()) {
        this.searched = Math.max(0, from - (page.next ?? 0) + 1);
        if (this.stopped) return page;
        if (page.rows.length > 0) {
          // Where the screen is not full it is gone on at once; else the search is over until more is scrolled to.
          setTimeout(() => {
            if (round === this.#round && !this.stopped) this.searched = null;
          }, BETWEEN);
          return page;
        }
        page = await this.page({ ...ask, before: page.next });
      }
      if (current() || !this.stopped) over();
      return page;
    } catch (thrown) {
      over();
      throw thrown;
    }
  }
}
