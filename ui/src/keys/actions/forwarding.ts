/** Where requests are forwarded to, and what waits for that. */
import type { Action } from './action';
import { always } from './when';

export const FORWARDING: readonly Action[] = [
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
