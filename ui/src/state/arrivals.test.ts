/** What arrives and changes while rows are being read: it is counted once, and no older row takes its place. */
import { describe, expect, it, vi } from 'vitest';
import { busy, ScriptedHost, ScriptedRows } from '../host/scripted';
import { PLAIN } from '../lib/arrange';
import { listOf, settle } from './listed';
import { RequestList } from './requests.svelte';
import { PAGE } from './searching.svelte';
import { Workbench } from './workbench.svelte';

/** Answers of a command that come only when they are let through; what they say is what was so when it was asked. */
function heldBack(
  host: ScriptedHost,
  name: 'list_requests' | 'count_after',
): (most?: number) => Promise<void> {
  const waiting: (() => void)[] = [];
  const answer = host.script[name] as (args: unknown) => unknown;
  Object.assign(host.script, {
    [name]: async (args: unknown) => {
      const answered = answer(args);
      await new Promise<void>((go) => waiting.push(go));
      return answered;
    },
  });
  return async (most = waiting.length) => {
    for (const go of waiting.splice(0, most)) go();
    await settle();
  };
}

describe('what arrives while rows are read again', () => {
  it('is not forgotten by a count that began before and ends after that', async () => {
    const { store, host, list } = await listOf(3);
    list.select('r2');
    store.add(2);
    list.arrived();
    await settle();
    expect(list.pending).toBe(2);
    const [rows, counts] = [heldBack(host, 'list_requests'), heldBack(host, 'count_after')];
    const read = list.refetch();
    list.arrived();
    await settle();
    await rows();
    await read;
    await counts();
    await counts();
    expect(list.pending, 'all that is not in the list').toBe(2);
  });

  it('is counted although another filter was begun and given up meanwhile', async () => {
    const { store, host, list } = await listOf(3);
    list.select('r2');
    const [rows, counts] = [heldBack(host, 'list_requests'), heldBack(host, 'count_after')];
    store.add(1);
    list.arrived();
    await settle();
    void list.setFilter('other');
    await settle();
    await counts();
    await list.setFilter('');
    await rows();
    await counts();
    expect(list.pending).toBe(1);
  });

  it('is counted in another order than that of arrival too', async () => {
    const { store, list } = await listOf(3);
    await list.arrange({ ...PLAIN, sort: 'size' });
    expect(list.arranged).toBe(true);
    store.add(2);
    await list.refetch();
    await settle();
    expect([list.rows.length, list.pending]).toEqual([3, 2]);
  });
});

describe('what arrives and cannot be read', () => {
  it.each([
    ['put in', 'list_requests', null],
    ['counted', 'count_after', 'r2'],
  ] as const)('is told where it would be %s, and is there once it can be read', async (_, name, selected) => {
    const { store, host, list } = await listOf(3);
    list.select(selected);
    const answer = host.script[name];
    host.script[name] = busy;
    store.add(1);
    list.arrived();
    await settle();
    expect(list.error?.message).toBe('the store is busy');
    expect(list.rows.length).toBe(3);
    Object.assign(host.script, { [name]: answer });
    store.add(1);
    list.arrived();
    await settle();
    expect(list.error).toBeNull();
    expect(list.rows.length + list.pending).toBe(5);
  });

  it('is told as long as some of what is asked for cannot be read', async () => {
    const { store, host, list } = await listOf(3);
    list.select('r2');
    host.script.list_requests = busy;
    await list.load();
    store.add(1);
    list.arrived();
    await settle();
    expect(list.pending).toBe(1);
    expect(list.error?.message).toBe('the store is busy');
  });

  it.each([
    ['where it follows', true],
    ['where one is elsewhere in it', false],
  ])('hides no change that was asked for meanwhile, %s', async (_, atTop) => {
    const { store, host, list } = await listOf(3);
    list.setAtTop(atTop);
    store.rows = store.rows.map((row) => ({ ...row, starred: true }));
    host.script.list_requests = busy;
    await list.refetch();
    expect(list.rows.map(({ starred }) => starred)).toEqual([false, false, false]);
    expect(list.error?.message).toBe('the store is busy');
    host.script.list_requests = store.page;
    store.add(1);
    list.arrived();
    await settle();
    expect(list.error).toBeNull();
    expect(list.rows.slice(-3).map(({ starred }) => starred)).toEqual([true, true, true]);
  });

  it('asks again with what comes next where nothing could be read yet, and not without end', async () => {
    const store = new ScriptedRows(3);
    const host = new ScriptedHost({ ...store.script, list_requests: busy });
    const list = new RequestList(host, 0);
    await list.load();
    const asked = (): number => host.asked.filter(([name]) => name === 'list_requests').length;
    const before = asked();
    list.arrived();
    await settle();
    await settle();
    expect(asked() - before, 'once').toBe(1);
    host.script.list_requests = store.page;
    list.arrived();
    await settle();
    expect(list.error).toBeNull();
    expect(list.rows.length).toBe(3);
  });
});

describe('a crowd', () => {
  const pages = (host: ScriptedHost): number =>
    host.asked.filter(([name]) => name === 'list_requests').length;

  it('that takes the place of all rows is read once', async () => {
    const { store, host } = await listOf(PAGE + 3);
    const bench = new Workbench(host, 0);
    const stop = bench.start();
    await settle();
    const before = pages(host);
    store.add(PAGE + 1);
    host.happened({ arrived: PAGE + 1 });
    await settle();
    stop();
    expect(bench.list.rows[0]?.sequence).toBe(2 * PAGE + 4);
    expect(bench.list.pending).toBe(0);
    expect(pages(host) - before).toBe(1);
  });

  it('of which a filter may let through little is looked at by what follows', async () => {
    const { store, host, list } = await listOf(3);
    await list.setFilter('invoice');
    const asked = host.asked.length;
    store.add(1);
    list.arrived(PAGE + 1);
    await settle();
    expect(list.rows.length).toBe(4);
    expect(host.asked.slice(asked)).toContainEqual(['list_requests', expect.objectContaining({ after: 3 })]);
  });

  it('is shown at once, and what follows it only after a longer pause', async () => {
    vi.useFakeTimers();
    const store = new ScriptedRows(3);
    const list = new RequestList(new ScriptedHost(store.script), 100);
    await list.load();
    const comes = async (count: number): Promise<number | undefined> => {
      store.add(count);
      list.arrived(count);
      await vi.advanceTimersByTimeAsync(0);
      return list.rows[0]?.sequence;
    };
    expect(await comes(PAGE + 1)).toBe(PAGE + 4);
    expect(await comes(1)).toBe(PAGE + 4);
    await vi.advanceTimersByTimeAsync(200);
    expect(list.rows[0]?.sequence, 'a pause is over').toBe(PAGE + 4);
    await vi.advanceTimersByTimeAsync(200);
    vi.useRealTimers();
    expect(list.rows[0]?.sequence, 'and so is the longer one').toBe(PAGE + 5);
  });
});

describe('what waits and is counted anew in pieces', () => {
  async function waiting() {
    const { store, host, list } = await listOf(3);
    await list.setFilter('invoice');
    list.select('r2');
    store.add(5);
    list.arrived();
    await settle();
    const said: number[] = [];
    host.script.count_after = (asked) => {
      said.push(list.pending);
      store.searched = 2;
      const piece = store.countAfter(asked);
      store.searched = Infinity;
      return piece;
    };
    const counted = async (): Promise<number[]> => {
      await list.refetch();
      await vi.waitFor(() => {
        expect(host.asked.filter(([name]) => name === 'count_after').length).toBeGreaterThan(3);
      });
      await settle();
      return [...said, list.pending];
    };
    return { store, list, counted };
  }

  it('is never said to be less until all of it is counted', async () => {
    const { store, list, counted } = await waiting();
    expect(list.pending).toBe(5);
    expect(await counted()).toEqual([5, 5, 5, 5]);
    store.add(2);
    list.arrived();
    await settle();
    expect(list.pending, 'and what comes then is added').toBe(7);
  });

  it('is less once it is counted that some are gone', async () => {
    const { store, counted } = await waiting();
    store.rows = store.rows.filter(({ id }) => id !== 'r5');
    store.add(1, { event: 'push' });
    expect(await counted()).toEqual([5, 5, 5, 4]);
  });
});

describe('a row that changes while rows are being read', () => {
  type Begin = (list: RequestList, store: ScriptedRows, letThrough: () => Promise<void>) => unknown;
  const begun: readonly [how: string, id: string, begin: Begin][] = [
    ['anew', 'r9', (list) => list.refetch()],
    [
      'again in their places',
      'r9',
      (list) => {
        list.setAtTop(false);
        return list.refetch();
      },
    ],
    [
      'by another filter',
      'r9',
      async (list, _, letThrough) => {
        void list.setFilter('invoice');
        await settle();
        // The newest of all was asked for before the page.
        await letThrough();
      },
    ],
    [
      'because they came',
      `r${PAGE + 4}`,
      (list, store) => {
        store.add(1);
        list.arrived();
      },
    ],
    ['as one scrolls', 'r2', (list) => list.older()],
    ['elsewhere', 'r2', (list) => list.reach(PAGE + 2)],
    ['to be arranged', 'r2', (list) => list.arrange({ ...PLAIN, sort: 'size' })],
  ];

  async function reading(begin: Begin) {
    const { store, host } = await listOf(PAGE + 3);
    const bench = new Workbench(host, 0);
    const stop = bench.start();
    await settle();
    const letThrough = heldBack(host, 'list_requests');
    void begin(bench.list, store, letThrough);
    await settle();
    return { store, host, bench, letThrough, stop };
  }

  it.each(begun)(
    'is as it was told, and not as it was found before, where they are read %s',
    async (_, id, begin) => {
      const { store, host, bench, letThrough, stop } = await reading(begin);
      store.rows = store.rows.map((row) => (row.id === id ? { ...row, starred: true } : row));
      host.happened({ requests: [id] });
      await settle();
      await letThrough();
      await settle();
      stop();
      expect(bench.list.row(id)?.starred).toBe(true);
    },
  );

  it('is as it was told where its page was asked for while others were waited for', async () => {
    const { store, host, bench, letThrough, stop } = await reading((list) => {
      list.setAtTop(false);
      return list.refetch();
    });
    host.happened({ requests: ['r9'] });
    void bench.list.older();
    await settle();
    store.rows = store.rows.map((row) => (row.id === 'r2' ? { ...row, starred: true } : row));
    host.happened({ requests: ['r2'] });
    await letThrough(1);
    await settle();
    await letThrough();
    expect(bench.list.row('r2')?.starred, 'as it was found').toBe(false);
    await vi.waitFor(() => {
      expect(bench.list.row('r2')?.starred).toBe(true);
    });
    stop();
  });

  it.each(begun)('is not there where it was deleted, where they are read %s', async (_, id, begin) => {
    const { store, host, bench, letThrough, stop } = await reading(begin);
    store.rows = store.rows.filter((row) => row.id !== id);
    host.happened({ requests: [id] });
    await settle();
    await letThrough();
    await settle();
    stop();
    expect(bench.list.rows.length).toBeGreaterThan(2);
    expect(bench.list.row(id)).toBeUndefined();
  });
});

describe('a request that changes while rows are read again', () => {
  it('is read at once where it is the one that is open by then', async () => {
    const { host } = await listOf(3);
    const bench = new Workbench(host, 0);
    const stop = bench.start();
    await settle();
    bench.list.setAtTop(false);
    const rows = heldBack(host, 'list_requests');
    const read = bench.list.refetch();
    host.happened({ requests: ['r1'] });
    await settle();
    bench.select('r2');
    await settle();
    const asked = (): number => host.asked.filter(([name]) => name === 'deliveries').length;
    expect(asked(), 'it was opened').toBe(1);
    host.happened({ requests: ['r2'] });
    await settle();
    expect(asked(), 'it changed').toBe(2);
    await rows();
    await read;
    stop();
  });
});
