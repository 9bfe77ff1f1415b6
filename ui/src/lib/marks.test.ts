import { describe, expect, it } from 'vitest';
import { expressionOf, markedPieces, plainExpression } from './marks';

const found = (text: string, expression: RegExp | null): string[] =>
  markedPieces([{ text, escape: false }], expression)
    .filter((piece) => piece.found)
    .map((piece) => piece.text);

describe('what is looked for', () => {
  it('is found where a word begins, and inside of one only where that was asked', () => {
    const text = 'unpaid PAID "paid" prepaid';
    expect(found(text, expressionOf([{ parts: ['paid'], inside: false }]))).toEqual(['PAID', 'paid']);
    expect(found(text, expressionOf([{ parts: ['paid'], inside: true }]))).toHaveLength(4);
  });

  it('follows its parts on one line', () => {
    const expression = expressionOf([{ parts: ['evt_', '9'], inside: false }]);
    expect(found('evt_1 9 evt_\n9', expression)).toEqual(['evt_1 9']);
  });

  it('means every letter as it is written', () => {
    expect(found('a.b a+b (x)', plainExpression('A+B'))).toEqual(['a+b']);
    expect(found('[a-z] / \\d', plainExpression('\\d'))).toEqual(['\\d']);
    expect(plainExpression('')).toBeNull();
    expect(expressionOf([])).toBeNull();
  });
});
