import { expect, test } from 'vitest';
import { answerSentence } from './answer';

test.each([
  [{ answered: 200, answerSource: 'usual', answerMicros: 3100 }, 'answered 200 in 3.1 ms'],
  [{ answered: 200, answerSource: null, answerMicros: null }, 'answered 200'],
  [{ answered: 503, answerSource: 'fault', answerMicros: 900 }, 'answered 503 in 900 µs by a fault'],
  [{ answered: null, answerSource: 'fault', answerMicros: null }, 'no answer, by a fault'],
  [{ answered: null, answerSource: null, answerMicros: null }, 'not answered'],
  [
    { answered: 204, answerSource: null, answerMicros: null, imported: { at: 1, program: '' } },
    'answered 204, as the file tells',
  ],
  [
    { answered: 504, answerSource: 'gateway', answerMicros: 5_000_000 },
    'answered 504 in 5.00 s, since the target did not answer',
  ],
] as const)('%o', (row, sentence) => {
  expect(answerSentence(row)).toBe(sentence);
});
