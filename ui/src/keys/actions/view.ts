/** What is shown around the requests, and how. */
import type { Workbench } from '../../state/workbench.svelte';
import type { Action } from './action';
import { always, browsing } from './when';

/** While one presents, a value that is masked has the whole window read and drawn anew. */
const unveiled = (bench: Workbench): boolean => !bench.masking.presenting;

export const VIEW: readonly Action[] = [
  {
    id: 'view.back',
    title: 'Close what is open',
    group: 'View',
    keys: ['Escape'],
    beside: always,
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
    // An action that is chosen may close the dialog under that question, and end what is under way there.
    when: (bench) => !bench.view.quitting,
    run: (bench) => {
      bench.view.palette = !bench.view.palette;
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
    beside: ({ view }) => view.frame === 'three',
    when: browsing,
    run: (bench) => {
      bench.view.toggleSidebar();
    },
  },
  {
    id: 'view.present',
    title: 'Present: mask what is secret on the screen, or stop',
    group: 'View',
    keys: ['m'],
    once: true,
    when: always,
    run: (bench) => {
      bench.masking.toggle();
    },
  },
  {
    id: 'view.maskValue',
    title: 'Mask this value in copies',
    group: 'View',
    keys: ['M'],
    beside: unveiled,
    when: (bench) => bench.masking.pointer !== null,
    run: (bench) => void bench.masking.addChosen(bench.masking.endpoint),
  },
  {
    id: 'view.maskValueEverywhere',
    title: 'Mask this value in copies, at every endpoint',
    group: 'View',
    keys: [],
    beside: unveiled,
    when: (bench) => bench.masking.pointer !== null && bench.masking.endpoint !== null,
    run: (bench) => void bench.masking.addChosen(null),
  },
  ...(['system', 'light', 'dark'] as const).map((theme): Action => ({
    id: `theme.${theme}`,
    title: `Theme: ${theme === 'system' ? 'as the desktop' : theme}`,
    group: 'View',
    keys: [],
    beside: always,
    when: (bench) => bench.around.settings !== null && bench.around.settings.theme !== theme,
    run: (bench) => void bench.around.saveSettings({ theme }),
  })),
];
