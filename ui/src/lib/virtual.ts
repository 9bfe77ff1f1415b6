/** Which rows of a long list are on the screen. Only arithmetic: no DOM, no state. */

/** Browsers cannot make an element higher than some tens of millions of pixels; ours never is. */
export const TALLEST = 12_000_000;

export interface Viewport {
  count: number;
  rowHeight: number;
  height: number;
  scrollTop: number;
  overscan?: number;
}

export interface Visible {
  /** The first row to draw. */
  first: number;
  /** One after the last row to draw. */
  last: number;
  /** The height of the whole, as it is given to the browser. */
  total: number;
  /** Where the first drawn row stands within the whole. */
  top: number;
}

export function visibleRows({ count, rowHeight, height, scrollTop, overscan = 6 }: Viewport): Visible {
  const natural = count * rowHeight;
  const total = Math.min(natural, TALLEST);
  const screen = Math.ceil(height / rowHeight);
  const topRow = rowAt({ count, rowHeight, height, scrollTop });
  const first = Math.max(0, Math.floor(topRow) - overscan);
  const last = Math.min(count, Math.floor(topRow) + screen + 1 + overscan);
  const top = natural <= TALLEST ? first * rowHeight : scrollTop - (topRow - first) * rowHeight;
  return { first, last, total, top };
}

/** The row (with its fraction) at the upper edge. */
export function rowAt({ count, rowHeight, height, scrollTop }: Viewport): number {
  const natural = count * rowHeight;
  if (natural <= TALLEST) return scrollTop / rowHeight;
  const ratio = Math.min(1, Math.max(0, scrollTop / Math.max(1, TALLEST - height)));
  return ratio * Math.max(0, count - height / rowHeight);
}

/** Where to scroll so that a row stands at the upper edge. */
export function scrollTopFor(row: number, { count, rowHeight, height }: Omit<Viewport, 'scrollTop'>): number {
  const natural = count * rowHeight;
  if (natural <= TALLEST) return row * rowHeight;
  return (row / Math.max(1, count - height / rowHeight)) * (TALLEST - height);
}

/** How far to scroll so that a row is wholly seen; the same where it is. */
export function scrollTopToShow(row: number, view: Viewport): number {
  const top = rowAt(view);
  const screen = view.height / view.rowHeight;
  if (row < top) return scrollTopFor(row, view);
  if (row + 1 > top + screen) return scrollTopFor(Math.max(0, row + 1 - screen), view);
  return view.scrollTop;
}
