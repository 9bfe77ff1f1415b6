import { describe, expect, test } from 'vitest';
import { repeatSentence, sentAgain, timesWord } from './repeats';

const row = (duplicateOf: string | null, repeatedBy: 'delivery_id' | 'bytes', repeats: number) => ({
  duplicateOf,
  repeatedBy,
  repeats,
});

describe('requests that come again', () => {
  test('a single one has nothing to say', () => {
    expect(repeatSentence(row(null, 'bytes', 0)), 'no sentence').toBeNull();
    expect(timesWord(row(null, 'bytes', 0)), 'no count').toBe('');
  });

  test('a repetition says by what it is known, and how many there are', () => {
    const same = row('r1', 'delivery_id', 2);
    expect(repeatSentence(same)).toBe('Repeats an earlier request: one of 3 with the same delivery id');
    expect(timesWord(same), 'all of them are counted').toBe('×3');
    expect(repeatSentence(row('r1', 'bytes', 0)), 'its count may come later').toBe(
      'Repeats an earlier request with the same bytes',
    );
  });

  test('the first says how often it came again', () => {
    expect(repeatSentence(row(null, 'bytes', 1))).toBe('Came again 1 time with the same bytes');
    expect(repeatSentence(row(null, 'bytes', 1000)), 'no further than is counted').toContain('more than');
    expect(timesWord(row(null, 'bytes', 1000))).toMatch(/\+$/);
  });

  test('what was sent again says how often', () => {
    expect([1, 2, 1200].map(sentAgain)).toEqual([
      'Sent again once',
      'Sent again 2 times',
      'Sent again 1,200 times',
    ]);
  });
});
