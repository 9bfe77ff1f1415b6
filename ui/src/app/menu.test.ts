/** What can be done with a request, as a menu at its row and in its head. */
import { describe, expect, it } from 'vitest';
import { ScriptedRows } from '../host/scripted';
import { menusOf } from '../keys/menu';
import { all, one, open, press, settle } from './mounted';

const items = (): string[] => all('menu-item').map((item) => item.dataset['id'] ?? '');
const row = (id: string): HTMLElement => {
  const found = all('request-row').find((one) => one.dataset['id'] === id);
  if (found === undefined) throw new Error(`there is no row ${id}`);
  return found;
};
const key = (name: string, init: KeyboardEventInit = {}): void => {
  document.activeElement?.dispatchEvent(
    new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true, ...init }),
  );
};
const rightClick = (element: HTMLElement): void => {
  element.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: 40 }));
};

describe('the menu of a request', () => {
  it('is in its head and holds what has no button, taken from the one table', async () => {
    await open(new ScriptedRows(2));
    row('r2').click();
    await settle();
    one('more').click();
    await settle();
    expect(one('request-menu').getAttribute('role')).toBe('menu');
    expect(new Set(all('menu-item').map((item) => item.getAttribute('role')))).toEqual(new Set(['menuitem']));
    expect(items()).toEqual(
      expect.arrayContaining([
        'request.idempotency',
        'request.comparePrevious',
        'request.link',
        'request.export',
        'scheme.describe',
      ]),
    );
    expect(items().at(-1), 'what takes it away is apart').toBe('request.delete');
    expect(items(), 'nothing that is not about this request').not.toContain('drafts.show');
    expect(items()).not.toContain('request.menu');
  });

  it('is walked with the keys and gives the keyboard back', async () => {
    const { bench } = await open(new ScriptedRows(2));
    row('r2').click();
    await settle();
    one('more').click();
    await settle();
    const at = (): string => (document.activeElement as HTMLElement).dataset['id'] ?? '';
    expect(at()).toBe(items()[0]);
    key('ArrowUp');
    expect(at(), 'from the first to the last').toBe('request.delete');
    key('ArrowDown');
    key('ArrowDown');
    expect(at()).toBe(items()[1]);
    key('End');
    expect(at()).toBe('request.delete');
    key('Home');
    expect(at()).toBe(items()[0]);
    key('e');
    expect(at(), 'a letter leads to what begins with it').toBe('request.edit');
    expect(bench.draft, 'and is no key of the window meanwhile').toBeNull();
    key('Escape');
    await settle();
    expect(all('request-menu')).toHaveLength(0);
    expect(document.activeElement).toBe(one('more'));
    expect(bench.opened?.id, 'Escape leaves the menu and nothing else').toBe('r2');
  });

  it('does what is chosen to what it was opened for', async () => {
    const { bench } = await open(new ScriptedRows(2));
    row('r2').click();
    await settle();
    rightClick(row('r1'));
    await settle();
    expect(bench.opened?.id, 'the row under the pointer is meant').toBe('r1');
    all('menu-item')
      .find((item) => item.dataset['id'] === 'request.idempotency')
      ?.click();
    await settle();
    expect(bench.view.dialog).toEqual({ kind: 'idempotency', request: 'r1' });
    expect(all('request-menu')).toHaveLength(0);
  });

  it('is at its row in one pane too, which leaves the list only for what shows the request', async () => {
    const { bench, host } = await open(new ScriptedRows(3));
    host.script.annotate = () => ({});
    bench.view.width = 640;
    await settle();
    const choose = async (id: string): Promise<void> => {
      rightClick(row('r1'));
      await settle();
      expect([all('request-list').length, bench.opened], 'the list is under it').toEqual([1, null]);
      all('menu-item')
        .find((item) => item.dataset['id'] === id)
        ?.click();
      await settle();
    };
    row('r3').focus();
    await choose('request.star');
    expect(host.asked.find(([name]) => name === 'annotate')?.[1]).toMatchObject({
      ids: ['r1'],
      starred: true,
    });
    await choose('request.note');
    expect([bench.opened?.id, all('request-list').length]).toEqual(['r1', 0]);
  });

  it('is about all that are picked out where it is opened on one of them', async () => {
    const { bench } = await open(new ScriptedRows(5));
    row('r5').click();
    row('r4').dispatchEvent(new MouseEvent('click', { bubbles: true, ctrlKey: true }));
    await settle();
    rightClick(row('r4'));
    await settle();
    expect(bench.list.chosen.size).toBe(2);
    expect(items()).toContain('request.export');
    expect(items(), 'a note is of one').not.toContain('request.note');
    key('Escape');
    await settle();
    rightClick(row('r2'));
    await settle();
    expect(bench.list.chosen.several, 'another row is meant alone').toBe(false);
    expect(items()).toContain('request.note');
  });

  it.each([
    ['F10', { shiftKey: true }],
    ['ContextMenu', {}],
  ])('opens at the row with the keyboard by %s', async (name, init) => {
    await open(new ScriptedRows(2));
    press('ArrowDown');
    await settle();
    row('r2').focus();
    key(name, init);
    await settle();
    expect(all('request-menu')).toHaveLength(1);
    key('Escape');
    await settle();
    expect(document.activeElement).toBe(row('r2'));
  });

  it('has the keyboard where the palette opened it, and is in no other menu', async () => {
    const { bench } = await open(new ScriptedRows(2));
    press('ArrowDown');
    press('k', { ctrlKey: true });
    await settle();
    const input = document.activeElement as HTMLInputElement;
    input.value = 'menu of the request';
    input.dispatchEvent(new Event('input', { bubbles: true }));
    await settle();
    key('Enter');
    await settle();
    expect(bench.view.palette).toBe(false);
    expect(document.activeElement).toBe(all('menu-item')[0]);
    const others = menusOf(bench).flatMap(({ groups }) => groups.flat());
    expect(others.map(({ id }) => id)).not.toContain('request.menu');
  });

  it('closes where one clicks beside it', async () => {
    await open(new ScriptedRows(1));
    row('r1').click();
    await settle();
    one('more').click();
    await settle();
    document.body.dispatchEvent(new MouseEvent('mousedown', { bubbles: true }));
    await settle();
    expect(all('request-menu')).toHaveLength(0);
  });

  it('does not come back by itself once what it was over is shown again', async () => {
    const { bench } = await open(new ScriptedRows(1));
    row('r1').click();
    await settle();
    one('more').click();
    await settle();
    bench.view.openSettings();
    await settle();
    bench.view.closeSettings();
    await settle();
    expect(all('request-menu'), 'the page was left').toHaveLength(0);
    expect(one('more').getAttribute('aria-expanded')).toBe('false');
    one('more').click();
    await settle();
    expect(all('request-menu')).toHaveLength(1);
    bench.select(null);
    bench.list.setActive(null);
    await settle();
    expect(all('request-menu'), 'there is no request to do anything with').toHaveLength(0);
    bench.select('r1');
    await settle();
    expect(all('request-menu')).toHaveLength(0);
  });
});
