/**
 * Everything one can do, as data: the palette, the sheet of keys, the key caps on the buttons and the tests read this
 * one table. Its parts are files of `actions/`; their order here is the order in which all of them are shown.
 */
import type { Workbench } from '../state/workbench.svelte';
import type { Action } from './actions/action';
import { ARCHIVE } from './actions/archive';
import { ARRANGING } from './actions/arranging';
import { COMPARISON } from './actions/comparison';
import { FORWARDING } from './actions/forwarding';
import { HOOKBENCH } from './actions/hookbench';
import { LIST } from './actions/list';
import { REQUEST } from './actions/request';
import { SCHEMES } from './actions/schemes';
import { VIEW } from './actions/view';
import type { Os } from './keyboard';

export type { Action, Group } from './actions/action';

export const ACTIONS: readonly Action[] = [
  ...REQUEST,
  ...COMPARISON,
  ...LIST,
  ...ARRANGING,
  ...VIEW,
  ...HOOKBENCH,
  ...SCHEMES,
  ...FORWARDING,
  ...ARCHIVE,
];

export function keysOf(action: Action, os: Os): readonly string[] {
  return 'mac' in action.keys ? action.keys[os] : (action.keys as readonly string[]);
}

export function actionById(id: string): Action | undefined {
  return ACTIONS.find((action) => action.id === id);
}

/** The action a chord runs now, if there is one. */
export function actionFor(chord: string, os: Os, bench: Workbench): Action | undefined {
  return ACTIONS.find((action) => keysOf(action, os).includes(chord) && action.when(bench));
}
