/** Where the keyboard is once what had it is gone. */
import { describe, expect, it } from 'vitest';
import { ScriptedRows } from '../host/scripted';
import { endpointOf } from '../host/views';
import type { ScriptedHost } from '../host/scripted';
import { all, one, open, press, settle, write } from './mounted';

/** What has the keyboard, a frame or two after all is done. */
async function focused(): Promise<string> {
  await settle();
  for (let frame = 0; frame < 4; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
  await settle();
  const element = document.activeElement as HTMLElement | null;
  if (element === null || element === document.body) return 'nothing';
  return element.id.startsWith('request-')
    ? element.id
    : (element.dataset['testid'] ?? (element.className.split(' ')[0] || element.tagName));
}

function pressOn(on: HTMLElement, key: string, init: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init });
  on.dispatchEvent(event);
  return event;
}

function click(element: HTMLElement): void {
  element.focus();
  element.click();
}

async function withSecrets(): Promise<ScriptedHost> {
  const { bench, host } = await open(new ScriptedRows(1));
  let secrets = ['one', 'two'].map((name) => ({ id: name, name, place: 'file' as const, createdAt: 0 }));
  host.script.endpoints = () => [endpointOf({ secrets })];
  host.script.remove_secret = ({ id }) => {
    secrets = secrets.filter((secret) => secret.id !== id);
    return { id: 1 };
  };
  await bench.around.loadEndpoints();
  bench.view.open({ kind: 'endpoint', endpoint: endpointOf({ secrets }), path: '/', part: 'secrets' });
  await settle();
  return host;
}

/** One pane with a request, whose button had the keyboard until it was disabled: the part of the window has it instead. */
async function standingIn() {
  const { bench } = await open(new ScriptedRows(1));
  bench.view.width = 640;
  bench.select('r1');
  await settle();
  const button = one('more') as HTMLButtonElement;
  button.focus();
  button.disabled = true;
  expect(await focused()).toBe('detail');
  return { bench, button };
}

describe('the keyboard is not lost', () => {
  it('by Escape in an empty filter: it goes to the active row', async () => {
    const { bench } = await open(new ScriptedRows(5));
    bench.list.setActive('r4');
    await settle();
    one('filter').focus();
    pressOn(one('filter'), 'Escape');
    expect(await focused()).toBe('request-r4');
  });

  it('where no row is active it is in the list, and makes none active', async () => {
    const { bench } = await open(new ScriptedRows(5));
    await bench.list.setFilter('zzz');
    await settle();
    click(one('show-all'));
    expect(await focused()).toBe('request-list');
    expect(bench.list.activeId, 'the newest is still followed').toBeNull();
  });

  it('by showing what is new', async () => {
    const store = new ScriptedRows(5);
    const { bench, host } = await open(store);
    bench.select('r3');
    await settle();
    store.add(2);
    host.happened({ arrived: 2 });
    await settle();
    click(one('new-pill'));
    expect(await focused()).toBe('request-r3');
  });

  it('by unselecting what is picked out', async () => {
    await open(new ScriptedRows(5));
    press('ArrowDown');
    press('a', { ctrlKey: true });
    await settle();
    click(one('selection-clear'));
    expect(await focused()).toBe('request-r5');
  });

  it('by taking a tag away: it stays in the request, and not on what takes the next one away', async () => {
    const store = new ScriptedRows(0);
    store.add(1, { tags: ['a', 'b'] });
    const { bench, host } = await open(store);
    host.script.annotate = () => ({});
    host.script.tags = () => [];
    bench.select('r1');
    await settle();
    click(all('tag-remove')[0] as HTMLElement);
    await settle();
    const [row] = store.rows;
    if (row !== undefined) bench.list.update([{ ...row, tags: ['b'] }]);
    if (row !== undefined && bench.opened !== null) bench.opened.row = { ...row, tags: ['b'] };
    await settle();
    expect(all('tag')).toHaveLength(1);
    expect(await focused()).toBe('tag');
  });

  it('inside of a dialog: it goes to what is near, and to the dialog itself where nothing is', async () => {
    await withSecrets();
    click(all('secret-remove')[0] as HTMLElement);
    expect(await focused()).toBe('secret-replace');
    click(all('secret-remove')[0] as HTMLElement);
    expect(await focused()).toBe('secret-add');
  });

  it('by a button that its own press disables for a while: it comes back', async () => {
    await withSecrets();
    const button = one('secret-add') as HTMLButtonElement;
    button.focus();
    button.disabled = true;
    expect(await focused()).toBe('content');
    button.disabled = false;
    expect(await focused()).toBe('secret-add');
  });

  it('by a save of the settings that disables itself: nothing is there that a second press would do', async () => {
    const { bench } = await open(new ScriptedRows(1));
    bench.view.openSettings('limits');
    await settle();
    write('limit-body', '10 MiB');
    await settle();
    click(one('limits-save'));
    expect(await focused()).toBe('H2');
  });

  it('by a button that disables itself where one pane has the place: it is in the request, not on what leaves it', async () => {
    const { bench, button } = await standingIn();
    button.disabled = false;
    expect(await focused()).toBe('more');
    expect(one('detail').hasAttribute('tabindex'), 'a click on its text takes no keyboard').toBe(false);
    bench.view.width = 1400;
    await settle();
    one('more').focus();
    (one('more') as HTMLButtonElement).disabled = true;
    expect(await focused(), 'where the list is there it is in the list').toBe('request-r1');
  });

  it('by a button that disables itself as the window is left: the part keeps it until the button is back', async () => {
    const { button } = await standingIn();
    // A window that is left tells its element so, which stays the one that has the keyboard.
    one('detail').dispatchEvent(new FocusEvent('blur'));
    expect(one('detail').hasAttribute('tabindex')).toBe(true);
    button.disabled = false;
    expect(await focused()).toBe('more');
  });

  it('by leaving a page that took the place of all', async () => {
    const { bench } = await open(new ScriptedRows(3));
    bench.list.setActive('r2');
    bench.view.openSettings();
    await settle();
    expect(await focused()).toBe('H2');
    one('settings-close').click();
    expect(await focused()).toBe('request-r2');
  });

  it('by opening a request where one pane has the place: it is in the request', async () => {
    const { bench } = await open(new ScriptedRows(3));
    bench.view.width = 640;
    await settle();
    press('ArrowDown');
    await focused();
    pressOn(document.activeElement as HTMLElement, 'Enter');
    expect(await focused()).toBe('back');
    click(one('back'));
    expect(await focused()).toBe('request-r3');
  });

  it('by leaving the editor, where the filter was once wanted', async () => {
    const { bench } = await open(new ScriptedRows(3));
    press('/');
    expect(await focused()).toBe('filter');
    bench.select('r2');
    bench.view.width = 640;
    await settle();
    click(one('back'));
    expect(await focused()).toBe('request-r2');
    bench.select('r2');
    await settle();
    press('/');
    expect(await focused(), 'it is in the list that is hidden').toBe('filter');
  });

  it('but goes nowhere where one clicks beside all', async () => {
    const { bench } = await open(new ScriptedRows(3));
    one('filter').focus();
    document.body.dispatchEvent(new MouseEvent('mousedown', { bubbles: true }));
    one('filter').blur();
    expect(await focused()).toBe('nothing');
    bench.select('r2');
    bench.view.width = 640;
    await settle();
    expect(all('filter')).toHaveLength(0);
    expect(await focused(), 'what it was on went away later').toBe('nothing');
  });
});

describe('the drawer of a narrow window', () => {
  it('takes the keyboard, keeps it from what is behind, and gives it back', async () => {
    const { bench } = await open(new ScriptedRows(3));
    bench.view.width = 900;
    await settle();
    one('filter').focus();
    pressOn(one('filter'), 'b', { ctrlKey: true });
    expect(await focused()).toBe('nav-all');
    expect(one('request-list').closest('[inert]'), 'what is under it').not.toBeNull();
    expect(one('nav-all').closest('[inert]')).toBeNull();
    pressOn(one('nav-all'), 'Escape');
    await settle();
    expect(all('drawer')).toHaveLength(0);
    expect(one('request-list').closest('[inert]')).toBeNull();
    expect(await focused()).toBe('filter');
  });
});

describe('tabs', () => {
  it('take the keyboard along where another is chosen by a key of the window', async () => {
    const { bench } = await open(new ScriptedRows(1));
    bench.select('r1');
    await settle();
    click(one('tab-raw'));
    await settle();
    pressOn(one('tab-raw'), '1');
    expect(await focused()).toBe('tab-payload');
    one('filter').focus();
    bench.showTab('headers');
    expect(await focused(), 'from elsewhere it takes nothing').toBe('filter');
  });
});

describe('Tab in the filter', () => {
  it('takes what is offered, and leads on where that is typed already', async () => {
    const { host } = await open(new ScriptedRows(1));
    host.script.suggest_filter = () => [{ start: 7, end: 11, text: 'POST', meaning: 'a value' }];
    const input = one('filter') as HTMLInputElement;
    const type = async (text: string): Promise<void> => {
      input.value = text;
      input.setSelectionRange(text.length, text.length);
      input.dispatchEvent(new InputEvent('input', { bubbles: true }));
      await settle();
    };
    await type('method:PO');
    expect(pressOn(input, 'Tab').defaultPrevented, 'it takes the rest').toBe(true);
    expect(input.value).toBe('method:POST');
    await settle();
    expect(all('filter-suggestion')).toHaveLength(1);
    expect(pressOn(input, 'Tab').defaultPrevented, 'it goes on').toBe(false);
    await settle();
    expect(all('filter-suggestion')).toHaveLength(0);
  });
});

describe('a press that ends the composing of a character', () => {
  // So WebKit tells of it: the composing is over by then, and only the code says whose the press was.
  const ending: KeyboardEventInit = { isComposing: false, keyCode: 229 };

  it('neither applies the filter nor empties it', async () => {
    const { bench } = await open(new ScriptedRows(5));
    const input = one('filter') as HTMLInputElement;
    input.value = 'zzz';
    pressOn(input, 'Enter', ending);
    pressOn(input, 'Escape', ending);
    await settle();
    expect([bench.list.filter, input.value]).toEqual(['', 'zzz']);
    pressOn(input, 'Enter');
    await settle();
    expect(bench.list.filter).toBe('zzz');
  });

  it('runs nothing of the palette, keeps no tag and closes no note', async () => {
    const { bench, host } = await open(new ScriptedRows(1));
    host.script.tags = () => [];
    bench.select('r1');
    bench.annotating.edit('tags');
    await settle();
    write('tag-input', 'x');
    pressOn(one('tag-input'), 'Enter', ending);
    pressOn(one('tag-input'), 'Escape', ending);
    await settle();
    expect(host.asked.map(([name]) => name)).not.toContain('annotate');
    expect(all('tag-input')).toHaveLength(1);
    bench.annotating.edit('note');
    await settle();
    pressOn(one('note-text'), 'Escape', ending);
    await settle();
    expect(all('note-text')).toHaveLength(1);
    bench.view.palette = true;
    await settle();
    pressOn(one('palette-input'), 'Enter', ending);
    await settle();
    expect(bench.view.palette).toBe(true);
  });
});
