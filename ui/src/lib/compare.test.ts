import { describe, expect, it } from 'vitest';
import type { BlockView } from '../bindings/BlockView';
import { arrange, type Arrangement, hexOf, lineAt, partAt, segments } from './compare';

/** Lines of ten bytes each. */
const lines = (count: number): number[] =>
  Array.from({ length: count }, (_, at) => [at * 10, at * 10 + 10, 0]).flat();
const block = (kind: BlockView['kind'], before: [number, number], after: [number, number]): BlockView => ({
  kind,
  before,
  after,
});
const body = {
  blocks: [
    block('same', [0, 10], [0, 10]),
    block('changed', [10, 12], [10, 13]),
    block('same', [12, 20], [13, 21]),
    block('added', [20, 20], [21, 22]),
    block('same', [20, 24], [22, 26]),
  ],
  linesBefore: lines(24),
  linesAfter: lines(26),
};
const how: Arrangement = { layout: 'split', onlyChanges: false, opened: new Set(), columns: 80 };
const shown = (change: Partial<Arrangement>): string[] =>
  arrange(body, { ...how, ...change }).rows.map(({ kind, before, after, hidden }) =>
    kind === 'fold' ? `fold ${hidden}` : `${kind} ${before} ${after}`,
  );

describe('the rows of a comparison', () => {
  it('stand side by side, with room where one side has fewer', () => {
    expect(shown({}).slice(9, 14)).toEqual([
      'same 9 9',
      'changed 10 10',
      'changed 11 11',
      'changed -1 12',
      'same 12 13',
    ]);
  });

  it('stand one below the other, first what was', () => {
    expect(shown({ layout: 'unified' }).slice(10, 15)).toEqual([
      'changed 10 -1',
      'changed 11 -1',
      'changed -1 10',
      'changed -1 11',
      'changed -1 12',
    ]);
  });

  it('fold what is the same but for what stands around a difference', () => {
    expect(shown({ onlyChanges: true })).toEqual([
      'fold 7',
      'same 7 7',
      'same 8 8',
      'same 9 9',
      'changed 10 10',
      'changed 11 11',
      'changed -1 12',
      'same 12 13',
      'same 13 14',
      'same 14 15',
      'fold 2',
      'same 17 18',
      'same 18 19',
      'same 19 20',
      'added -1 21',
      'same 20 22',
      'same 21 23',
      'same 22 24',
      'same 23 25',
    ]);
    expect(shown({ onlyChanges: true, opened: new Set([0, 2]) })).toEqual(shown({}));
  });

  it('say where each difference begins', () => {
    expect(arrange(body, how).stops).toEqual([10, 21]);
  });

  it('divide a line that is longer than the room', () => {
    const long = {
      blocks: [block('changed', [0, 1], [0, 1])],
      linesBefore: [0, 25, 0],
      linesAfter: [0, 5, 0],
    };
    const { rows } = arrange(long, { ...how, columns: 10 });
    expect(rows.map(({ part }) => part)).toEqual([0, 1, 2]);
    expect(partAt(lineAt(long.linesBefore, 0), 2, 10)).toEqual([20, 25]);
    expect(partAt(lineAt(long.linesAfter, 0), 2, 10)).toEqual([5, 5]);
  });
});

describe('what is marked in a range', () => {
  it('takes it apart, marks that begin before it or end behind it included', () => {
    expect(segments(10, 20, [0, 5, 8, 12, 15, 16, 19, 30, 40, 50])).toEqual([
      { start: 10, end: 12, marked: true },
      { start: 12, end: 15, marked: false },
      { start: 15, end: 16, marked: true },
      { start: 16, end: 19, marked: false },
      { start: 19, end: 20, marked: true },
    ]);
    expect(segments(10, 20, [])).toEqual([{ start: 10, end: 20, marked: false }]);
  });
});

it('bytes are told in digits and letters', () => {
  expect(hexOf(Uint8Array.of(0x41, 0x0a, 0xff))).toEqual({ hex: '41 0a ff', letters: 'A··' });
});
