import { describe, expect, it } from 'vitest';
import { busy, ScriptedHost, ScriptedRows } from '../host/scripted';
import { PLAIN } from '../lib/arrange';
import { listOf, settle } from './listed';
import { RequestList } from './requests.svelte';
import { PAGE } from './searching.svelte';
import { FOLLOWED, HELD } from './stretch.svelte';

describe('a list that follows', () => {
  it('takes in what comes, newest first', async () => {
    const { store, list } = await listOf(3);
    store.add(2);
    list.arrived();
    await settle();
    expect(list.rows.map((row) => row.sequence)).toEqual([5, 4, 3, 2, 1]);
    expect(list.pending).toBe(0);
  });

  it('shows the first request of all without a reload', async () => {
    const { store, list } = await listOf(0);
    store.add(1);
    list.arrived();
    await settle();
    expect(list.rows).toHaveLength(1);
  });

  it('misses nothing that comes while a page is being read', async () => {
    const store = new ScriptedRows(3);
    let answer: () => void = () => undefined;
    let first = true;
    const host = new ScriptedHost({
      ...store.script,
      list_requests: async (asked) => {
        const page = store.page(asked);
        // The first page was read before the request came, and arrives after it was told.
        if (first && asked.limit !== 1) {
          first = false;
          await new Promise<void>((resolve) => (answer = resolve));
        }
        return page;
      },
    });
    const list = new RequestList(host, 0);
    const loading = list.load();
    await settle();
    store.add(1);
    list.arrived();
    await settle();
    answer();
    await loading;
    await settle();
    expect(list.rows.map((row) => row.sequence)).toEqual([4, 3, 2, 1]);
  });

  it('reads the newest page where more came than a page holds', async () => {
    const { store, list } = await listOf(1);
    store.add(PAGE + 50);
    list.arrived();
    await settle();
    expect(list.rows).toHaveLength(PAGE);
    expect(list.rows[0]?.sequence).toBe(PAGE + 51);
    expect(list.more).toBe(true);
  });
});

describe('a list that is looked at', () => {
  it('only counts what comes while a row is selected', async () => {
    const { store, list } = await listOf(3);
    list.select('r2');
    store.add(2);
    list.arrived();
    await settle();
    store.add(1);
    list.arrived();
    await settle();
    expect(
      list.rows.map((row) => row.sequence),
      'nothing moves',
    ).toEqual([3, 2, 1]);
    expect(list.pending).toBe(3);
  });

  it('only counts what comes while it is scrolled away, and follows again at its top', async () => {
    const { store, list } = await listOf(3);
    list.setAtTop(false);
    store.add(2);
    list.arrived();
    await settle();
    expect([list.rows.length, list.pending]).toEqual([3, 2]);
    list.setAtTop(true);
    await settle();
    expect([list.rows.length, list.pending]).toEqual([5, 0]);
  });

  it('gives up what it reads for itself once somebody points at a row, and counts it', async () => {
    const { store, host, list } = await listOf(PAGE);
    let answer: () => void = () => undefined;
    let asked = 0;
    host.script.list_requests = async (wanted) => {
      const page = store.page(wanted);
      asked += 1;
      // So much came that the whole is read anew: that is what the pointer comes in between of.
      if (asked === 2) await new Promise<void>((resolve) => (answer = resolve));
      return page;
    };
    store.add(PAGE + 1);
    list.arrived();
    await settle();
    list.setPointing(true);
    answer();
    await settle();
    await settle();
    expect([list.rows[0]?.sequence, list.pending]).toEqual([PAGE, PAGE + 1]);
    list.setPointing(false);
    await settle();
    await settle();
    expect([list.rows[0]?.sequence, list.pending]).toEqual([2 * PAGE + 1, 0]);
  });

  it('counts only what the filter lets through', async () => {
    const { store, list } = await listOf(3);
    await list.setFilter('invoice');
    list.select('r2');
    store.add(1, { event: 'push' });
    store.add(1);
    list.arrived();
    await settle();
    expect(list.pending).toBe(1);
  });

  it('holds no more of a long stream than is near its top, and goes on to the rest', async () => {
    const { store, list } = await listOf(3);
    for (let times = 0; times < 10; times += 1) {
      store.add(100);
      list.arrived();
      await settle();
    }
    expect([list.rows.length, list.rows[0]?.sequence, list.length]).toEqual([FOLLOWED, 1003, 1003]);
    await list.older();
    expect(list.rows.at(-1)?.sequence).toBe(1003 - FOLLOWED - PAGE + 1);
  });

  it('counts a flood whole, and reads none of it', async () => {
    const { store, host, list } = await listOf(3);
    const asked = host.asked.length;
    list.select('r2');
    store.add(2500);
    list.arrived();
    await settle();
    await settle();
    await settle();
    await settle();
    expect(list.pending).toBe(2500);
    expect(host.asked.slice(asked).map(([name]) => name)).toEqual(['count_after']);
  });

  it('shows what was counted when it is asked for, and goes to its top', async () => {
    const { store, list } = await listOf(3);
    list.select('r2');
    store.add(2);
    list.arrived();
    await settle();
    const before = list.toTop;
    await list.showNew();
    expect(list.rows[0]?.sequence).toBe(5);
    expect([list.pending, list.toTop, list.selectedId]).toEqual([0, before + 1, 'r2']);
  });

  it('takes in what was counted once the selection is left at the top', async () => {
    const { store, list } = await listOf(3);
    list.select('r2');
    store.add(2);
    list.arrived();
    await settle();
    list.select(null);
    await settle();
    expect([list.rows.length, list.pending]).toEqual([5, 0]);
  });
});

describe('pages', () => {
  it('come as one scrolls, and what is far away is let go and brought back', async () => {
    const { list } = await listOf(HELD + 3 * PAGE);
    while (list.more) await list.older();
    expect(list.rows).toHaveLength(HELD);
    expect(list.offset, 'the places of rows do not change').toBe(3 * PAGE);
    expect(list.at(3 * PAGE)?.sequence).toBe(HELD);
    expect(list.at(0)).toBeUndefined();
    while (list.offset > 0) await list.newer();
    expect(list.at(0)?.sequence).toBe(HELD + 3 * PAGE);
    expect(list.rows).toHaveLength(HELD);
    expect(list.more).toBe(true);
  });

  it('are asked for once at a time', async () => {
    const { host, list } = await listOf(3 * PAGE);
    const asked = host.asked.length;
    await Promise.all([list.older(), list.older()]);
    expect(host.asked.length).toBe(asked + 1);
  });
});

describe('a filter', () => {
  it('that is wrong says so and leaves the list as it was', async () => {
    const { list } = await listOf(3);
    await list.setFilter('bad:x');
    expect(list.filterError?.message).toBe('no field is called `bad`');
    expect([list.rows.length, list.filter, list.text]).toEqual([3, '', 'bad:x']);
    await list.setFilter('');
    expect(list.filterError).toBeNull();
  });

  it('that is right says nothing of a wrong one before it, however long it takes', async () => {
    const { host, store, list } = await listOf(3);
    await list.setFilter('bad:x');
    expect(list.filterError).not.toBeNull();
    host.script.list_requests = () => new Promise(() => undefined);
    void list.setFilter('invoice');
    await settle();
    expect([list.filterError, list.rows.length]).toEqual([null, store.rows.length]);
  });

  it('that was overtaken by a later one is dropped', async () => {
    const { list } = await listOf(3);
    const first = list.setFilter('nothing');
    const second = list.setFilter('invoice');
    await Promise.all([first, second]);
    expect([list.filter, list.rows.length]).toEqual(['invoice', 3]);
  });
});

describe('the active row', () => {
  it('moves apart from the selected one and stops at the ends', async () => {
    const { list } = await listOf(3);
    expect([list.move(1), list.activeId, list.selectedId]).toEqual([0, 'r3', null]);
    expect([list.move(5), list.activeId]).toEqual([2, 'r1']);
    expect([list.move(-1), list.activeId]).toEqual([1, 'r2']);
    list.remove('r2');
    expect(list.activeId).toBeNull();
  });

  it('keeps its row when others come above it', async () => {
    const { store, list } = await listOf(3);
    list.move(1);
    store.add(2);
    list.arrived();
    await settle();
    expect([list.activeId, list.placeOf('r3')]).toEqual(['r3', 2]);
  });
});

describe('everything again', () => {
  it('leaves the rows where they are', async () => {
    const { store, list } = await listOf(400);
    list.setAtTop(false);
    await list.older();
    store.add(5);
    store.rows = store.rows.map((row) => (row.id === 'r390' ? { ...row, starred: true } : row));
    await list.refetch();
    await settle();
    expect(list.rows[0]?.sequence).toBe(400);
    expect(list.row('r390')?.starred).toBe(true);
    expect(list.pending).toBe(5);
  });

  it.each([
    ['in the order of arrival', PLAIN],
    ['arranged', { ...PLAIN, sort: 'size' as const }],
  ])('is asked for once more with what comes next where it could not be read, %s', async (_, arrangement) => {
    const { host, store, list } = await listOf(3);
    await list.arrange(arrangement);
    list.setAtTop(false);
    store.rows = store.rows.filter(({ id }) => id !== 'r2');
    host.script.list_requests = busy;
    await list.refetch();
    expect([list.rows.length, list.error?.message], 'what is there stays').toEqual([3, 'the store is busy']);
    const asked = host.asked.length;
    await settle();
    expect(host.asked.length, 'nothing is asked for by itself').toBe(asked);
    host.script.list_requests = store.page;
    list.arrived();
    await settle();
    expect(list.error).toBeNull();
    expect(list.rows.map(({ id }) => id).sort()).toEqual(['r1', 'r3']);
  });
});

describe('a list that is far longer than what is held', () => {
  const far = (host: ScriptedHost): number =>
    host.asked.filter(([, args]) => (args as { skip?: number }).skip).length;
  /** Once rows around a far place were asked for, and are not there yet. */
  async function farAsked(host: ScriptedHost): Promise<void> {
    while (far(host) === 0) await Promise.resolve();
  }

  it('knows its length, and reads a far place at once', async () => {
    const { list, host } = await listOf(100_000);
    await settle();
    expect(list.length).toBe(100_000);
    await list.reach(50_000);
    expect(list.at(50_000)?.sequence).toBe(50_000);
    expect(list.at(49_900)?.sequence, 'some before it are there').toBe(50_100);
    expect(list.at(0), 'what is far is let go').toBeUndefined();
    const asked = host.asked.filter(([name]) => name === 'list_requests');
    expect(asked, 'by one question').toHaveLength(2);
    await list.newer();
    await list.older();
    expect([list.at(49_800)?.sequence, list.at(50_200)?.sequence]).toEqual([50_200, 49_800]);
  });

  it('takes no page that was asked for before it went elsewhere', async () => {
    const { list, host, store } = await listOf(450);
    await settle();
    host.script.list_requests = async (args) => {
      if (args.skip === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      return store.page(args);
    };
    await Promise.all([list.older(), list.reach(449)]);
    const ids = list.rows.map((row) => row.id);
    expect(ids.length, 'no row is there twice').toBe(new Set(ids).size);
    expect(list.at(449)?.sequence).toBe(1);
  });

  it('asks for the place that was wished last', async () => {
    const { list, host } = await listOf(100_000);
    await settle();
    void list.reach(10_000);
    await farAsked(host);
    await Promise.all([20_000, 30_000, 90_000].map((place) => list.reach(place)));
    expect(list.at(90_000)?.sequence).toBe(10_000);
    expect(far(host), 'those in between are not asked for').toBe(2);
  });

  it.each([
    ['a key', (list: RequestList) => void list.moveTo(7)],
    ['a click', (list: RequestList) => list.select('r4993')],
  ])('stays where it is once that is wished by %s, whatever was asked for before', async (_, wish) => {
    const { list, host } = await listOf(5000);
    await settle();
    const reaching = list.reach(4000);
    await farAsked(host);
    wish(list);
    await reaching;
    expect([list.offset, list.activeId]).toEqual([0, 'r4993']);
  });

  /** Pages that are not asked for by their place are there only once they are let through. */
  async function heldBack() {
    const listed = await listOf(5000);
    await settle();
    let letThrough: () => void = () => undefined;
    const through = new Promise<void>((resolve) => (letThrough = resolve));
    listed.host.script.list_requests = async (args) => {
      const page = listed.store.page(args);
      if (args.skip === 0 && args.after === null) await through;
      return page;
    };
    return { ...listed, letThrough };
  }
  const isInPlace = (list: RequestList): boolean =>
    list.rows.every((row, at) => row.sequence === 5000 - list.offset - at);

  it.each(['refetch', 'load'] as const)('goes elsewhere once it has been read again, by %s', async (read) => {
    const { list, letThrough } = await heldBack();
    list.setAtTop(false);
    const done = Promise.all([list[read](), list.reach(4000)]);
    await settle();
    letThrough();
    await done;
    expect([list.at(4000)?.sequence, isInPlace(list)]).toEqual([1000, true]);
  });

  it('goes elsewhere where it is read again meanwhile', async () => {
    const { host, list, letThrough } = await heldBack();
    list.setAtTop(false);
    const reaching = list.reach(4000);
    await farAsked(host);
    const again = list.refetch();
    letThrough();
    await Promise.all([reaching, again]);
    expect([list.at(4000)?.sequence, isInPlace(list)]).toEqual([1000, true]);
  });

  it('stays in its places where it grows upwards while it is read again', async () => {
    const { list, letThrough } = await heldBack();
    await list.reach(4000);
    const again = list.refetch();
    await list.newer();
    expect(list.offset).toBe(3700);
    letThrough();
    await again;
    expect([list.at(4000)?.sequence, isInPlace(list)]).toEqual([1000, true]);
  });

  it('knows its length where it grew while that was counted, and counts it once', async () => {
    const store = new ScriptedRows(450);
    let counted: () => void = () => undefined;
    const host = new ScriptedHost({
      ...store.script,
      count_requests: async (args) => {
        const count = store.count(args);
        await new Promise<void>((resolve) => (counted = resolve));
        return count;
      },
    });
    const list = new RequestList(host, 0);
    await list.load();
    store.add(10);
    list.arrived();
    await settle();
    list.remove('r455');
    counted();
    await settle();
    expect(list.length).toBe(459);
    expect(host.asked.filter(([name]) => name === 'count_requests')).toHaveLength(1);
  });

  it('has no gap where it let go of its end while more was asked for there', async () => {
    const { list, host, store } = await listOf(450);
    await settle();
    let letThrough: () => void = () => undefined;
    host.script.list_requests = async (args) => {
      const page = store.page(args);
      if (args.after === null && args.before !== null)
        await new Promise<void>((resolve) => (letThrough = resolve));
      return page;
    };
    const older = list.older();
    for (let times = 0; times < 2; times += 1) {
      store.add(150);
      list.arrived();
      await settle();
    }
    expect(list.rows.length).toBe(FOLLOWED);
    letThrough();
    await older;
    host.script.list_requests = store.page;
    await list.older();
    expect(list.rows.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: FOLLOWED + PAGE }, (_, at) => 750 - at),
    );
  });

  it('lets go of no row that the keyboard stands on', async () => {
    const { list, store } = await listOf(450);
    await list.older();
    list.moveTo(350);
    for (let times = 0; times < 2; times += 1) {
      store.add(100);
      list.arrived();
      await settle();
    }
    expect(list.at(list.move(1))?.id, 'the keys go on from there').toBe('r99');
  });

  it('keeps its places while new ones are only counted', async () => {
    const { list, store } = await listOf(5000);
    await settle();
    await list.reach(4000);
    store.add(100);
    list.arrived();
    await settle();
    expect([list.pending, list.length, list.at(4000)?.sequence]).toEqual([100, 5000, 1000]);
    await list.reach(2000);
    expect(list.at(2000)?.sequence, 'a jump counts from what is shown').toBe(3000);
  });

  it('says by how much all moves where fewer lie above than was thought', async () => {
    const { list, store } = await listOf(5000);
    await settle();
    await list.reach(300);
    store.rows = store.rows.filter((row) => row.sequence <= 4900);
    while (list.offset > 0) await list.newer();
    expect(list.rows[0]?.sequence).toBe(4900);
    expect(list.moved).toEqual({ by: -100, round: 1 });
    expect(list.length).toBe(4900);
  });

  it('grows as it is read where only the bytes could tell its length', async () => {
    const { list, host } = await listOf(1000);
    host.script.count_requests = () => ({ requests: null });
    await list.setFilter('invoice');
    await settle();
    expect([list.open, list.length]).toEqual([true, PAGE]);
    await list.older();
    expect(list.length).toBe(2 * PAGE);
  });
});

describe('a list that is arranged while another filter is read', () => {
  async function reading() {
    const { store, host, list } = await listOf(2);
    store.add(1, { event: 'push' });
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    host.script.list_requests = async (asked) => {
      if (asked.filter === 'push') await held;
      return store.page(asked);
    };
    return { list, answer: () => answer() };
  }

  it('arranges what that filter lets through', async () => {
    const { list, answer } = await reading();
    const filtered = list.setFilter('push');
    const arranged = list.arrange({ ...PLAIN, group: 'endpoint' });
    await settle();
    answer();
    await Promise.all([filtered, arranged]);
    expect([list.filter, list.busy, list.arranged]).toEqual(['push', false, true]);
    expect(list.rows.map((row) => row.event)).toEqual(['push']);
  });

  it('is arranged as was asked last, and holds all that is arranged', async () => {
    const { store, list } = await listOf(PAGE + 50);
    const asked = [PLAIN, { ...PLAIN, sort: 'size' as const }, PLAIN, { ...PLAIN, sort: 'took' as const }];
    await Promise.all(asked.map((arrangement) => list.arrange(arrangement)));
    expect([list.arrangement.sort, list.rows.length]).toEqual(['took', store.rows.length]);
    await Promise.all([list.arrange({ ...PLAIN, sort: 'size' }), list.arrange(PLAIN)]);
    expect([list.arranged, list.rows.length]).toEqual([false, PAGE]);
  });

  it('stays in the order of arrival where not all could be read that would be arranged', async () => {
    const { host, list } = await listOf(3);
    host.script.list_requests = busy;
    const why: unknown[] = [];
    list.unarranged = (thrown) => why.push(thrown);
    await list.arrange({ ...PLAIN, sort: 'size' });
    expect(list.arranged).toBe(false);
    expect(why, 'and it is told once').toMatchObject([{ message: 'the store is busy' }]);
  });

  it('makes up for what changed before it could not be arranged', async () => {
    const { host, store, list } = await listOf(3);
    host.script.list_requests = busy;
    list.select(store.rows[0]?.id ?? null);
    store.rows = store.rows.map((row) => ({ ...row, starred: true }));
    await list.refetch();
    await list.arrange({ ...PLAIN, sort: 'size' });
    expect(
      list.rows.some((row) => row.starred),
      'none could be read',
    ).toBe(false);
    host.script.list_requests = (asked) => store.page(asked);
    list.arrived();
    await settle();
    expect(list.rows.every((row) => row.starred)).toBe(true);
  });

  it('is gathered once where it is arranged while it is being read, and told where that fails', async () => {
    const { host, store, list } = await listOf(3);
    const why: unknown[] = [];
    list.unarranged = (thrown) => why.push(thrown);
    const gathered = (): number =>
      host.asked.filter(
        ([name, args]) => name === 'list_requests' && (args as { limit: number }).limit > PAGE,
      ).length;
    await Promise.all([list.load(), list.arrange({ ...PLAIN, sort: 'size' })]);
    expect([gathered(), list.arranged]).toEqual([1, true]);
    await list.arrange(PLAIN);
    host.script.list_requests = (asked) => {
      if (asked.limit > PAGE) throw { code: 'failed', message: 'the store is busy', hint: null };
      return store.page(asked);
    };
    await Promise.all([list.load(), list.arrange({ ...PLAIN, sort: 'size' })]);
    expect([list.arranged, why.length]).toEqual([false, 1]);
  });

  it('is put in the order of arrival again with that filter', async () => {
    const { list, answer } = await reading();
    await list.arrange({ ...PLAIN, group: 'endpoint' });
    const filtered = list.setFilter('push');
    const plain = list.arrange(PLAIN);
    await settle();
    answer();
    await Promise.all([filtered, plain]);
    expect([list.filter, list.arranged]).toEqual(['push', false]);
    expect(list.rows.map((row) => row.event)).toEqual(['push']);
  });

  it('goes on reading that filter where everything is read anew', async () => {
    const { list, answer } = await reading();
    const filtered = list.setFilter('push');
    const anew = list.load();
    await settle();
    answer();
    await Promise.all([filtered, anew]);
    expect(list.filter).toBe('push');
  });
});
