import { describe, expect, test } from 'vitest';
import { faultSentence } from './editing';

describe('a fault in words', () => {
  test.each([
    [{ kind: 'fail', amount: 503, reach: 'next', extent: 3 }, 'answers 503 to the next 3 requests'],
    [{ kind: 'fail', amount: 500, reach: 'next', extent: 1 }, 'answers 500 to the next request'],
    [{ kind: 'delay', amount: 4000, reach: 'share', extent: 30 }, 'answers 4 s late to 30 % of the requests'],
    [{ kind: 'delay', amount: 250, reach: 'all', extent: 0 }, 'answers 250 ms late to every request'],
    [{ kind: 'close', amount: 0, reach: 'all', extent: 0 }, 'gives no answer to every request'],
    [{ kind: 'cut', amount: 0, reach: 'next', extent: 2 }, 'cuts the answer to the next 2 requests'],
  ] as const)('%o', (fault, sentence) => {
    expect(faultSentence(fault)).toBe(sentence);
  });
});
