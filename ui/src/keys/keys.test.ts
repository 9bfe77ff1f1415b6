import { describe, expect, it } from 'vitest';
import { ACTIONS, keysOf } from './actions';
import { chordOf, keyCap, mayRun, osOf, type Press } from './keyboard';

const press = (key: string, change: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  isComposing: false,
  keyCode: 0,
  ...change,
});

describe('the table of actions', () => {
  it.each(['mac', 'other'] as const)('has no key twice on %s', (os) => {
    const keys = ACTIONS.flatMap((action) => keysOf(action, os));
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
  });

  it('has no id and no title twice', () => {
    for (const names of [ACTIONS.map((action) => action.id), ACTIONS.map((action) => action.title)]) {
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it('has the order in which the palette and the sheet of keys show it', () => {
    expect(ACTIONS.map((action) => action.id)).toEqual([
      'request.resend',
      'request.resendTo',
      'request.idempotency',
      'request.edit',
      'drafts.show',
      'templates.show',
      'runs.show',
      'request.copy',
      'request.compare',
      'request.comparePrevious',
      'request.link',
      'request.star',
      'request.note',
      'request.tags',
      'request.delete',
      'request.menu',
      'request.send',
      'tab.payload',
      'tab.headers',
      'tab.signature',
      'tab.deliveries',
      'tab.raw',
      'compare.next',
      'compare.back',
      'compare.only',
      'compare.layout',
      'list.next',
      'list.previous',
      'list.pageDown',
      'list.pageUp',
      'list.first',
      'list.last',
      'list.open',
      'list.fold',
      'list.unfold',
      'list.select',
      'list.selectNext',
      'list.selectPrevious',
      'list.selectAll',
      'list.copyIds',
      'list.follow',
      'list.newest',
      'list.filter',
      'list.all',
      'list.starred',
      'list.failed',
      'list.saveFilter',
      'list.deleted',
      'list.deleteMatching',
      'list.sequence',
      'list.undo',
      'sort.time',
      'sort.verdict',
      'sort.method',
      'sort.path',
      'sort.provider',
      'sort.event',
      'sort.delivery',
      'sort.status',
      'sort.answer',
      'sort.size',
      'sort.took',
      'sort.turn',
      'group.endpoint',
      'group.delivery',
      'group.none',
      'view.back',
      'view.palette',
      'view.keys',
      'view.sidebar',
      'view.present',
      'view.maskValue',
      'view.maskValueEverywhere',
      'theme.system',
      'theme.light',
      'theme.dark',
      'hookbench.settings',
      'hookbench.sample',
      'hookbench.url',
      'hookbench.port',
      'hookbench.expose',
      'hookbench.pause',
      'hookbench.endpoint',
      'scheme.describe',
      'scheme.list',
      'scheme.new',
      'scheme.import',
      'scheme.keep',
      'scheme.face',
      'scheme.test',
      'scheme.copy',
      'hookbench.queue',
      'hookbench.target',
      'request.export',
      'list.export',
      'list.import',
    ]);
  });

  it('has the keys that were promised', () => {
    const promised = [
      'j',
      'k',
      'Enter',
      'r',
      'e',
      'c',
      'd',
      's',
      '/',
      '1',
      '2',
      '3',
      '4',
      '5',
      '?',
      'n',
      'Delete',
      'mod+k',
      'mod+,',
      'Escape',
    ];
    const keys = ACTIONS.flatMap((action) => keysOf(action, 'other'));
    expect(promised.filter((key) => !keys.includes(key))).toEqual([]);
  });
});

describe('a chord', () => {
  it('is the letter that was typed, whatever the layout needed for it', () => {
    expect(chordOf(press('?', { shiftKey: true }), 'other')).toBe('?');
    expect(chordOf(press('R', { shiftKey: true }), 'other')).toBe('R');
  });

  it('has one name for Ctrl and for Command', () => {
    expect(chordOf(press('k', { ctrlKey: true }), 'other')).toBe('mod+k');
    expect(chordOf(press('k', { metaKey: true }), 'mac')).toBe('mod+k');
    expect(chordOf(press('k', { ctrlKey: true }), 'mac')).toBeNull();
  });

  it('is never taken from an input method', () => {
    expect(chordOf(press('j', { isComposing: true }), 'other')).toBeNull();
    expect(chordOf(press('Enter', { keyCode: 229 }), 'other')).toBeNull();
    expect(chordOf(press('Process'), 'other')).toBeNull();
    expect(chordOf(press('Shift', { shiftKey: true }), 'other')).toBeNull();
  });
});

describe('where a key may run an action', () => {
  it('is not where one types, but for Ctrl and Escape', () => {
    const input = document.createElement('input');
    expect(mayRun('j', input)).toBe(false);
    expect(mayRun('mod+k', input)).toBe(true);
    expect(mayRun('Escape', input)).toBe(true);
  });

  it('is not outside the list for keys that move or press', () => {
    const button = document.createElement('button');
    document.body.append(button);
    expect(mayRun('Enter', button)).toBe(false);
    expect(mayRun('Enter', document.body)).toBe(true);
    expect(mayRun('j', button)).toBe(true);
    button.remove();
  });
});

describe('keys that take something away', () => {
  it('do nothing in the sidebar, where other things stand, nor to a text', () => {
    const sidebar = document.createElement('nav');
    sidebar.dataset['keys'] = 'sidebar';
    const item = sidebar.appendChild(document.createElement('button'));
    const input = document.createElement('input');
    expect([mayRun('Delete', item), mayRun('Delete', document.body)]).toEqual([false, true]);
    expect([mayRun('Delete', input), mayRun('Backspace', input)]).toEqual([false, false]);
  });

  it('leave the undoing of what was typed to the text', () => {
    expect(mayRun('mod+z', document.createElement('textarea'))).toBe(false);
    expect(mayRun('mod+z', document.createElement('button'))).toBe(true);
  });

  it('are both of a Mac', () => {
    const action = ACTIONS.find((known) => known.id === 'request.delete');
    expect(action && [keysOf(action, 'mac'), keysOf(action, 'other')]).toEqual([
      ['Backspace', 'Delete'],
      ['Delete'],
    ]);
  });
});

describe('key caps', () => {
  it('are written as on the keyboard', () => {
    expect([
      keyCap('mod+k', 'mac'),
      keyCap('mod+k', 'other'),
      keyCap('ArrowDown', 'other'),
      keyCap('r', 'mac'),
    ]).toEqual(['⌘K', 'Ctrl K', '↓', 'r']);
    expect([osOf('Macintosh'), osOf('X11; Linux')]).toEqual(['mac', 'other']);
  });
});
