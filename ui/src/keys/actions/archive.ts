/** Requests out of the history as a HAR file, and into it from one. */
import type { Action } from './action';
import { acting, always, hasRows, several } from './when';

export const ARCHIVE: readonly Action[] = [
  {
    id: 'request.export',
    title: 'Export as HAR…',
    group: 'Request',
    keys: [],
    several: true,
    when: acting,
    run: (bench) => {
      if (several(bench)) void bench.several.export();
      else if (bench.row !== null) bench.view.open({ kind: 'export', chosen: [bench.row.id] });
    },
  },
  {
    id: 'list.export',
    title: 'Export all that match as HAR…',
    group: 'List',
    keys: [],
    when: hasRows,
    run: (bench) => {
      bench.view.open({ kind: 'export', chosen: bench.list.filter });
    },
  },
  {
    id: 'list.import',
    title: 'Import HAR…',
    group: 'List',
    keys: [],
    when: always,
    run: (bench) => {
      bench.view.open({ kind: 'importHar' });
    },
  },
];
