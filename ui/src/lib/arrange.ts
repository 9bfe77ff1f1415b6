/**
 * The list in another order than that of arrival: sorted by a column, or in groups. Only what is held whole can be
 * sorted truly, so whoever arranges holds the rows first. Nothing here knows pixels or the engine.
 */
import type { RequestRow } from '../bindings/RequestRow';
import { VERDICT_NAMES } from './verdict';

export type Grouping = 'endpoint' | 'delivery';
export type SortKey =
  | 'time'
  | 'verdict'
  | 'method'
  | 'path'
  | 'provider'
  | 'event'
  | 'delivery'
  | 'status'
  | 'answer'
  | 'size'
  | 'took';

export interface Arrangement {
  sort: SortKey | null;
  /** From the greatest to the least. */
  falling: boolean;
  group: Grouping | null;
}

export const PLAIN: Arrangement = { sort: null, falling: true, group: null };

export function isArranged({ sort, group }: Arrangement): boolean {
  return sort !== null || group !== null;
}

/** A heading over the rows of one group. */
export interface GroupLine {
  id: string;
  name: string | null;
  count: number;
  folded: boolean;
}

export type Line = RequestRow | GroupLine;

export function isGroup(line: Line): line is GroupLine {
  return 'folded' in line;
}

const VALUE: Record<SortKey, (row: RequestRow) => string | number | null> = {
  time: (row) => row.sequence,
  verdict: ({ verdict }) => VERDICT_NAMES.findIndex((name) => name === verdict),
  method: (row) => row.method,
  path: (row) => row.target,
  provider: (row) => row.provider,
  event: (row) => row.event,
  delivery: (row) => row.deliveryId,
  status: (row) => row.answered,
  answer: (row) => row.answerMicros,
  size: (row) => row.bodyLength,
  took: (row) => row.tookMicros,
};

/** Rows in the wished order; those that have no value come last, and what is equal stays newest first. */
export function sorted(
  rows: readonly RequestRow[],
  key: SortKey | null,
  falling: boolean,
): readonly RequestRow[] {
  if (key === null || (key === 'time' && falling)) return rows;
  const value = VALUE[key];
  const sign = falling ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === b) return other.sequence - one.sequence;
    if (a === null || b === null) return a === null ? 1 : -1;
    return (a < b ? -1 : 1) * sign;
  });
}

function groupOf(row: RequestRow, grouping: Grouping): string | null {
  return grouping === 'endpoint' ? row.endpoint : row.deliveryId;
}

/** Rows under headings; the group of the first row comes first, those that belong to none come last. */
export function arrange(
  rows: readonly RequestRow[],
  arrangement: Arrangement,
  folded: ReadonlySet<string>,
): Line[] {
  const ordered = sorted(rows, arrangement.sort, arrangement.falling);
  if (arrangement.group === null) return [...ordered];
  const groups = new Map<string | null, RequestRow[]>();
  for (const row of ordered) {
    const name = groupOf(row, arrangement.group);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  const names = [...groups.keys()].sort((one, other) => Number(one === null) - Number(other === null));
  return names.flatMap((name): Line[] => {
    const members = groups.get(name) ?? [];
    const id = name === null ? 'group' : `group:${name}`;
    const head: GroupLine = { id, name, count: members.length, folded: folded.has(id) };
    return head.folded ? [head] : [head, ...members];
  });
}
