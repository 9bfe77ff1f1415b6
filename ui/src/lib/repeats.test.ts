import { describe, expect, test } from 'vitest';
import type { RequestRow } from '../bindings/RequestRow';
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

  test('what was sent again says how often, and what came of the newest time', () => {
    const told = (
      deliveries: number,
      resent: RequestRow['resent'],
      forwarded: RequestRow['forwarded'] = null,
    ) => sentAgain({ deliveries, resent, forwarded });
    expect([told(1, null), told(2, null)], 'while it is under way').toEqual([
      'Sent again once',
      'Sent again 2 times',
    ]);
    expect(told(1, 'delivered')).toBe('Sent again once: the target took it');
    expect(told(1200, 'refused')).toBe('Sent again 1,200 times: the last time the target did not take it');
    expect(told(2, 'failed', 'delivered'), 'one of the two went by itself').toBe(
      'Sent again: the last time no whole answer came',
    );
  });
});
