/** What the pointer rests on stays under it: while it is over a row, however long, nothing is put in above. */
import type { Attachment } from 'svelte/attachments';
import type { RequestList } from '../../state/requests.svelte';

/** Parts of the list that hold it while the pointer is over them. The head and what is beside the rows do not. */
const HOLDS = '[data-holds]';

export function holding(list: RequestList): Attachment<HTMLElement> {
  return (rows) => {
    const look = (event: PointerEvent): void => {
      list.setPointing(event.target instanceof Element && event.target.closest(HOLDS) !== null);
    };
    const leave = (): void => {
      list.setPointing(false);
    };
    // A row that comes under a pointer at rest, as when a dialog is closed over it, is entered without a move.
    rows.addEventListener('pointerover', look);
    rows.addEventListener('pointerleave', leave);
    return () => {
      rows.removeEventListener('pointerover', look);
      rows.removeEventListener('pointerleave', leave);
      leave();
    };
  };
}
