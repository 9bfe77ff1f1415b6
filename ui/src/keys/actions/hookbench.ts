/** The program itself: its settings, its listener, its endpoints. */
import { copy } from '../../state/copy';
import type { Action } from './action';
import { always } from './when';

export const HOOKBENCH: readonly Action[] = [
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
    beside: always,
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
    id: 'hookbench.expose',
    title: 'Expose… (a tunnel to the listener)',
    group: 'Hookbench',
    keys: [],
    when: (bench) => bench.around.status !== null,
    run: (bench) => {
      bench.view.open({ kind: 'expose' });
    },
  },
  {
    id: 'hookbench.pause',
    title: 'Pause or resume capturing',
    group: 'Hookbench',
    keys: [],
    beside: always,
    when: (bench) => bench.around.canPause,
    run: (bench) => void bench.turnPause(),
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
];
