/** What is done with the request that is looked at, or with those that are picked out. */
import { copy } from '../../state/copy';
import { TABS } from '../../state/view.svelte';
import type { Action } from './action';
import { acting, always, browsing, hasRow, reading, several } from './when';

/** The link that opens a request in the window, for a note or an issue. */
function linkTo(id: string): string {
  return `hookbench://request/${id}`;
}

const TAB_TITLES = ['payload', 'headers', 'signature', 'deliveries', 'raw request'];

export const REQUEST: readonly Action[] = [
  {
    id: 'request.resend',
    title: 'Resend',
    group: 'Request',
    keys: ['r'],
    several: true,
    when: acting,
    run: (bench) => void (several(bench) ? bench.several.resend() : bench.delivering.resend()),
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
    id: 'drafts.show',
    title: 'Drafts…',
    group: 'Request',
    keys: [],
    when: browsing,
    run: (bench) => {
      bench.view.open({ kind: 'drafts' });
    },
  },
  {
    id: 'templates.show',
    title: 'Templates…',
    group: 'Request',
    keys: [],
    when: browsing,
    run: (bench) => {
      bench.view.open({ kind: 'templates' });
    },
  },
  {
    id: 'runs.show',
    title: 'Runs…',
    group: 'Request',
    keys: [],
    when: browsing,
    run: (bench) => {
      bench.view.open({ kind: 'runs' });
    },
  },
  {
    id: 'request.copy',
    title: 'Copy as cURL or code',
    group: 'Request',
    keys: ['c'],
    when: hasRow,
    run: (bench) => {
      if (bench.row !== null) bench.view.open({ kind: 'share', request: bench.row.id });
    },
  },
  {
    id: 'request.compare',
    title: 'Compare with…',
    group: 'Request',
    keys: ['d'],
    several: true,
    when: (bench) => reading(bench) || (several(bench) && bench.list.chosen.size === 2),
    run: (bench) => void bench.compareChosen(),
  },
  {
    id: 'request.comparePrevious',
    title: 'Compare with the one before it of its kind',
    group: 'Request',
    keys: [],
    when: reading,
    run: (bench) => {
      if (bench.row !== null) void bench.comparePrevious(bench.row.id);
    },
  },
  {
    id: 'request.link',
    title: 'Copy link',
    group: 'Request',
    keys: ['l'],
    beside: always,
    when: hasRow,
    run: (bench) => {
      if (bench.row !== null) void copy(bench, 'Link', linkTo(bench.row.id));
    },
  },
  {
    id: 'request.star',
    title: 'Star or take the star away',
    group: 'Request',
    keys: ['s'],
    several: true,
    beside: always,
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
    several: true,
    when: acting,
    run: (bench) => {
      if (bench.list.chosen.everything)
        bench.view.open({ kind: 'deleteMatching', filter: bench.list.filter });
      else if (several(bench)) void bench.several.ids().then((ids) => bench.deleting.several(ids));
      else if (bench.row !== null) void bench.deleting.request(bench.row);
    },
  },
  {
    id: 'request.menu',
    title: 'Menu of the request',
    group: 'Request',
    keys: ['shift+F10', 'ContextMenu'],
    when: acting,
    run: (bench) => {
      bench.view.menu = { at: null };
    },
  },
  {
    id: 'request.send',
    title: 'Send the edited copy',
    group: 'Request',
    keys: ['mod+Enter'],
    when: (bench) => browsing(bench) && bench.draft !== null,
    run: (bench) => void bench.delivering.sendDraft(),
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
];
