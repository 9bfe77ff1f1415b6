/** What arrives and changes while rows are being read: it is counted once, and no older row takes its place. */
import { describe, expect, it } from 'vitest';
import type { ScriptedHost } from '../host/scripted';
import { rowOf } from '../host/views';
import { PLAIN } from '../lib/arrange';
import { listOf, settle } from './listed';
import { Workbench } from './workbench.svelte';

/** Answers of a command that come only when they are let through; what they say is what was so when it was asked. */
function heldBack(host: ScriptedHost, name: 'list_requests' | 'count_after'): () => Promise<void> {
  const waiting: (() => void)[] = [];
  const answer = host.script[name] as (args: unknown) => unknown;
  Object.assign(host.script, {
    [name]: async (args: unknown) => {
      const answered = answer(args);
      await new Promise<void>((go) => waiting.push(go));
      return answered;
    },
  });
  return async () => {
    for (const go of waiting.splice(0)) go();
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

describe('a row that changes while rows are read again', () => {
  it('is as it was told, and not as the reading found it before', async () => {
    const { store, host } = await listOf(3);
    const bench = new Workbench(host, 0);
    const stop = bench.start();
    await settle();
    bench.list.select('r2');
    const rows = heldBack(host, 'list_requests');
    const read = bench.list.refetch();
    await settle();
    store.rows = store.rows.map((row) => (row.id === 'r2' ? rowOf(2, { starred: true }) : row));
    host.happened({ requests: ['r2'] });
    await settle();
    await rows();
    await read;
    await settle();
    stop();
    expect(bench.list.row('r2')?.starred).toBe(true);
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
