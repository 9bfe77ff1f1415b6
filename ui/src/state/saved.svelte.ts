/** The filters that are kept in the sidebar, and those that were used last. */
import type { SavedFilterView } from '../bindings/SavedFilterView';
import type { Host } from '../host';
import { isString, recall, remember } from '../lib/remember';

const REMEMBERED = 20;
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString);

export class SavedFilters {
  list = $state.raw<readonly SavedFilterView[]>([]);
  /** The filters that were used last, the latest first. */
  used = $state.raw<readonly string[]>(recall('filter.used', [], isTexts));
  readonly #host: Host;
  #waits = false;

  constructor(host: Host) {
    this.#host = host;
  }

  async load(): Promise<void> {
    this.list = await this.#host.call('saved_filters', {});
  }

  /** Counts change with every request; they are asked for at most every second, and only where there are any. */
  countsChanged(): void {
    if (this.#waits || this.list.length === 0) return;
    this.#waits = true;
    setTimeout(() => {
      this.#waits = false;
      this.load().catch(() => undefined);
    }, 1000);
  }

  async save(name: string, filter: string): Promise<void> {
    this.list = await this.#host.call('save_filter', { name, filter });
  }

  async rename(name: string, to: string): Promise<void> {
    this.list = await this.#host.call('rename_filter', { name, to });
  }

  /** Moves a filter up or down by one place. */
  async move(name: string, by: -1 | 1): Promise<void> {
    const names = this.list.map((saved) => saved.name);
    const from = names.indexOf(name);
    const to = from + by;
    if (from < 0 || to < 0 || to >= names.length) return;
    names.splice(to, 0, ...names.splice(from, 1));
    this.list = await this.#host.call('order_filters', { names });
  }

  /** Remembers a filter that was used. */
  use(filter: string): void {
    const text = filter.trim();
    if (text === '') return;
    this.used = [text, ...this.used.filter((known) => known !== text)].slice(0, REMEMBERED);
    remember('filter.used', this.used);
  }
}
