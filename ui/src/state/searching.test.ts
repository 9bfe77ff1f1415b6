import { describe, expect, it } from 'vitest';
import { ScriptedHost, ScriptedRows } from '../host/scripted';
import { listOf, settle } from './listed';
import { RequestList } from './requests.svelte';

describe('a search', () => {
  it('goes on through rows that do not match until something is found', async () => {
    const { store, host, list } = await listOf(1);
    store.add(50, { event: 'push' });
    store.searched = 10;
    await list.setFilter('invoice');
    expect(list.rows.map((row) => row.sequence)).toEqual([1]);
    expect(host.asked.filter(([, args]) => (args as { filter: string }).filter === 'invoice')).toHaveLength(
      6,
    );
  });

  it('takes in what matches among many that do not', async () => {
    const { store, list } = await listOf(3);
    await list.setFilter('invoice');
    store.searched = 10;
    store.add(25, { event: 'push' });
    store.add(1);
    store.add(25, { event: 'push' });
    list.arrived();
    await settle();
    await settle();
    await settle();
    expect(list.rows.map((row) => row.sequence)).toEqual([29, 3, 2, 1]);
  });

  it('does not look again through what it has looked through', async () => {
    const { store, host, list } = await listOf(40);
    await list.setFilter('nothing');
    store.add(1);
    list.arrived();
    await settle();
    const asked = host.asked.at(-1)?.[1];
    expect(asked).toMatchObject({ after: 40, filter: 'nothing' });
  });
});

describe('a search through the bytes', () => {
  /** A host that looks through ten requests at a time; those in `hits` match. */
  const searching = (count: number, hits: readonly number[]) => {
    const store = new ScriptedRows(count);
    let asked = 0;
    const wait: (() => void)[] = [];
    const host = new ScriptedHost({
      ...store.script,
      count_requests: () => ({ requests: null }),
      list_requests: async (query) => {
        if (query.filter === '') return store.page(query);
        asked += 1;
        await new Promise<void>((go) => wait.push(go));
        const from = Math.min(query.before ?? count + 1, count + 1);
        const to = Math.max(1, from - 10);
        const all = store.page({ ...query, before: from, limit: 10, filter: '' }).rows;
        return { rows: all.filter((row) => hits.includes(row.sequence)), more: to > 1, next: to };
      },
    });
    const step = async (): Promise<void> => {
      wait.shift()?.();
      for (let turn = 0; turn < 3; turn += 1) await settle();
    };
    const list = new RequestList(host, 0);
    /** Begins to search, and waits for the first ten. */
    const begin = async (): Promise<void> => {
      void list.load('*rare*');
      await settle();
      await step();
    };
    return { host, list, begin, step, asked: () => asked };
  };

  it('tells how far it is until something is found', async () => {
    const { list, begin, step } = searching(100, [65]);
    await begin();
    expect([list.searched, list.loaded]).toEqual([10, false]);
    await step();
    expect(list.searched).toBe(20);
    await step();
    await step();
    expect(list.rows.map((row) => row.sequence)).toEqual([65]);
    expect(list.more, 'what is older was not looked at').toBe(true);
    expect(list.searched, 'the grid goes on where it is not full').toBe(40);
  });

  it('is stopped where it is and goes on from there', async () => {
    const { list, begin, step, asked } = searching(100, [3]);
    await begin();
    list.stop();
    await step();
    expect([list.stopped, list.busy, list.loaded, list.rows.length]).toEqual([true, false, true, 0]);
    expect(list.searched).toBe(20);
    const before = asked();
    await list.older();
    expect(asked(), 'scrolling does not start it again').toBe(before);
    void list.searchOn();
    for (let turn = 0; turn < 9; turn += 1) await step();
    expect(list.rows.map((row) => row.sequence)).toEqual([3]);
    expect([list.more, list.stopped, list.searched]).toEqual([false, false, null]);
  });

  it('asks again for what changed while it was stopped once it is gone on with', async () => {
    const { host, list, begin, step } = searching(30, [3]);
    await begin();
    list.stop();
    await step();
    await list.refetch();
    const begun = (): number =>
      host.asked.filter(
        ([name, args]) =>
          name === 'list_requests' &&
          JSON.stringify(args).includes('"before":null') &&
          JSON.stringify(args).includes('"filter":"*rare*"'),
      ).length;
    expect([list.stopped, begun()], 'a stopped search stays').toEqual([true, 1]);
    const on = list.searchOn();
    for (let turn = 0; turn < 6; turn += 1) await step();
    await on;
    expect(begun(), 'what changed is asked for').toBe(2);
    expect([list.rows.map((row) => row.sequence), list.searched]).toEqual([[3], null]);
  });

  it('is not said to go on where a page of it fails', async () => {
    const { host, list, begin, step } = searching(100, [95]);
    await begin();
    expect(list.rows).toHaveLength(1);
    void list.older();
    await settle();
    await step();
    expect(list.searched).toBe(20);
    host.script.list_requests = () => {
      throw { code: 'failed', message: 'not now', hint: null };
    };
    await step();
    await step();
    expect([list.searched, list.more], 'scrolling on asks again').toEqual([null, true]);
  });

  it('is forgotten when another filter is asked for', async () => {
    const { list, begin, step } = searching(100, []);
    await begin();
    await list.load('');
    expect([list.searched, list.stopped, list.rows.length]).toEqual([null, false, 100]);
    await step();
    expect([list.searched, list.filter], 'what still comes changes nothing').toEqual([null, '']);
  });

  it('is not begun anew by what happens meanwhile', async () => {
    const { list, begin, step, asked } = searching(100, [75]);
    await list.load('');
    await begin();
    const before = asked();
    list.arrived();
    await list.refetch();
    await list.older();
    void list.setFilter('*rare*');
    await settle();
    expect(asked(), 'nobody asks a second time').toBe(before);
    expect(list.searched, 'and it is as far as it was').toBe(10);
    await step();
    await step();
    expect([list.filter, list.rows.map((row) => row.sequence)]).toEqual(['*rare*', [75]]);
  });
});
