import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RequestRow } from '../bindings/RequestRow';
import { busy, ScriptedHost, ScriptedRows } from '../host/scripted';
import { UNDOABLE } from './deleting.svelte';
import { Workbench } from './workbench.svelte';

const settle = (): Promise<void> => vi.advanceTimersByTimeAsync(5).then(() => undefined);

/** An engine that deletes and brings back, as the real one does: by moving rows aside. */
async function bench(count = 3): Promise<{ made: Workbench; host: ScriptedHost; store: ScriptedRows }> {
  const store = new ScriptedRows(count);
  const aside = new Map<number, RequestRow[]>();
  const take = (gone: (row: RequestRow) => boolean): { id: number; requests: number; next: null } => {
    const id = aside.size + 1;
    aside.set(id, store.rows.filter(gone));
    store.rows = store.rows.filter((row) => !gone(row));
    return { id, requests: aside.get(id)?.length ?? 0, next: null };
  };
  const host = new ScriptedHost({
    ...store.script,
    request: ({ id }) => {
      if (!store.rows.some((row) => row.id === id))
        throw { code: 'not_found', message: `no request \`${id}\``, hint: null };
      throw { code: 'failed', message: 'not scripted', hint: null };
    },
    deliveries: () => [],
    delete_requests: ({ ids }) => take((row) => ids.includes(row.id)),
    delete_matching: ({ filter }) => take((row) => (row.event ?? '').includes(filter)),
    undo_deletion: ({ id }) => {
      const back = aside.get(id) ?? [];
      aside.set(id, []);
      store.rows = [...store.rows, ...back].sort((one, other) => other.sequence - one.sequence);
      return { id, requests: back.length, next: null };
    },
  });
  const made = new Workbench(host, 0);
  await made.list.load();
  return { made, host, store };
}

const ids = (made: Workbench): string[] => made.list.rows.map((row) => row.id);
const remove = async (made: Workbench): Promise<void> => {
  if (made.row !== null) await made.deleting.request(made.row);
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('deleting the open request', () => {
  it('opens the one below it', async () => {
    const { made, host } = await bench();
    made.select('r2');
    await remove(made);
    expect(host.asked).toContainEqual(['delete_requests', { ids: ['r2'] }]);
    expect([ids(made), made.opened?.id, made.list.activeId]).toEqual([['r3', 'r1'], 'r1', 'r1']);
  });

  it('opens the one above where it was the last', async () => {
    const { made } = await bench();
    made.select('r1');
    await remove(made);
    expect(made.opened?.id).toBe('r2');
  });

  it('closes it where there is no other', async () => {
    const { made } = await bench(1);
    made.select('r1');
    await remove(made);
    expect([made.opened, ids(made)]).toEqual([null, []]);
  });

  it('asks for the keyboard to be given to a row', async () => {
    const { made } = await bench();
    made.select('r2');
    const before = made.view.rowWanted;
    await remove(made);
    expect(made.view.rowWanted).toBe(before + 1);
  });
});

describe('deleting the row the keyboard stands on', () => {
  it('moves on and opens nothing', async () => {
    const { made } = await bench();
    made.list.move(1);
    await remove(made);
    expect([ids(made), made.list.activeId, made.opened]).toEqual([['r2', 'r1'], 'r2', null]);
  });

  it('brings the row back where it failed, and says why', async () => {
    const { made, host } = await bench();
    host.script.delete_requests = () => {
      throw { code: 'store', message: 'the disk is full', hint: 'Make room.' };
    };
    made.list.move(1);
    await remove(made);
    expect(ids(made)).toEqual(['r3', 'r2', 'r1']);
    expect(made.notes.list.at(-1)?.message).toBe('The request was not deleted: the disk is full');
    expect(made.deleting.last).toBeNull();
  });
});

describe('undoing', () => {
  it('brings the newest back above the others and opens it again', async () => {
    const { made, host } = await bench();
    made.select('r3');
    await remove(made);
    expect(made.notes.list.at(-1)).toMatchObject({ message: '1 request deleted', offer: { title: 'Undo' } });
    made.notes.list.at(-1)?.offer?.run();
    await settle();
    expect(host.asked).toContainEqual(['undo_deletion', { id: 1 }]);
    expect([ids(made), made.opened?.id]).toEqual([['r3', 'r2', 'r1'], 'r3']);
    expect(made.notes.list.map((note) => note.message)).toEqual(['1 request brought back']);
  });

  it('goes back one deletion after the other', async () => {
    const { made } = await bench();
    made.list.move(1);
    await remove(made);
    await remove(made);
    expect(made.notes.list, 'one note speaks of the latest').toHaveLength(1);
    await made.deleting.undo();
    expect(ids(made)).toEqual(['r2', 'r1']);
    await made.deleting.undo();
    expect(ids(made)).toEqual(['r3', 'r2', 'r1']);
    expect(made.deleting.last).toBeNull();
  });

  it('is offered for ten minutes and no longer', async () => {
    const { made } = await bench();
    made.list.move(1);
    await remove(made);
    await vi.advanceTimersByTimeAsync(UNDOABLE - 1000);
    expect(made.notes.list, 'the note is gone before').toEqual([]);
    expect(made.deleting.last?.requests).toBe(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(made.deleting.last).toBeNull();
  });

  it('that failed can be tried again', async () => {
    const { made, host } = await bench();
    made.list.move(1);
    await remove(made);
    const right = host.script.undo_deletion;
    host.script.undo_deletion = busy;
    await made.deleting.undo();
    expect(made.notes.list.at(-1)?.message).toContain('the store is busy');
    if (right) host.script.undo_deletion = right;
    await made.deleting.undo();
    expect(ids(made)).toEqual(['r3', 'r2', 'r1']);
  });

  it('does not put what only was counted into the list', async () => {
    const { made, store } = await bench();
    made.select('r3');
    store.add(2);
    made.list.arrived();
    await settle();
    await remove(made);
    await made.deleting.undo();
    await settle();
    expect([ids(made), made.list.pending]).toEqual([['r3', 'r2', 'r1'], 2]);
  });
});

describe('deleting all that match', () => {
  it('takes them out and closes the open one where it was among them', async () => {
    const { made, store } = await bench();
    store.add(1, { event: 'push' });
    await made.list.load();
    made.select('r2');
    await made.deleting.matching('invoice');
    await settle();
    expect([ids(made), made.opened]).toEqual([['r4'], null]);
    await made.deleting.undo();
    expect(ids(made)).toHaveLength(4);
  });

  it('leaves an open one that does not match', async () => {
    const { made, store } = await bench();
    store.add(1, { event: 'push' });
    await made.list.load();
    made.select('r4');
    await made.deleting.matching('invoice');
    expect(made.opened?.id).toBe('r4');
  });

  it('goes on step by step and is one deletion', async () => {
    const { made, host } = await bench(3);
    const steps: unknown[] = [];
    host.script.delete_matching = (asked) => {
      steps.push(asked);
      return { id: 7, requests: 100, next: steps.length < 3 ? 50 - steps.length : null };
    };
    await made.deleting.matching('');
    expect(steps).toEqual([
      { filter: '', id: null, from: null },
      { filter: '', id: 7, from: 49 },
      { filter: '', id: 7, from: 48 },
    ]);
    expect(made.deleting.last).toMatchObject({ id: 7, requests: 300 });
    expect(made.deleting.progress).toBeNull();
  });

  it('stops when it is cancelled, and what was deleted by then can be brought back', async () => {
    const { made, host } = await bench(3);
    host.script.delete_matching = () => {
      made.deleting.cancel();
      return { id: 7, requests: 100, next: 50 };
    };
    await made.deleting.matching('');
    expect(made.deleting.last).toMatchObject({ id: 7, requests: 100 });
    expect(made.notes.list.at(-1)?.message).toBe('Stopped: 100 requests deleted');
  });

  it('can be undone as far as it came where it failed', async () => {
    const { made, host } = await bench(3);
    let steps = 0;
    host.script.delete_matching = () => {
      steps += 1;
      if (steps > 1) throw { code: 'store', message: 'the disk is full', hint: null };
      return { id: 7, requests: 100, next: 50 };
    };
    await expect(made.deleting.matching('')).rejects.toMatchObject({ message: 'the disk is full' });
    expect(made.deleting.last).toMatchObject({ id: 7, requests: 100 });
  });

  it('is told how many they are, and no more than that they are more than 10,000', async () => {
    const { made, host } = await bench(0);
    const from: unknown[] = [];
    host.script.count_matching = (asked) => {
      from.push(asked.from);
      return { requests: 6000, marked: 1, next: 100 - from.length };
    };
    const told: unknown[] = [];
    await made.deleting.count('', (...numbers) => told.push(numbers) > 0);
    expect(from).toEqual([null, 99]);
    expect(told).toEqual([
      [6000, 1, true],
      [12_000, 2, true],
    ]);
  });

  it('stops counting when it is told to', async () => {
    const { made, host } = await bench(1);
    host.script.count_matching = () => ({ requests: 1, marked: 0, next: 5 });
    await made.deleting.count('', () => false);
    expect(host.asked.filter(([name]) => name === 'count_matching')).toHaveLength(1);
  });
});

describe('a note', () => {
  it('stays while it is pointed at', async () => {
    const { made } = await bench();
    made.notes.done('Done');
    const key = made.notes.list[0]?.key ?? 0;
    made.notes.hold(key, true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(made.notes.list).toHaveLength(1);
    made.notes.hold(key, false);
    await vi.advanceTimersByTimeAsync(3000);
    expect(made.notes.list).toEqual([]);
  });
});
