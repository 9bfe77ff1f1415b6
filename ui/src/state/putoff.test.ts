import { describe, expect, it } from 'vitest';
import { busy, ScriptedHost, ScriptedRows } from '../host/scripted';
import { PLAIN } from '../lib/arrange';
import { PutOff } from './putoff';
import { RequestList } from './requests.svelte';

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
};

/** A list whose pages for one filter come only when they are let through; what they hold is what was there when asked. */
function heldBack(count: number, filter: string) {
  const store = new ScriptedRows(count);
  const waiting: (() => void)[] = [];
  const asked: string[] = [];
  const host = new ScriptedHost({
    ...store.script,
    list_requests: async (ask) => {
      asked.push(`${ask.filter}${ask.after === null ? '' : ' after'}${ask.limit === 1 ? ' newest' : ''}`);
      const page = store.page({ ...ask, filter: ask.filter === filter ? '' : ask.filter });
      if (ask.filter === filter && ask.after === null && ask.limit > 1) {
        await new Promise<void>((go) => waiting.push(go));
      }
      return page;
    },
  });
  const letThrough = async (): Promise<void> => {
    for (const go of waiting.splice(0)) go();
    await settle();
  };
  return { store, asked, letThrough, list: new RequestList(host, 0) };
}

/** A list that follows, of which the next page is held back. */
async function following() {
  const store = new ScriptedRows(3);
  const host = new ScriptedHost(store.script);
  const list = new RequestList(host, 0);
  await list.load();
  let letThrough = (): void => undefined;
  host.script.list_requests = async (ask) => {
    host.script.list_requests = store.page;
    const page = store.page(ask);
    await new Promise<void>((go) => (letThrough = go));
    return page;
  };
  return { store, host: Object.assign(host, { letThrough: () => letThrough() }), list };
}

describe('what is put off', () => {
  it('is made up for once, each kind by itself', () => {
    const put = new PutOff();
    put.add('arrivals');
    put.add('arrivals');
    expect([put.take('changes'), put.take('arrivals'), put.take('arrivals')]).toEqual([false, true, false]);
  });

  it('is nothing any more once all that was read from the top is shown, but for what came meanwhile', () => {
    const put = new PutOff();
    put.add('arrivals');
    put.add('changes');
    const shown = put.reading();
    put.add('changes');
    shown();
    expect([put.take('arrivals'), put.take('changes')]).toEqual([false, true]);
  });

  it('stays where a reading is given up', () => {
    const put = new PutOff();
    put.add('changes');
    put.reading();
    expect(put.take('changes')).toBe(true);
  });
});

describe('a list that is being read', () => {
  it('asks again for what changed meanwhile, and not before it is through', async () => {
    const { store, asked, letThrough, list } = heldBack(3, 'paid');
    void list.setFilter('paid');
    await settle();
    store.rows = store.rows.map((row) => ({ ...row, starred: true }));
    await list.refetch();
    expect(
      asked.filter((ask) => ask === 'paid'),
      'one reading at a time',
    ).toHaveLength(1);
    await letThrough();
    await letThrough();
    expect(list.rows.every((row) => row.starred)).toBe(true);
    expect(list.busy).toBe(false);
  });

  it('shows what changed in its place where somebody points at a row by then', async () => {
    const { store, host, list } = await following();
    store.rows = store.rows.map((row) => ({ ...row, starred: true }));
    store.add(1);
    const read = list.refetch();
    await settle();
    list.setPointing(true);
    host.letThrough();
    await read;
    await settle();
    expect(list.rows.map((row) => [row.sequence, row.starred])).toEqual([
      [3, true],
      [2, true],
      [1, true],
    ]);
    expect(list.pending).toBe(1);
  });

  it('is not read without end where that fails', async () => {
    const { host, list } = await following();
    host.script.list_requests = busy;
    const asked = host.asked.length;
    await list.refetch();
    await settle();
    expect(host.asked.length - asked).toBe(1);
    expect(list.error?.message).toBe('the store is busy');
  });

  it('is not read without end where that fails, arranged', async () => {
    const { store, host, list } = await following();
    host.script.list_requests = store.page;
    await list.arrange({ ...PLAIN, sort: 'size' });
    let left = 20;
    host.script.list_requests = (ask) => {
      left -= 1;
      if (left < 0) return store.page(ask);
      throw { code: 'failed', message: 'the store is busy', hint: null };
    };
    await list.refetch();
    await settle();
    expect(left, 'it is asked for once').toBe(19);
    expect([list.arranged, list.rows.length]).toEqual([true, 3]);
  });

  it('makes up for what came while it was reading what is not wanted any more', async () => {
    const { store, letThrough, list } = heldBack(3, 'paid');
    await list.load();
    void list.setFilter('paid');
    await settle();
    store.add(1);
    list.arrived();
    await settle();
    expect(list.rows, 'nothing is looked for meanwhile').toHaveLength(3);
    await list.setFilter('');
    await settle();
    expect([list.rows.length, list.busy, list.filter]).toEqual([4, false, '']);
    await letThrough();
    expect(list.filter, 'the page that comes too late changes nothing').toBe('');
  });

  it('does not ask again for what came before it was asked for', async () => {
    const { store, asked, letThrough, list } = heldBack(3, 'paid');
    void list.load('late');
    store.add(1);
    list.arrived();
    void list.load('paid');
    await settle();
    await letThrough();
    expect(list.rows.map((row) => row.sequence)).toEqual([4, 3, 2, 1]);
    expect(asked.filter((ask) => ask.endsWith('after'))).toEqual([]);
  });
});

describe('a search that was stopped', () => {
  it('leaves what comes until it is gone on with', async () => {
    const store = new ScriptedRows(40);
    const host = new ScriptedHost({
      ...store.script,
      count_requests: () => ({ requests: null }),
      list_requests: (ask) => {
        if (ask.filter === '') return store.page(ask);
        if (ask.after !== null) return store.page({ ...ask, filter: '' });
        const from = Math.min(ask.before ?? 41, 41);
        return { rows: [], more: from > 11, next: from - 10 };
      },
    });
    const list = new RequestList(host, 0);
    const loading = list.load('*rare*');
    while (list.searched === null) await Promise.resolve();
    list.stop();
    await loading;
    store.add(2);
    list.arrived();
    await settle();
    expect([list.stopped, list.pending, list.rows.length]).toEqual([true, 0, 0]);
    await list.searchOn();
    await settle();
    expect([list.stopped, list.rows.length + list.pending]).toEqual([false, 2]);
  });
});
