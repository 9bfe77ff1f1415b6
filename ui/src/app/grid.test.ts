import { describe, expect, it, vi } from 'vitest';
import { ScriptedRows } from '../host/scripted';
import { all, one, open, press, settle } from './mounted';

const picked = (): string[] =>
  all('request-row')
    .filter((row) => row.getAttribute('aria-selected') === 'true')
    .map((row) => row.dataset['id'] ?? '');
const click = (id: string, init: MouseEventInit = {}): void => {
  const row = all('request-row').find((one) => one.dataset['id'] === id);
  row?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, ...init }));
};

describe('picking out rows', () => {
  it('opens the one that is clicked, and picks others beside it with Ctrl and Shift', async () => {
    const { bench } = await open(new ScriptedRows(9));
    click('r8');
    await settle();
    expect(picked()).toEqual(['r8']);
    click('r6', { ctrlKey: true });
    await settle();
    expect(picked()).toEqual(['r8', 'r6']);
    click('r3', { shiftKey: true });
    await settle();
    expect(picked(), 'from the last that was picked').toEqual(['r6', 'r5', 'r4', 'r3']);
    expect(bench.opened?.id, 'what is open stays').toBe('r8');
    expect(one('selection-count').textContent).toBe('4 selected');
    press('Escape');
    await settle();
    expect(picked(), 'the first Escape leaves the open one').toEqual(['r8']);
  });

  it('is done with the keys alone', async () => {
    await open(new ScriptedRows(9));
    press('ArrowDown');
    press(' ');
    press('ArrowDown', { shiftKey: true });
    press('ArrowDown', { shiftKey: true });
    await settle();
    expect(picked()).toEqual(['r9', 'r8', 'r7']);
    press('ArrowUp', { shiftKey: true });
    await settle();
    expect(picked(), 'a stretch shrinks again').toEqual(['r9', 'r8']);
    press('a', { ctrlKey: true });
    await settle();
    expect(picked()).toHaveLength(9);
  });

  it('of all is a notion where not all are held', async () => {
    const { bench } = await open(new ScriptedRows(500));
    press('a', { ctrlKey: true });
    await settle();
    expect(one('selection-count').textContent).toBe('All 500 selected');
    expect(await bench.several.ids()).toHaveLength(500);
    press('Delete');
    await settle();
    expect(bench.view.dialog).toEqual({ kind: 'deleteMatching', filter: '' });
  });

  it('is lost neither to what comes nor to another page', async () => {
    const store = new ScriptedRows(9);
    const { host } = await open(store);
    click('r8');
    click('r6', { ctrlKey: true });
    store.add(3);
    host.happened({ arrived: 3 });
    await settle();
    expect(one('new-pill').textContent).toContain('3 new');
    one('new-pill').click();
    await settle();
    expect(picked()).toEqual(['r8', 'r6']);
  });
});

describe('what is done to several', () => {
  it('offers to send them again, in the order in which they came', async () => {
    const { bench } = await open(new ScriptedRows(4));
    click('r4');
    click('r1', { shiftKey: true });
    await settle();
    one('selection-resend').click();
    await settle();
    expect(bench.view.dialog).toEqual({ kind: 'sequence', chosen: ['r1', 'r2', 'r3', 'r4'] });
  });

  it('deletes them with one step back', async () => {
    const { host, bench } = await open(new ScriptedRows(4));
    host.script.delete_requests = ({ ids }) => ({ id: 7, requests: ids.length, next: null });
    click('r3');
    click('r2', { ctrlKey: true });
    await settle();
    press('Delete');
    await settle();
    expect(all('request-row').map((row) => row.dataset['id'])).toEqual(['r4', 'r1']);
    expect(host.asked).toContainEqual(['delete_requests', { ids: ['r2', 'r3'] }]);
    expect(bench.deleting.last?.reopen).toBe('r3');
  });
});

describe('the keys', () => {
  it('go to both ends of a list of which only the beginning is held', async () => {
    const { bench } = await open(new ScriptedRows(5000));
    await settle();
    expect(one('request-list').getAttribute('aria-rowcount')).toBe('5001');
    press('End');
    await settle();
    expect(bench.list.activeId).toBe('r1');
    expect(bench.list.placeOf('r1')).toBe(4999);
    press('ArrowUp');
    await settle();
    expect(bench.list.activeId).toBe('r2');
    press('Home');
    await settle();
    expect(bench.list.activeId).toBe('r5000');
  });

  /** A long list whose end was gone to; each page of a far place is there only once it is answered. */
  async function goingToTheEnd() {
    const store = new ScriptedRows(5000);
    const { bench, host } = await open(store);
    await settle();
    let letThrough: () => void = () => undefined;
    host.script.list_requests = async (asked) => {
      if (asked.skip > 0) await new Promise<void>((resolve) => (letThrough = resolve));
      return store.page(asked);
    };
    press('j');
    press('End');
    await settle();
    return { bench, answer: () => letThrough() };
  }

  it('go to the end that was pressed last, while the other is still being read', async () => {
    const { bench, answer } = await goingToTheEnd();
    press('Home');
    answer();
    await settle();
    const focused = document.activeElement?.getAttribute('aria-rowindex');
    expect([bench.list.activeId, bench.list.offset, focused]).toEqual(['r5000', 0, '2']);
  });

  it('stay where they went while the end was being read, though its rows come for another reason', async () => {
    const { bench, answer } = await goingToTheEnd();
    press('ArrowDown');
    await settle();
    const grid = one('request-list');
    grid.scrollTop = 28 * 4950;
    grid.dispatchEvent(new Event('scroll'));
    for (let answers = 0; answers < 3; answers += 1) {
      await settle();
      answer();
    }
    await settle();
    expect([bench.list.at(4999)?.id, bench.list.activeId]).toEqual(['r1', 'r4999']);
  });

  it('stay with the row that has them where the list is scrolled away under them', async () => {
    const { bench } = await open(new ScriptedRows(200));
    const first = all('request-row')[0];
    expect([bench.list.activeId, first?.tabIndex], 'Tab leads there').toEqual([null, 0]);
    first?.focus();
    const grid = one('request-list');
    const shown = (): (string | undefined)[] => all('request-row').map((row) => row.dataset['id']);
    for (const top of [28 * 20, 28 * 100]) {
      grid.scrollTop = top;
      grid.dispatchEvent(new Event('scroll'));
      await settle();
      expect(shown(), 'it is out of sight').not.toContain('r200');
      expect(all('request-row'), 'the keyboard is on no other row').not.toContain(document.activeElement);
    }
    press('ArrowDown');
    await settle();
    expect(bench.list.activeId, 'they go on from there').toBe('r199');
  });

  it('leave a button in the head of the list its Enter', async () => {
    const { bench } = await open(new ScriptedRows(2));
    press('j');
    const button = one('sort-size');
    button.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    await settle();
    expect(bench.opened).toBeNull();
  });
});

describe('following', () => {
  it('can be switched off, and is remembered', async () => {
    const store = new ScriptedRows(3);
    const { host } = await open(store);
    one('follow').click();
    store.add(2);
    host.happened({ arrived: 2 });
    await settle();
    expect(all('request-row')).toHaveLength(3);
    expect(one('new-pill').textContent).toContain('2 new');
    expect(localStorage.getItem('hookbench.list.follow')).toBe('false');
    one('follow').click();
    await settle();
    expect(all('request-row')).toHaveLength(5);
  });

  const pointer = (kind: string, on: Element | null): void => {
    on?.dispatchEvent(new MouseEvent(kind, { bubbles: kind !== 'pointerleave' }));
  };

  it('waits while the pointer rests on a row, however long, and counts meanwhile', async () => {
    const store = new ScriptedRows(3);
    const { host } = await open(store);
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    pointer('pointerover', all('request-row')[1]?.firstElementChild ?? null);
    vi.advanceTimersByTime(60_000);
    vi.useRealTimers();
    store.add(1);
    host.happened({ arrived: 1 });
    await settle();
    expect(all('request-row')).toHaveLength(3);
    expect(one('new-pill').textContent).toContain('1 new');
    const rows = one('request-list').parentElement;
    expect(rows?.contains(one('new-pill')), 'it comes up over none of the rows').toBe(false);
    pointer('pointerleave', one('request-list').parentElement);
    await settle();
    expect(all('request-row')).toHaveLength(4);
    expect(all('new-pill')).toHaveLength(0);
  });

  it('goes on while the pointer is beside the rows', async () => {
    const store = new ScriptedRows(3);
    const { host } = await open(store);
    pointer('pointerover', all('request-row')[0] ?? null);
    pointer('pointerover', one('sort-time'));
    store.add(1);
    host.happened({ arrived: 1 });
    await settle();
    expect(all('request-row')).toHaveLength(4);
  });
});

describe('another order', () => {
  it('is asked for at a head, turned there, and left again', async () => {
    const store = new ScriptedRows(0);
    for (const bodyLength of [10, 30, 20]) store.add(1, { bodyLength });
    await open(store);
    const ids = (): string[] => all('request-row').map((row) => row.dataset['id'] ?? '');
    one('sort-size').click();
    await settle();
    expect(ids()).toEqual(['r2', 'r3', 'r1']);
    one('sort-size').click();
    await settle();
    expect(ids()).toEqual(['r1', 'r3', 'r2']);
    expect(one('sort-size').closest('[role=columnheader]')?.getAttribute('aria-sort')).toBe('ascending');
    one('sort-time').click();
    await settle();
    expect(ids()).toEqual(['r3', 'r2', 'r1']);
  });

  it('is seen while another filter is still being looked for, and turned by the next click', async () => {
    const store = new ScriptedRows(0);
    for (const bodyLength of [10, 30, 20]) store.add(1, { bodyLength });
    const { bench, host } = await open(store);
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    host.script.list_requests = async (asked) => {
      if (asked.filter !== '') await held;
      return store.page(asked);
    };
    const sorted = (): string | null | undefined =>
      one('sort-size').closest('[role=columnheader]')?.getAttribute('aria-sort');
    const searching = bench.list.setFilter('invoice');
    await settle();
    one('sort-size').click();
    await settle();
    expect([bench.list.busy, sorted()]).toEqual([true, 'descending']);
    one('sort-size').click();
    await settle();
    expect([bench.list.busy, sorted()], 'it goes on from what was asked for').toEqual([true, 'ascending']);
    answer();
    await searching;
    await settle();
    expect(all('request-row').map((row) => row.dataset['id'])).toEqual(['r1', 'r3', 'r2']);
    expect([bench.list.filter, sorted()]).toEqual(['invoice', 'ascending']);
  });

  it('groups by endpoint, and a group folds by the keys too', async () => {
    const store = new ScriptedRows(2);
    store.add(2, { endpoint: '/github' });
    store.add(1, { endpoint: null });
    const { bench } = await open(store);
    await bench.list.arrange({ sort: null, falling: true, group: 'endpoint' });
    await settle();
    const heads = (): (string | undefined)[] =>
      all('request-group').map((row) => row.textContent?.replace(/\s+/g, ' ').trim());
    expect(one('request-list').getAttribute('role'), 'what folds is a tree').toBe('treegrid');
    expect(heads(), 'those without one come last').toEqual([
      '/github 2 requests',
      '/stripe 2 requests',
      'No endpoint 1 request',
    ]);
    press('Home');
    press('Enter');
    await settle();
    expect(all('request-row')).toHaveLength(3);
    expect(all('request-group')[0]?.getAttribute('aria-expanded')).toBe('false');
  });

  it('folds and unfolds a group by the arrows, and goes out of it and into it', async () => {
    const { bench } = await open(new ScriptedRows(3));
    const levels = (): (string | null)[] =>
      [...all('request-group'), ...all('request-row')].map((line) => line.getAttribute('aria-level'));
    press('Home');
    expect(press('ArrowLeft'), 'where nothing is grouped the arrow is not taken').toBe(true);
    expect(levels()).toEqual([null, null, null]);
    await bench.list.arrange({ sort: null, falling: true, group: 'endpoint' });
    await settle();
    expect(levels()).toEqual(['1', '2', '2', '2']);
    press('End');
    await settle();
    expect(bench.list.activeId).toBe('r1');
    press('ArrowLeft');
    await settle();
    const [group] = all('request-group');
    expect(`request-${bench.list.activeId ?? ''}`, 'from a row to its heading').toBe(group?.id);
    press('ArrowLeft');
    await settle();
    expect([group?.getAttribute('aria-expanded'), all('request-row').length]).toEqual(['false', 0]);
    press('ArrowRight');
    await settle();
    expect([group?.getAttribute('aria-expanded'), all('request-row').length]).toEqual(['true', 3]);
    press('ArrowRight');
    await settle();
    expect(bench.list.activeId, 'from the heading into it').toBe('r3');
  });
});

describe('columns', () => {
  it('are chosen and sized, and remembered', async () => {
    const { bench } = await open(new ScriptedRows(1));
    one('list-view').click();
    await settle();
    one('column-provider').click();
    bench.columns.resize('provider', 150);
    await settle();
    expect(all('request-row')[0]?.textContent).toContain('stripe');
    expect(one('request-list').style.getPropertyValue('--columns')).toContain('150px');
    expect(localStorage.getItem('hookbench.list.columns')).toContain('provider');
    one('columns-reset').click();
    await settle();
    expect(bench.columns.ids.has('provider')).toBe(false);
  });
});

describe('what the filter looks for', () => {
  it('is marked in the rows', async () => {
    const { bench, host } = await open(new ScriptedRows(2));
    host.script.sought = () => ({ anywhere: [{ parts: ['str'], inside: false }], body: [], pointers: [] });
    await bench.list.setFilter('invoice');
    await settle();
    expect([...document.querySelectorAll('mark')].map((mark) => mark.textContent)).toEqual(['str', 'str']);
  });
});

describe('a search', () => {
  it('goes on once the palette is gone that was open when something was found', async () => {
    const store = new ScriptedRows(0);
    for (let part = 0; part < 6; part += 1) {
      store.add(1, { event: 'push' });
      store.add(19);
    }
    const { bench, host } = await open(store);
    store.searched = 20;
    const wait: (() => void)[] = [];
    host.script.list_requests = async (asked) => {
      if (asked.filter !== '') await new Promise<void>((go) => wait.push(go));
      return store.page(asked);
    };
    const step = async (): Promise<void> => {
      wait.shift()?.();
      await settle();
    };
    const searching = bench.list.setFilter('push');
    await settle();
    await step();
    await searching;
    bench.view.palette = true;
    await settle();
    await step();
    expect([bench.list.rows.length, wait.length], 'all of the time is for the palette').toEqual([2, 0]);
    bench.view.palette = false;
    await settle();
    for (let part = 2; part < 6; part += 1) await step();
    expect(bench.list.rows).toHaveLength(6);
  });
});
