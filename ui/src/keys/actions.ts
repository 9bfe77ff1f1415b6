/**
 * Everything one can do, as data: the palette, the sheet of keys, the key caps on the buttons and the tests read this
 * one table.
 */
import { writeClipboard } from '../lib/clipboard';
import { visibleText } from '../lib/escape';
import { TABS } from '../state/view.svelte';
import type { Workbench } from '../state/workbench.svelte';
import type { Os } from './keyboard';

export type Group = 'Request' | 'List' | 'View' | 'Hookbench';

export interface Action {
  id: string;
  title: string;
  group: Group;
  /** Chords for both, or apart for a Mac and the others. */
  keys: readonly string[] | Record<Os, readonly string[]>;
  /** Done once for each press, however long the key is held. */
  once?: true;
  /** Whether it can be done now. */
  when: (bench: Workbench) => boolean;
  run: (bench: Workbench) => void;
}

const always = (): boolean => true;
/** Whether the requests are shown, and not the settings or a scheme that is being made. */
const browsing = (bench: Workbench): boolean =>
  bench.view.settings === null && bench.schemes.builder === null;
const hasRow = (bench: Workbench): boolean => browsing(bench) && bench.row !== null;
const several = (bench: Workbench): boolean =>
  browsing(bench) && bench.list.chosen.several && bench.draft === null;
const reading = (bench: Workbench): boolean => hasRow(bench) && bench.draft === null;
/** A request is looked at, or several are picked out. */
const acting = (bench: Workbench): boolean => reading(bench) || several(bench);
const hasRows = (bench: Workbench): boolean =>
  browsing(bench) && bench.list.rows.length > 0 && bench.draft === null;

/** Puts a text on the clipboard and says so. */
export async function copy(bench: Workbench, what: string, text: Promise<string> | string): Promise<void> {
  try {
    await writeClipboard(text);
    bench.notes.done(`${what} copied`);
  } catch (thrown) {
    bench.notes.failed(`${what} could not be copied`, thrown);
  }
}

function filterBy(filter: string): (bench: Workbench) => void {
  return (bench) => {
    void bench.list.setFilter(filter);
    bench.view.drawer = false;
    bench.schemes.leave();
    bench.view.closeSettings();
  };
}

const TAB_TITLES = ['payload', 'headers', 'signature', 'deliveries', 'raw request'];

export const ACTIONS: readonly Action[] = [
  {
    id: 'request.resend',
    title: 'Resend',
    group: 'Request',
    keys: ['r'],
    when: acting,
    run: (bench) => void (several(bench) ? bench.several.resend() : bench.resend()),
  },
  {
    id: 'request.resendTo',
    title: 'Resend to…',
    group: 'Request',
    keys: ['R'],
    when: reading,
    run: (bench) => {
      if (bench.opened === null) bench.select(bench.list.activeId);
      bench.view.open({ kind: 'resend' });
    },
  },
  {
    id: 'request.idempotency',
    title: 'Check idempotency…',
    group: 'Request',
    keys: ['i'],
    when: reading,
    run: (bench) => {
      if (bench.row !== null) bench.view.open({ kind: 'idempotency', request: bench.row.id });
    },
  },
  {
    id: 'request.edit',
    title: 'Edit and replay',
    group: 'Request',
    keys: ['e'],
    when: reading,
    run: (bench) => void bench.edit(),
  },
  {
    id: 'request.curl',
    title: 'Copy as cURL',
    group: 'Request',
    keys: ['c'],
    when: hasRow,
    run: (bench) => {
      if (bench.row !== null) void copy(bench, 'cURL line', bench.curl(bench.row.id));
    },
  },
  {
    id: 'request.star',
    title: 'Star or take the star away',
    group: 'Request',
    keys: ['s'],
    when: (bench) => hasRow(bench) || several(bench),
    run: (bench) => {
      if (several(bench)) void bench.several.star();
      else if (bench.row !== null) void bench.star(bench.row);
    },
  },
  {
    id: 'request.note',
    title: 'Write or edit the note',
    group: 'Request',
    keys: ['n'],
    when: reading,
    run: (bench) => {
      bench.annotating.edit('note');
    },
  },
  {
    id: 'request.tags',
    title: 'Add tags',
    group: 'Request',
    keys: ['t'],
    when: reading,
    run: (bench) => {
      bench.annotating.edit('tags');
    },
  },
  {
    id: 'request.delete',
    title: 'Delete',
    group: 'Request',
    keys: { mac: ['Backspace', 'Delete'], other: ['Delete'] },
    once: true,
    when: acting,
    run: (bench) => {
      if (bench.list.chosen.everything)
        bench.view.open({ kind: 'deleteMatching', filter: bench.list.filter });
      else if (several(bench)) void bench.several.ids().then((ids) => bench.deleting.several(ids));
      else if (bench.row !== null) void bench.deleting.request(bench.row);
    },
  },
  {
    id: 'request.send',
    title: 'Send the edited copy',
    group: 'Request',
    keys: ['mod+Enter'],
    when: (bench) => browsing(bench) && bench.draft !== null,
    run: (bench) => void bench.sendDraft(),
  },
  ...TABS.map((tab, place): Action => ({
    id: `tab.${tab}`,
    title: `Show ${TAB_TITLES[place] ?? tab}`,
    group: 'Request',
    keys: [String(place + 1)],
    when: (bench) => browsing(bench) && bench.opened !== null && bench.draft === null,
    run: (bench) => {
      bench.showTab(tab);
    },
  })),
  {
    id: 'list.next',
    title: 'Next request',
    group: 'List',
    keys: ['j', 'ArrowDown'],
    when: hasRows,
    run: (bench) => {
      bench.move(1);
    },
  },
  {
    id: 'list.previous',
    title: 'Previous request',
    group: 'List',
    keys: ['k', 'ArrowUp'],
    when: hasRows,
    run: (bench) => {
      bench.move(-1);
    },
  },
  {
    id: 'list.pageDown',
    title: 'A page down',
    group: 'List',
    keys: ['PageDown'],
    when: hasRows,
    run: (bench) => {
      bench.move(bench.view.pageRows);
    },
  },
  {
    id: 'list.pageUp',
    title: 'A page up',
    group: 'List',
    keys: ['PageUp'],
    when: hasRows,
    run: (bench) => {
      bench.move(-bench.view.pageRows);
    },
  },
  {
    id: 'list.first',
    title: 'First request',
    group: 'List',
    keys: ['Home'],
    when: hasRows,
    run: (bench) => {
      bench.moveTo(0);
    },
  },
  {
    id: 'list.last',
    title: 'Last request',
    group: 'List',
    keys: ['End'],
    when: hasRows,
    run: (bench) => {
      bench.moveTo(bench.list.length - 1);
    },
  },
  {
    id: 'list.open',
    title: 'Open the request',
    group: 'List',
    keys: ['Enter'],
    when: (bench) => browsing(bench) && bench.list.activeId !== null && bench.draft === null,
    run: (bench) => {
      const { activeId } = bench.list;
      if (bench.list.row(activeId) !== undefined) bench.select(activeId);
      else if (activeId !== null) bench.list.fold(activeId);
    },
  },
  {
    id: 'list.select',
    title: 'Select or unselect the row',
    group: 'List',
    keys: [' ', 'mod+ '],
    when: (bench) => hasRows(bench) && bench.list.row(bench.list.activeId) !== undefined,
    run: (bench) => {
      bench.list.chosen.toggle(bench.list.activeId ?? '');
      bench.sayChosen();
    },
  },
  {
    id: 'list.selectNext',
    title: 'Select the next too',
    group: 'List',
    keys: ['shift+ArrowDown', 'J'],
    when: hasRows,
    run: (bench) => {
      bench.extend(1);
    },
  },
  {
    id: 'list.selectPrevious',
    title: 'Select the previous too',
    group: 'List',
    keys: ['shift+ArrowUp', 'K'],
    when: hasRows,
    run: (bench) => {
      bench.extend(-1);
    },
  },
  {
    id: 'list.selectAll',
    title: 'Select all',
    group: 'List',
    keys: ['mod+a'],
    when: hasRows,
    run: (bench) => {
      bench.list.selectAll();
      bench.sayChosen();
    },
  },
  {
    id: 'list.copyIds',
    title: 'Copy the ids of the selection',
    group: 'List',
    keys: [],
    when: (bench) => bench.list.chosen.size > 0,
    run: (bench) => void copy(bench, 'Ids', bench.several.copyIds()),
  },
  {
    id: 'list.follow',
    title: 'Follow the newest or stop it',
    group: 'List',
    keys: ['f'],
    when: always,
    run: (bench) => {
      bench.list.setFollow(!bench.list.follow);
    },
  },
  {
    id: 'list.newest',
    title: 'Go to the newest',
    group: 'List',
    keys: ['g'],
    when: (bench) => browsing(bench) && bench.draft === null,
    run: (bench) => void bench.list.showNew(),
  },
  {
    id: 'list.filter',
    title: 'Filter',
    group: 'List',
    keys: ['/', 'mod+f'],
    when: (bench) => browsing(bench) && bench.draft === null,
    run: (bench) => {
      bench.view.filterWanted += 1;
    },
  },
  {
    id: 'list.all',
    title: 'Show all requests',
    group: 'List',
    keys: [],
    when: always,
    run: filterBy(''),
  },
  {
    id: 'list.starred',
    title: 'Show starred requests',
    group: 'List',
    keys: [],
    when: always,
    run: filterBy('is:starred'),
  },
  {
    id: 'list.failed',
    title: 'Show failed signatures',
    group: 'List',
    keys: [],
    when: always,
    run: filterBy('sig:invalid,expired,missing,malformed'),
  },
  {
    id: 'list.saveFilter',
    title: 'Save this filter…',
    group: 'List',
    keys: [],
    when: (bench) =>
      browsing(bench) &&
      bench.draft === null &&
      bench.list.text.trim() !== '' &&
      bench.list.filterError === null,
    run: (bench) => {
      bench.view.open({ kind: 'saveFilter' });
    },
  },
  {
    id: 'list.deleted',
    title: 'Show what was deleted…',
    group: 'List',
    keys: [],
    when: always,
    run: (bench) => {
      bench.schemes.leave();
      bench.view.openSettings('storage');
    },
  },
  {
    id: 'list.deleteMatching',
    title: 'Delete all that match…',
    group: 'List',
    keys: [],
    when: hasRows,
    run: (bench) => {
      bench.view.open({ kind: 'deleteMatching', filter: bench.list.filter });
    },
  },
  {
    id: 'list.sequence',
    title: 'Send all that match…',
    group: 'List',
    keys: ['S'],
    when: hasRows,
    run: (bench) => {
      bench.openSequence(bench.list.filter);
    },
  },
  {
    id: 'list.undo',
    title: 'Undo the last deletion',
    group: 'List',
    keys: ['mod+z'],
    once: true,
    when: (bench) => bench.deleting.last !== null,
    run: (bench) => void bench.deleting.undo(),
  },
  {
    id: 'view.back',
    title: 'Close what is open',
    group: 'View',
    keys: ['Escape'],
    when: always,
    run: (bench) => {
      bench.back();
    },
  },
  {
    id: 'view.palette',
    title: 'Actions…',
    group: 'View',
    keys: ['mod+k'],
    when: always,
    run: (bench) => {
      if (bench.view.dialog?.kind === 'palette') bench.view.close();
      else bench.view.open({ kind: 'palette' });
    },
  },
  {
    id: 'view.keys',
    title: 'Keys',
    group: 'View',
    keys: ['?'],
    when: always,
    run: (bench) => {
      bench.view.open({ kind: 'keys' });
    },
  },
  {
    id: 'view.sidebar',
    title: 'Show or hide the sidebar',
    group: 'View',
    keys: ['mod+b'],
    when: browsing,
    run: (bench) => {
      bench.view.toggleSidebar();
    },
  },
  {
    id: 'view.mask',
    title: 'Mask or show secrets in headers',
    group: 'View',
    keys: ['m'],
    when: always,
    run: (bench) => {
      bench.view.setMasked(!bench.view.masked);
    },
  },
  ...(['system', 'light', 'dark'] as const).map((theme): Action => ({
    id: `theme.${theme}`,
    title: `Theme: ${theme === 'system' ? 'as the desktop' : theme}`,
    group: 'View',
    keys: [],
    when: (bench) => bench.around.settings !== null && bench.around.settings.theme !== theme,
    run: (bench) => void bench.around.saveSettings({ theme }),
  })),
  {
    id: 'hookbench.settings',
    title: 'Settings',
    group: 'Hookbench',
    keys: ['mod+,'],
    when: always,
    run: (bench) => {
      bench.schemes.leave();
      bench.view.openSettings(bench.view.settings ?? '');
    },
  },
  {
    id: 'hookbench.sample',
    title: 'Send a sample',
    group: 'Hookbench',
    keys: ['N'],
    when: always,
    run: (bench) => {
      bench.view.open({ kind: 'sample' });
    },
  },
  {
    id: 'hookbench.url',
    title: 'Copy the URL of the listener',
    group: 'Hookbench',
    keys: ['u'],
    when: (bench) => bench.around.status?.listener.listening === true,
    run: (bench) => void copy(bench, 'URL', bench.around.status?.listener.url ?? ''),
  },
  {
    id: 'hookbench.port',
    title: 'Change the port…',
    group: 'Hookbench',
    keys: [],
    when: always,
    run: (bench) => {
      bench.view.open({ kind: 'port' });
    },
  },
  {
    id: 'hookbench.endpoint',
    title: 'Add an endpoint…',
    group: 'Hookbench',
    keys: [],
    when: always,
    run: (bench) => {
      bench.view.open({ kind: 'endpoint', endpoint: null, path: '', part: 'general' });
    },
  },
  {
    id: 'scheme.describe',
    title: 'Describe this sender’s scheme…',
    group: 'Request',
    keys: [],
    when: reading,
    run: (bench) => {
      if (bench.row !== null) void bench.schemes.describe(bench.row);
    },
  },
  {
    id: 'scheme.list',
    title: 'Own schemes',
    group: 'Hookbench',
    keys: [],
    when: always,
    run: (bench) => {
      bench.schemes.leave();
      bench.view.openSettings('schemes');
    },
  },
  {
    id: 'scheme.new',
    title: 'New scheme…',
    group: 'Hookbench',
    keys: [],
    when: (bench) => bench.schemes.builder === null,
    run: (bench) => void bench.schemes.make(),
  },
  {
    id: 'scheme.import',
    title: 'Import a scheme…',
    group: 'Hookbench',
    keys: [],
    when: (bench) => bench.schemes.builder === null,
    run: (bench) => {
      bench.view.open({ kind: 'importScheme' });
    },
  },
  {
    id: 'scheme.keep',
    title: 'Keep the scheme',
    group: 'Hookbench',
    keys: ['mod+s'],
    once: true,
    when: (bench) => bench.schemes.builder?.right === true,
    run: (bench) => void bench.schemes.keep(),
  },
  {
    id: 'scheme.face',
    title: 'Show the scheme as a form or as TOML',
    group: 'Hookbench',
    keys: [],
    when: (bench) => bench.schemes.builder !== null,
    run: (bench) => {
      const { builder } = bench.schemes;
      builder?.show(builder.face === 'form' ? 'toml' : 'form');
    },
  },
  {
    id: 'scheme.test',
    title: 'Test the scheme on all captured requests',
    group: 'Hookbench',
    keys: [],
    when: (bench) => {
      const { builder } = bench.schemes;
      return builder !== null && !builder.testing && (builder.tested?.next ?? null) !== null;
    },
    run: (bench) => void bench.schemes.builder?.testAll(),
  },
  {
    id: 'scheme.copy',
    title: 'Copy the scheme as TOML',
    group: 'Hookbench',
    keys: [],
    when: (bench) => bench.schemes.builder !== null,
    run: (bench) => void copy(bench, 'TOML', bench.schemes.builder?.toml ?? ''),
  },
  {
    id: 'hookbench.queue',
    title: 'Show what waits to be forwarded',
    group: 'Hookbench',
    keys: [],
    when: always,
    run: (bench) => {
      bench.view.open({ kind: 'queue', target: null });
    },
  },
  {
    id: 'hookbench.target',
    title: 'Add a target…',
    group: 'Hookbench',
    keys: [],
    when: always,
    run: (bench) => {
      bench.view.open({ kind: 'target', target: null });
    },
  },
];

/** One action for each saved filter, for the palette. */
export function savedActions(bench: Workbench): Action[] {
  return bench.saved.list.map((saved) => ({
    id: `saved.${saved.name}`,
    title: `Filter: ${visibleText(saved.name)}`,
    group: 'List',
    keys: [],
    when: always,
    run: (on) => {
      filterBy(saved.filter)(on);
    },
  }));
}

export function keysOf(action: Action, os: Os): readonly string[] {
  return 'mac' in action.keys ? action.keys[os] : (action.keys as readonly string[]);
}

export function actionById(id: string): Action | undefined {
  return ACTIONS.find((action) => action.id === id);
}

/** The action a chord runs now, if there is one. */
export function actionFor(chord: string, os: Os, bench: Workbench): Action | undefined {
  return ACTIONS.find((action) => keysOf(action, os).includes(chord) && action.when(bench));
}
