/**
 * Deleting, and bringing back what was deleted while the engine still can. A row goes at once and the one beside it
 * takes its place, so that neither the eye nor the keyboard is left without one.
 */
import type { Deletion } from '../bindings/Deletion';
import type { RequestRow } from '../bindings/RequestRow';
import { plural } from '../lib/format';
import type { Workbench } from './workbench.svelte';

/** Milliseconds for which a deletion can be undone. */
export const UNDOABLE = 10 * 60_000;

interface Undoable extends Deletion {
  /** The request that was open, to open it again. */
  reopen: string | null;
}

export class Deleting {
  /** What can be brought back, the latest last. */
  kept = $state.raw<readonly Undoable[]>([]);
  undoing = $state(false);
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

  /** Deletes all that match a filter; throws an `ApiError` for the asker to show. */
  async matching(filter: string): Promise<void> {
    const { host, list, view } = this.#bench;
    try {
      this.#deleted(await host.call('delete_matching', { filter }), null);
    } finally {
      await list.refetch();
      await this.#leaveDeleted();
    }
    if (view.dialog?.kind === 'deleteMatching') view.close();
    // After the dialog has given the keyboard back.
    setTimeout(() => {
      this.#giveKeyboard();
    });
  }

  /** Brings back what was deleted last. */
  async undo(): Promise<void> {
    const { last } = this;
    if (last === null || this.undoing) return;
    const { host, list, notes } = this.#bench;
    this.undoing = true;
    try {
      const { requests } = await host.call('undo_deletion', { id: last.id });
      this.#forget(last.id);
      await list.refetch();
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

  #deleted(deletion: Deletion, reopen: string | null): void {
    const { notes } = this.#bench;
    this.#dismiss();
    if (deletion.requests === 0) {
      notes.done('There was nothing to delete any more');
      return;
    }
    this.kept = [...this.kept, { ...deletion, reopen }];
    setTimeout(() => {
      this.#forget(deletion.id);
    }, UNDOABLE);
    this.#note = notes.offered(`${plural(deletion.requests, 'request')} deleted`, {
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
