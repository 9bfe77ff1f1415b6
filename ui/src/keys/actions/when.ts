/** When an action can be done: the conditions that several of them share. */
import type { Workbench } from '../../state/workbench.svelte';

export const always = (): boolean => true;
/** Whether neither the settings nor a scheme that is being made take the place of everything. */
const uncovered = (bench: Workbench): boolean =>
  bench.view.settings === null && bench.schemes.builder === null;
/** Whether the requests are shown, and nothing in their place. */
export const browsing = (bench: Workbench): boolean => uncovered(bench) && bench.comparing === null;
export const comparing = (bench: Workbench): boolean => uncovered(bench) && bench.comparing !== null;
export const hasRow = (bench: Workbench): boolean => browsing(bench) && bench.row !== null;
export const several = (bench: Workbench): boolean =>
  browsing(bench) && bench.list.chosen.several && bench.draft === null;
export const reading = (bench: Workbench): boolean => hasRow(bench) && bench.draft === null;
/** A request is looked at, or several are picked out. */
export const acting = (bench: Workbench): boolean => reading(bench) || several(bench);
export const hasRows = (bench: Workbench): boolean =>
  browsing(bench) && bench.list.rows.length > 0 && bench.draft === null;
