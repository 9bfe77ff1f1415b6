/**
 * Deleting, and bringing back what was deleted while the engine still can. A row goes at once and the one beside it
 * takes its place, so that neither the eye nor the keyboard is left without one.
 */
import type { Deletion } from '../bindings/Deletion';
import type { MatchCount } from '../bindings/MatchCount';
import type { RequestRow } from '../bindings/RequestRow';
import { plural } from '../lib/format';
import type { Workbench } from './workbench.svelte';

/** Milliseconds for which a deletion can be undone. */
export const UNDOABLE = 10 * 60_000;

/** Counting stops here: that it is more is all one wants to know. */
export const COUNTED_AT_MOST = 10_000;

interface Undoable {
  id: number;
  requests: number;
  /** The request that was open, to open it again. */
  reopen: string | null;
  /** When it was deleted. */
  at: number;
}

/** How far a long deletion is. */
export interface Progress {
  done: number;
  cancelled: boolean;
}

export class Deleting {
  /** What can be brought back, the latest last. */
  kept = $state.raw<readonly Undoable[]>([]);
  undoing = $state(false);
  /** How far the deletion that is under way is. */
  progress = $state.raw<Progress | null>(null);
  readonly #bench: Workbench;
  #note: number | null = null;

  constructor(bench: Workbench) {
    this.#bench = bench;
  }

  get last(): Undoable | null {
    return this.kept.at(-1) ?? null;
  }

  async request(row: RequestRow): Promise<void> {
    const { host, list, notes, opened } = this.#bench;
    const open = opened?.id === row.id;
    const next = list.neighbour(row.id);
    if (open) this.#bench.select(next, true);
    else if (list.activeId === row.id) list.activeId = next;
    list.remove(row.id);
    this.#giveKeyboard();
    try {
      this.#deleted(await host.call('delete_requests', { ids: [row.id] }), open ? row.id : null);
    } catch (thrown) {
      notes.failed('The request was not deleted', thrown);
      await list.refetch();
    }
  }

  /** Deletes several by name. */
  async several(ids: readonly string[]): Promise<void> {
    const { host, list, notes, opened } = this.#bench;
    const reopen = opened !== null && ids.includes(opened.id) ? opened.id : null;
    if (reopen !== null) this.#bench.select(null);
    list.unselect();
    list.removeAll(ids);
    this.#giveKeyboard();
    try {
      this.#deleted(await host.call('delete_requests', { ids: [...ids] }), reopen);
    } catch (thrown) {
      notes.failed('The requests were not deleted', thrown);
      await list.refetch();
    }
  }

  /** Counts what a filter matches, for a short time at a time; tells how far it is, and stops when it is told to. */
  async count(
    filter: string,
    told: (counted: number, marked: number, more: boolean) => boolean,
  ): Promise<void> {
    let [from, counted, marked]: [number | null, number, number] = [null, 0, 0];
    for (;;) {
      const step: MatchCount = await this.#bench.host.call('count_matching', { filter, from });
      counted += step.requests;
      marked += step.marked;
      from = step.next;
      const done = from === null || counted >= COUNTED_AT_MOST;
      if (!told(counted, marked, from !== null) || done) return;
    }
  }

  /** Deletes all that match a filter, step by step; throws an `ApiError` for the asker to show. */
  async matching(filter: string): Promise<void> {
    const { host, list, view } = this.#bench;
    let step: { id: number | null; next: number | null } = { id: null, next: null };
    let requests = 0;
    this.progress = { done: 0, cancelled: false };
    try {
      do {
        const done = await host.call('delete_matching', { filter, id: step.id, from: step.next });
        step = done;
        requests += done.requests;
        this.progress = { ...this.progress, done: requests };
      } while (step.next !== null && !this.progress.cancelled);
    } finally {
      const { cancelled } = this.progress;
      this.progress = null;
      if (step.id !== null) this.#deleted({ id: step.id, requests }, null, cancelled);
      await list.refetch();
      await this.#leaveDeleted();
    }
    if (view.dialog?.kind === 'deleteMatching') view.close();
    // After the dialog has given the keyboard back.
    setTimeout(() => {
      this.#giveKeyboard();
    });
  }

  /** Stops a deletion after the step that is under way; what was deleted by then can be brought back. */
  cancel(): void {
    if (this.progress !== null) this.progress = { ...this.progress, cancelled: true };
  }

  /** Brings all of a deletion back, step by step; tells how many requests. */
  async bringBack(id: number): Promise<number> {
    let requests = 0;
    let step: Deletion;
    do {
      step = await this.#bench.host.call('undo_deletion', { id });
      requests += step.requests;
    } while (step.next !== null);
    this.#forget(id);
    await this.#bench.list.refetch();
    return requests;
  }

  /** Brings back what was deleted last. */
  async undo(): Promise<void> {
    const { last } = this;
    if (last === null || this.undoing) return;
    const { list, notes } = this.#bench;
    this.undoing = true;
    try {
      const requests = await this.bringBack(last.id);
      const row = list.row(last.reopen);
      if (row !== undefined && this.#bench.draft === null) this.#bench.select(row.id);
      this.#dismiss();
      this.#note = notes.done(
        requests > 0
          ? `${plural(requests, 'request')} brought back`
          : 'There is nothing left of it to bring back',
      );
    } catch (thrown) {
      notes.failed('The deletion was not undone', thrown);
    } finally {
      this.undoing = false;
    }
    this.#giveKeyboard();
  }

  #deleted(deletion: Pick<Deletion, 'id' | 'requests'>, reopen: string | null, cancelled = false): void {
    const { notes } = this.#bench;
    this.#dismiss();
    if (deletion.requests === 0) {
      notes.done('There was nothing to delete any more');
      return;
    }
    const { id, requests } = deletion;
    this.kept = [...this.kept, { id, requests, reopen, at: Date.now() }];
    setTimeout(() => {
      this.#forget(id);
    }, UNDOABLE);
    const stopped = cancelled ? 'Stopped: ' : '';
    this.#note = notes.offered(`${stopped}${plural(requests, 'request')} deleted`, {
      title: 'Undo',
      run: () => void this.undo(),
    });
  }

  #forget(id: number): void {
    if (this.last?.id === id) this.#dismiss();
    this.kept = this.kept.filter((deletion) => deletion.id !== id);
  }

  /** There is one note at a time, and it speaks of the latest deletion. */
  #dismiss(): void {
    if (this.#note !== null) this.#bench.notes.dismiss(this.#note);
    this.#note = null;
  }

  /** Closes the open request where it was among what was deleted. */
  async #leaveDeleted(): Promise<void> {
    const { opened } = this.#bench;
    if (opened === null) return;
    await opened.loadDetail();
    if (opened.error?.code === 'not_found' && this.#bench.opened === opened) this.#bench.select(null);
  }

  #giveKeyboard(): void {
    const { list, opened, view } = this.#bench;
    if (view.frame === 'one' && opened !== null) return;
    if (list.row(list.activeId) === undefined) list.activeId = list.rows[0]?.id ?? null;
    view.rowWanted += 1;
  }
}
