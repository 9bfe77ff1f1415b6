/** Moves within a comparison, and how it is shown. */
import type { Action } from './action';
import { comparing } from './when';

export const COMPARISON: readonly Action[] = [
  {
    id: 'compare.next',
    title: 'Next difference',
    group: 'View',
    keys: [']'],
    when: comparing,
    run: (bench) => {
      bench.comparing?.step(1);
    },
  },
  {
    id: 'compare.back',
    title: 'Previous difference',
    group: 'View',
    keys: ['['],
    when: comparing,
    run: (bench) => {
      bench.comparing?.step(-1);
    },
  },
  {
    id: 'compare.only',
    title: 'Show all lines or only what differs',
    group: 'View',
    keys: ['o'],
    when: comparing,
    run: ({ comparing: open }) => {
      open?.setOnlyChanges(!open.onlyChanges);
    },
  },
  {
    id: 'compare.layout',
    title: 'Lines side by side or unified',
    group: 'View',
    keys: ['v'],
    when: comparing,
    run: ({ comparing: open }) => {
      open?.setLayout(open.layout === 'split' ? 'unified' : 'split');
    },
  },
];
