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
  /**
   * Whether a dialog that is open when it is chosen in the palette stays, with what was typed there: it opens no other dialog
   * and no page, and there is nothing to be looked at or gone on with behind. Nothing is never.
   */
  beside?: (bench: Workbench) => boolean;
  /** Whether it can be done now. */
  when: (bench: Workbench) => boolean;
  run: (bench: Workbench) => void;
}
