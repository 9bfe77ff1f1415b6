/** Moves in the list, what is picked out in it, and which requests it shows. */
import { visibleText } from '../../lib/escape';
import { copy } from '../../state/copy';
import type { Workbench } from '../../state/workbench.svelte';
import { type GroupLine, isGroup } from '../../lib/arrange';
import type { Action } from './action';
import { always, browsing, hasRows } from './when';

function filterBy(filter: string): (bench: Workbench) => void {
  return (bench) => {
    void bench.list.setFilter(filter);
    bench.view.drawer = false;
    bench.schemes.leave();
    bench.view.closeSettings();
  };
}

/** The heading that the keyboard is on, or that of the group in which it is, and its place. */
function groupAt({ list }: Workbench): { group: GroupLine; place: number; on: boolean } | null {
  const start = list.arrangement.group === null ? -1 : list.placeOf(list.activeId);
  for (let place = start; place >= 0; place -= 1) {
    const line = list.lineAt(place);
    if (line !== undefined && isGroup(line)) return { group: line, place, on: place === start };
  }
  return null;
}

/** Whether what was taken away last is an endpoint, a target and the like, and no request, which would be opened again. */
function discardedLast({ deleting, discarding }: Workbench): boolean {
  return discarding.last !== null && discarding.last.at >= (deleting.last?.at ?? 0);
}

export const LIST: readonly Action[] = [
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
    id: 'list.fold',
    title: 'Fold the group, or go to its heading',
    group: 'List',
    keys: ['ArrowLeft'],
    when: (bench) => hasRows(bench) && groupAt(bench) !== null,
    run: (bench) => {
      const at = groupAt(bench);
      if (at?.on === false) bench.moveTo(at.place);
      else if (at !== null) bench.list.fold(at.group.id, true);
    },
  },
  {
    id: 'list.unfold',
    title: 'Unfold the group, or go into it',
    group: 'List',
    keys: ['ArrowRight'],
    when: (bench) => hasRows(bench) && groupAt(bench)?.on === true,
    run: (bench) => {
      const at = groupAt(bench);
      if (at?.group.folded === true) bench.list.fold(at.group.id, false);
      else bench.move(1);
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
    several: true,
    beside: always,
    when: (bench) => bench.list.chosen.size > 0,
    run: (bench) => void copy(bench, 'Ids', bench.several.copyIds()),
  },
  {
    id: 'list.follow',
    title: 'Follow the newest or stop it',
    group: 'List',
    keys: ['f'],
    beside: always,
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
      // In one pane the request has the place of the list.
      if (bench.view.frame === 'one') bench.select(null);
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
    beside: discardedLast,
    when: (bench) => bench.deleting.last !== null || bench.discarding.last !== null,
    run: (bench) => {
      const { deleting, discarding } = bench;
      if (discardedLast(bench) && discarding.last !== null) void discarding.undo(discarding.last.id);
      else void deleting.undo();
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
