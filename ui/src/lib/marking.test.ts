import { describe, expect, it } from 'vitest';
import type { FilterMark } from '../bindings/FilterMark';
import { marked, marksFor } from './marking';

const mark = (parts: string[], change: Partial<FilterMark> = {}): FilterMark => ({
  place: 'text',
  header: null,
  parts,
  anywhere: false,
  ...change,
});
const shown = (text: string, ...marks: FilterMark[]): string =>
  marked(text, marks)
    .map(({ text: part, on }) => (on ? `[${part}]` : part))
    .join('');

describe('what a filter marks', () => {
  it('is at the beginning of words, in any case', () => {
    expect(shown('Invoice.paid uninvoiced', mark(['inv']))).toBe('[Inv]oice.paid uninvoiced');
    expect(shown('evt_1Nk', mark(['1nk']))).toBe('evt_1Nk');
    expect(shown('a-b', mark(['-b']))).toBe('a[-b]');
  });

  it('is inside words where that was asked for', () => {
    expect(shown('uninvoiced', mark(['inv'], { anywhere: true }))).toBe('un[inv]oiced');
  });

  it('is each part, one after the other, or nothing', () => {
    expect(shown('past is due', mark(['past', 'due']))).toBe('[past] is [due]');
    expect(shown('due is past', mark(['past', 'due']))).toBe('due is past');
  });

  it('overlaps without losing a letter', () => {
    expect(shown('abcd', mark(['abc'], { anywhere: true }), mark(['bcd'], { anywhere: true }))).toBe(
      '[abcd]',
    );
    expect(shown('', mark(['a']))).toBe('');
    expect(shown('İstanbul a', mark(['a']))).toBe('İstanbul a');
  });

  it('is in a header only for its name', () => {
    const only = mark(['v'], { place: 'header', header: 'x-*' });
    expect(marksFor([only], ['header'], 'X-Id')).toEqual([only]);
    expect(marksFor([only], ['header'], 'Host')).toEqual([]);
    expect(marksFor([only], ['text'])).toEqual([]);
  });
});
