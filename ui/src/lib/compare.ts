/** From blocks of lines to the rows that are drawn: side by side or in one column, all or only what differs. */
import type { BlockView } from '../bindings/BlockView';
import type { BodyComparisonView } from '../bindings/BodyComparisonView';

export type Layout = 'split' | 'unified';

export interface Row {
  kind: BlockView['kind'] | 'fold';
  /** The number of the line before, or -1. */
  before: number;
  /** The number of the line after, or -1. */
  after: number;
  /** Which row of a line that is longer than the room is wide, from 0. */
  part: number;
  /** The block it is of. */
  block: number;
  /** How many lines a fold stands for. */
  hidden: number;
}

export interface Arranged {
  rows: Row[];
  /** Where each difference begins, for going from one to the next. */
  stops: number[];
}

export interface Arrangement {
  layout: Layout;
  onlyChanges: boolean;
  /** Folds that were opened, by their block. */
  opened: ReadonlySet<number>;
  /** How many characters a row has room for. */
  columns: number;
}

/** So many lines around a difference are shown. */
const AROUND = 3;
/** Deeper lines are not moved further to the right. */
export const DEEPEST = 24;

type Body = Pick<BodyComparisonView, 'blocks' | 'linesBefore' | 'linesAfter'>;

export function arrange(body: Body, how: Arrangement): Arranged {
  const rows: Row[] = [];
  const stops: number[] = [];
  const push = (kind: Row['kind'], before: number, after: number, block: number): void => {
    const most = Math.max(
      partsOf(body.linesBefore, how.layout === 'unified' && after >= 0 ? -1 : before, how.columns),
      partsOf(body.linesAfter, after, how.columns),
    );
    for (let part = 0; part < most; part += 1) rows.push({ kind, before, after, part, block, hidden: 0 });
  };
  body.blocks.forEach(({ kind, before, after }, block) => {
    const [left, right] = [before[1] - before[0], after[1] - after[0]];
    if (kind === 'same' || kind === 'ignored') {
      const last = block === body.blocks.length - 1;
      const head = block === 0 ? 0 : AROUND;
      const hidden = left - head - (last ? 0 : AROUND);
      const folds = how.onlyChanges && kind === 'same' && hidden > 1 && !how.opened.has(block);
      for (let at = 0; at < left; at += 1) {
        if (folds && at === head) {
          rows.push({ kind: 'fold', before: before[0] + at, after: after[0] + at, part: 0, block, hidden });
          at += hidden;
          if (at >= left) break;
        }
        push(kind, before[0] + at, after[0] + at, block);
      }
      return;
    }
    stops.push(rows.length);
    if (how.layout === 'split') {
      for (let at = 0; at < Math.max(left, right); at += 1) {
        push(kind, at < left ? before[0] + at : -1, at < right ? after[0] + at : -1, block);
      }
    } else {
      for (let at = 0; at < left; at += 1) push(kind, before[0] + at, -1, block);
      for (let at = 0; at < right; at += 1) push(kind, -1, after[0] + at, block);
    }
  });
  return { rows, stops };
}

function partsOf(lines: readonly number[], line: number, columns: number): number {
  if (line < 0) return 1;
  const { start, end, indent } = lineAt(lines, line);
  const room = Math.max(8, columns - Math.min(indent, DEEPEST) * 2);
  return Math.max(1, Math.ceil((end - start) / room));
}

export interface LineRange {
  start: number;
  end: number;
  indent: number;
}

export function lineAt(lines: readonly number[], line: number): LineRange {
  return { start: lines[line * 3] ?? 0, end: lines[line * 3 + 1] ?? 0, indent: lines[line * 3 + 2] ?? 0 };
}

/** The bytes of one row of a line. */
export function partAt(line: LineRange, part: number, columns: number): [start: number, end: number] {
  const room = Math.max(8, columns - Math.min(line.indent, DEEPEST) * 2);
  const start = line.start + part * room;
  return [Math.min(start, line.end), Math.min(start + room, line.end)];
}

export interface Segment {
  start: number;
  end: number;
  marked: boolean;
}

/** A range taken apart by what is marked in it; `marks` are starts and ends in their order. */
export function segments(start: number, end: number, marks: readonly number[]): Segment[] {
  const found: Segment[] = [];
  let at = start;
  for (let mark = firstBehind(marks, start); mark < marks.length; mark += 2) {
    const from = Math.max(start, marks[mark] ?? end);
    const until = Math.min(end, marks[mark + 1] ?? end);
    if (from >= end) break;
    if (from > at) found.push({ start: at, end: from, marked: false });
    if (until > from) found.push({ start: from, end: until, marked: true });
    at = Math.max(at, until);
  }
  if (at < end) found.push({ start: at, end, marked: false });
  return found;
}

/** The first mark that ends behind a byte. */
function firstBehind(marks: readonly number[], start: number): number {
  let low = 0;
  let high = marks.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((marks[middle * 2 + 1] ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  return low * 2;
}

/** Sixteen bytes in hexadecimal digits and as letters. */
export function hexOf(bytes: Uint8Array): { hex: string; letters: string } {
  const all = [...bytes];
  return {
    hex: all.map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
    letters: all.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join(''),
  };
}
