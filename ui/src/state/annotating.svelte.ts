/** Stars, notes and tags: what one adds to the request that is looked at. */
import type { Annotate } from '../bindings/Annotate';
import type { TagView } from '../bindings/TagView';
import type { Workbench } from './workbench.svelte';

type Change = Partial<Omit<Annotate, 'ids'>>;

export class Annotating {
  /** What is being written, if anything is. */
  editing = $state<'note' | 'tags' | null>(null);
  /** Every tag there is, to choose from. */
  tags = $state.raw<readonly TagView[]>([]);
  readonly #bench: Workbench;
  #id: string | null = null;

  constructor(bench: Workbench) {
    this.#bench = bench;
  }

  /** Begins to write, on the open request or on the row the keyboard stands on. */
  edit(what: 'note' | 'tags'): void {
    const { list, opened } = this.#bench;
    if (opened === null) this.#bench.select(list.activeId);
    this.#id = this.#bench.opened?.id ?? null;
    this.editing = what;
  }

  /** Leaves what is being written, and gives the keyboard back to the list. */
  leave(): void {
    if (this.editing === null) return;
    this.editing = null;
    this.#bench.view.rowWanted += 1;
  }

  /** Another request is shown: what was being written is left. */
  turnTo(id: string): void {
    if (this.#id !== null && this.#id !== id) this.editing = null;
    this.#id = id;
  }

  async loadTags(): Promise<void> {
    this.tags = await this.#bench.host.call('tags', {}).catch(() => this.tags);
  }

  async keepNote(id: string, note: string): Promise<void> {
    if (await this.change(id, { note })) this.leave();
  }

  /** Changes what is added to a request; says whether that was kept. */
  async change(id: string, change: Change): Promise<boolean> {
    const { host, notes, opened } = this.#bench;
    try {
      await host.call('annotate', {
        ids: [id],
        starred: null,
        note: null,
        addTags: [],
        removeTags: [],
        ...change,
      });
      if (opened?.id === id) {
        await opened.loadDetail();
        if (opened.row !== null) this.#bench.list.update(opened.row);
      }
      return true;
    } catch (thrown) {
      notes.failed('That could not be kept', thrown);
      return false;
    }
  }

  filterOf(tag: string): string {
    return /^[\p{L}\p{N}/._-]+$/u.test(tag) ? `tag:${tag}` : `tag:"${tag}"`;
  }
}
