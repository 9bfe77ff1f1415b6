import { flushSync } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import { busy, ScriptedRows } from '../host/scripted';
import { ACTIONS, keysOf } from '../keys/actions';
import { OS } from '../keys/os';
import { all, HOSTILE, one, open, press, settle, write } from './mounted';

describe('the list', () => {
  it('is a grid that draws only what is in sight and knows its whole length', async () => {
    await open(new ScriptedRows(150));
    const grid = one('request-list');
    expect(grid.getAttribute('role')).toBe('grid');
    expect(grid.getAttribute('aria-rowcount'), 'with its head').toBe('151');
    const rows = all('request-row');
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.length).toBeLessThan(60);
    expect(rows[0]?.getAttribute('aria-rowindex')).toBe('2');
    expect(
      rows.filter((row) => row.tabIndex === 0),
      'one row is reached by Tab',
    ).toHaveLength(1);
  });

  it('tells active and selected apart', async () => {
    await open(new ScriptedRows(5));
    press('j');
    press('j');
    await settle();
    const active = all('request-row').filter((row) => row.tabIndex === 0);
    expect(active.map((row) => row.dataset['id'])).toEqual(['r4']);
    expect(all('request-row').every((row) => row.getAttribute('aria-selected') === 'false')).toBe(true);
    press('Enter');
    await settle();
    expect(active[0]?.getAttribute('aria-selected')).toBe('true');
    expect(one('detail-title').textContent).toBe('invoice.paid');
  });

  it('counts what comes while a row is open, and shows it when asked', async () => {
    const store = new ScriptedRows(5);
    const { host } = await open(store);
    all('request-row')[1]?.click();
    await settle();
    store.add(12);
    host.happened({ arrived: 12 });
    await settle();
    expect(one('new-pill').textContent).toContain('12 new');
    expect(all('request-row')[0]?.dataset['id']).toBe('r5');
    one('new-pill').click();
    await settle();
    expect(all('request-row')[0]?.dataset['id']).toBe('r17');
    expect(all('new-pill')).toHaveLength(0);
  });

  it('keeps its rows and the keyboard where the newest cannot be read, says so, and tries again', async () => {
    const store = new ScriptedRows(5);
    const { bench, host } = await open(store);
    all('request-row')[1]?.focus();
    store.add(1);
    host.script.list_requests = busy;
    await bench.list.renew();
    await settle();
    expect(one('list-stale').textContent).toContain('the store is busy');
    expect(all('request-row')).toHaveLength(5);
    expect(document.activeElement).toBe(all('request-row')[1]);
    host.script.list_requests = store.page;
    one('list-again').click();
    await settle();
    expect(all('list-stale')).toHaveLength(0);
    expect(all('request-row')[0]?.dataset['id']).toBe('r6');
  });

  it('no longer says so once what comes is in it', async () => {
    const store = new ScriptedRows(5);
    const { bench, host } = await open(store);
    host.script.list_requests = busy;
    await bench.list.renew();
    await settle();
    expect(all('list-stale')).toHaveLength(1);
    host.script.list_requests = store.page;
    store.add(1);
    host.happened({ arrived: 1 });
    await settle();
    expect(all('request-row')[0]?.dataset['id']).toBe('r6');
    expect(all('list-stale')).toHaveLength(0);
  });

  it('says why where there is no row to keep, until what comes can be read', async () => {
    const store = new ScriptedRows(0);
    const { bench, host } = await open(store);
    host.script.list_requests = busy;
    await bench.list.load();
    await settle();
    expect(one('list-error').textContent).toContain('the store is busy');
    host.script.list_requests = store.page;
    store.add(1);
    host.happened({ arrived: 1 });
    await settle();
    expect(all('list-error')).toHaveLength(0);
    expect(all('request-row')).toHaveLength(1);
  });

  it('marks what was refused or broken off, with its reason', async () => {
    const store = new ScriptedRows(1);
    store.add(1, { state: 'refused', reason: 'bad header line', method: '', target: '', event: null });
    store.add(1, { state: 'aborted', reason: 'the sender closed' });
    await open(store);
    const texts = all('request-row').map((row) => row.textContent?.replace(/\s+/g, ' '));
    expect(texts[0]).toContain('broken off invoice.paid /stripe the sender closed');
    expect(texts[1]).toContain('refused bad header line');
  });
});

describe('the filter box', () => {
  it('says what is wrong and leaves the list as it was', async () => {
    await open(new ScriptedRows(5));
    const input = one('filter') as HTMLInputElement;
    write('filter', 'bad:x');
    input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    await settle();
    expect(one('filter-error').textContent).toContain('No field is called');
    expect(input.getAttribute('aria-invalid')).toBe('true');
    expect(all('request-row')).toHaveLength(5);
  });

  it('completes what is typed, and Enter takes it only where one was chosen', async () => {
    const { bench, host } = await open(new ScriptedRows(5));
    host.script.suggest_filter = () => [
      { start: 0, end: 2, text: 'is:starred', meaning: 'starred requests' },
    ];
    const input = one('filter') as HTMLInputElement;
    input.value = 'is';
    input.setSelectionRange(2, 2);
    input.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await settle();
    expect(input.getAttribute('aria-expanded')).toBe('true');
    expect(one('filter-suggestion').textContent).toContain('starred requests');
    input.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }));
    input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    expect([input.value, bench.list.text]).toEqual(['is:starred', 'is:starred']);
    await settle();
    input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    await settle();
    expect([bench.list.filter, all('filter-suggestions').length]).toEqual(['is:starred', 0]);
  });

  it('offers a way on where nothing matches', async () => {
    const { bench } = await open(new ScriptedRows(5));
    await bench.list.setFilter('zzz');
    await settle();
    one('show-all').click();
    await settle();
    expect(all('request-row')).toHaveLength(5);
  });
});

describe('captured text', () => {
  it('is never markup, wherever it is shown', async () => {
    const store = new ScriptedRows(0);
    store.add(1, {
      method: HOSTILE,
      target: `/${HOSTILE}`,
      event: HOSTILE,
      reason: HOSTILE,
      state: 'cut',
      peer: HOSTILE,
    });
    await open(store, JSON.stringify({ html: HOSTILE }));
    all('request-row')[0]?.click();
    await settle();
    for (const tab of ['payload', 'headers', 'signature', 'deliveries', 'raw']) {
      one(`tab-${tab}`).click();
      await settle();
      expect(document.querySelectorAll('#app script, main script, main img, main iframe')).toHaveLength(0);
    }
    one('tab-payload').click();
    await settle();
    expect(one('payload-body').textContent).toContain('<script>');
    expect((globalThis as { hit?: number }).hit).toBeUndefined();
  });

  it('shows escapes instead of what turns or hides it', async () => {
    const store = new ScriptedRows(0);
    store.add(1, { event: 'abc\u202edef\u001b[31m' });
    await open(store);
    expect(all('request-row')[0]?.textContent).toContain('abc\\u202Edef\\e[31m');
  });
});

describe('the first start', () => {
  it('shows the URL, a curl line and a sample', async () => {
    await open(new ScriptedRows(0));
    expect(one('welcome-url').textContent).toBe('http://127.0.0.1:4665');
    expect(one('welcome-curl').textContent).toContain('http://127.0.0.1:4665/hello');
    expect(all('sample-send')).toHaveLength(1);
  });
});

describe('the window', () => {
  it('presents with everything read anew, and asks before secrets are shown again', async () => {
    const { host } = await open(new ScriptedRows(1));
    all('request-row')[0]?.click();
    press('2');
    await settle();
    expect(one('panel-headers').textContent).toContain('sk_live_abcdefghijkl');
    expect(all('presenting')).toHaveLength(0);
    press('m');
    await settle();
    expect(host.asked.filter(([name]) => name === 'present')).toEqual([['present', { on: true }]]);
    expect(one('presenting').textContent).toContain('Presenting');
    expect(one('panel-headers').textContent).not.toContain('sk_live_abcdefghijkl');

    press('e');
    await settle();
    expect(one('covered-dialog').textContent).toContain('Edit and replay is covered');
    press('Escape');
    await settle();
    press('m');
    await settle();
    expect(host.asked.filter(([name]) => name === 'present')).toHaveLength(1);
    one('covered-stop').click();
    await settle();
    expect(all('presenting')).toHaveLength(0);
    expect(one('panel-headers').textContent).toContain('sk_live_abcdefghijkl');
  });

  it('offers to add the secret that is missing', async () => {
    await open(new ScriptedRows(1));
    all('request-row')[0]?.click();
    press('3');
    await settle();
    one('add-secret').click();
    await settle();
    expect(all('endpoint-dialog')).toHaveLength(1);
  });

  it('finds actions in the palette and runs them', async () => {
    const { bench } = await open(new ScriptedRows(1));
    press('k', { ctrlKey: true });
    await settle();
    write('palette-input', 'starred');
    await settle();
    one('palette-input').dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }),
    );
    await settle();
    expect(bench.list.text).toBe('is:starred');
    expect(all('palette')).toHaveLength(0);
  });

  it('has the last action of the palette there as soon as it is gone to', async () => {
    const { bench } = await open(new ScriptedRows(1));
    bench.view.palette = true;
    flushSync();
    const input = one('palette-input');
    const before = all('palette-action').length;
    const told = all('palette-action')[0]?.getAttribute('aria-setsize');
    input.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowUp', bubbles: true, cancelable: true }));
    flushSync();
    const rows = all('palette-action');
    expect(rows.length, 'nothing was drawn out of sight before').toBeGreaterThan(before);
    expect(input.getAttribute('aria-activedescendant')).toBe(rows.at(-1)?.id);
    expect(told, 'however many are drawn').toBe(String(rows.length));
    expect(rows.at(-1)?.getAttribute('aria-posinset')).toBe(String(rows.length));
  });

  it('looks for nothing new while the palette is open, and makes up for it after', async () => {
    const store = new ScriptedRows(1);
    const { host } = await open(store);
    press('k', { ctrlKey: true });
    await settle();
    store.add(2);
    const before = host.asked.length;
    host.happened({ arrived: 2 });
    await settle();
    expect(
      host.asked.slice(before).filter(([name]) => name === 'list_requests'),
      'all of the time is for the palette',
    ).toEqual([]);
    press('k', { ctrlKey: true });
    await vi.waitFor(() => {
      expect(all('request-row')).toHaveLength(3);
    });
  });

  it('has every action in the palette, and every one that has a key in the sheet of keys', async () => {
    await open(new ScriptedRows(1));
    press('k', { ctrlKey: true });
    await settle();
    await vi.waitFor(() => {
      expect(all('palette-action').length, 'those out of sight come later').toBeGreaterThan(16);
    });
    const offered = all('palette-action').map((row) => row.dataset['action']);
    expect(offered).toEqual(ACTIONS.map((action) => action.id).filter((id) => id !== 'view.palette'));
    one('palette-input')
      .closest('dialog')
      ?.dispatchEvent(new Event('cancel', { cancelable: true }));
    await settle();
    press('?');
    await settle();
    const told = [...one('keys-sheet').querySelectorAll('dt')].map((title) => title.textContent);
    const keyed = ACTIONS.filter((action) => keysOf(action, OS).length > 0).map((action) => action.title);
    expect(told.toSorted()).toEqual(keyed.toSorted());
  });

  it('takes no key from an input method', async () => {
    const { bench } = await open(new ScriptedRows(3));
    press('j', { isComposing: true });
    await settle();
    expect(bench.list.activeId).toBeNull();
  });

  it('follows the theme that was chosen', async () => {
    await open(new ScriptedRows(0));
    expect(document.documentElement.dataset['theme']).toBe('dark');
  });

  it('lets a splitter be moved by keys and remembers it', async () => {
    const { bench } = await open(new ScriptedRows(3));
    const before = bench.view.listWidth;
    one('splitter-list').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true }));
    expect(bench.view.listWidth).toBe(before - 16);
    expect(localStorage.getItem('hookbench.list.width')).toBe(String(before - 16));
  });
});
