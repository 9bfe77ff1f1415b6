/** What an action is. */
import type { Workbench } from '../../state/workbench.svelte';
import type { Os } from '../keyboard';

export type Group = 'Request' | 'List' | 'View' | 'Hookbench';

export interface Action {
  id: string;
  title: string;
  group: Group;
  /** Chords for both, or apart for a Mac and the others. */
  keys: readonly string[] | Record<Os, readonly string[]>;
  /** Done once for each press, however long the key is held. */
  once?: true;
  /** Where several requests are picked out it is done with all of them. */
  several?: true;
  /** Whether it can be done now. */
  when: (bench: Workbench) => boolean;
  run: (bench: Workbench) => void;
}
