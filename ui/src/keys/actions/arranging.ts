/** The order of the list and its groups, for those who do without the heads of its columns. */
import type { Grouping } from '../../lib/arrange';
import { GROUPS, ORDERS, SORT_KEYS, sortedBy } from '../../lib/orders';
import type { Workbench } from '../../state/workbench.svelte';
import type { Action } from './action';
import { always, hasRows } from './when';

function groupBy(group: Grouping | null): (bench: Workbench) => void {
  return ({ list }) => void list.arrange({ ...list.arrangement, group });
}

export const ARRANGING: readonly Action[] = [
  ...SORT_KEYS.map((key): Action => ({
    id: `sort.${key}`,
    title: `Sort by ${ORDERS[key].title.toLowerCase()}`,
    group: 'List',
    keys: [],
    beside: always,
    when: (bench) => hasRows(bench) && (bench.list.arrangement.sort ?? 'time') !== key,
    run: ({ list }) => void list.arrange(sortedBy(list.arrangement, key)),
  })),
  {
    id: 'sort.turn',
    title: 'Turn the order round',
    group: 'List',
    keys: [],
    beside: always,
    when: hasRows,
    run: ({ list }) => void list.arrange(sortedBy(list.arrangement, list.arrangement.sort ?? 'time')),
  },
  ...(['endpoint', 'delivery'] as const).map((group): Action => ({
    id: `group.${group}`,
    title: `Group ${GROUPS[group]}`,
    group: 'List',
    keys: [],
    beside: always,
    when: (bench) => hasRows(bench) && bench.list.arrangement.group !== group,
    run: groupBy(group),
  })),
  {
    id: 'group.none',
    title: 'No groups',
    group: 'List',
    keys: [],
    beside: always,
    when: (bench) => hasRows(bench) && bench.list.arrangement.group !== null,
    run: groupBy(null),
  },
];
