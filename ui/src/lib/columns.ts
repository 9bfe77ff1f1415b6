/** The columns of the list as data: what they are called, how wide they are, and by which the list can be sorted. */
import type { SortKey } from './arrange';

export type ColumnId =
  | 'time'
  | 'verdict'
  | 'request'
  | 'method'
  | 'path'
  | 'provider'
  | 'event'
  | 'delivery'
  | 'marks'
  | 'status'
  | 'answer'
  | 'size'
  | 'took';

export interface Column {
  id: ColumnId;
  title: string;
  /** What stands in its head; empty where the cells speak for themselves. */
  head: string;
  /** Pixels; the one that takes the room that is left has its least. */
  width: number;
  kind: 'fixed' | 'rest' | 'marks';
  end?: true;
  shown: boolean;
  sort: SortKey | null;
}

export const NARROWEST = 20;
export const WIDEST = 480;

const fixed = (id: ColumnId, title: string, width: number, more: Partial<Column> = {}): Column => ({
  id,
  title,
  head: title,
  width,
  kind: 'fixed',
  shown: false,
  sort: null,
  ...more,
});

export const COLUMNS: readonly Column[] = [
  fixed('time', 'Time', 62, { shown: true, sort: 'time' }),
  fixed('verdict', 'Verdict', 20, { head: '', shown: true, sort: 'verdict' }),
  fixed('method', 'Method', 64, { sort: 'method' }),
  fixed('request', 'Request', 130, { kind: 'rest', shown: true, sort: 'event' }),
  // Marks take what they need from the column before them, so that those after them stay in line.
  fixed('marks', 'Marks', 0, { head: '', kind: 'marks', shown: true }),
  fixed('path', 'Path', 180, { sort: 'path' }),
  fixed('provider', 'Provider', 92, { sort: 'provider' }),
  fixed('event', 'Event', 180, { sort: 'event' }),
  fixed('delivery', 'Delivery id', 180, { sort: 'delivery' }),
  fixed('status', 'Status', 42, { end: true, shown: true, sort: 'status' }),
  fixed('answer', 'Answered in', 72, { head: 'Answer', end: true, sort: 'answer' }),
  fixed('size', 'Size', 58, { end: true, shown: true, sort: 'size' }),
  fixed('took', 'Took', 62, { end: true, sort: 'took' }),
];

const GAP = 6;
const SIDES = 20;
/** Room that is kept free for marks, which take no more than they need. */
const MARKS = 64;

/** How the columns share the width: as `grid-template-columns`, and the least width they need. */
export function layoutOf(columns: readonly Column[]): { template: string; least: number } {
  const tracks = columns.map(({ kind, width }, at) => {
    if (kind === 'marks') return 'auto';
    const rest = kind === 'rest' || (at === widest(columns) && !columns.some((one) => one.kind === 'rest'));
    return rest ? `minmax(${width}px, 1fr)` : `${width}px`;
  });
  const least = columns.reduce(
    (sum, column) => sum + (column.kind === 'marks' ? MARKS : column.width),
    SIDES + GAP * (columns.length - 1),
  );
  return { template: tracks.join(' '), least };
}

/** Which column takes the room that is left where the one made for it is not shown. */
function widest(columns: readonly Column[]): number {
  return columns.reduce((best, column, at) => (column.width > (columns[best]?.width ?? 0) ? at : best), 0);
}
