import { describe, expect, it } from 'vitest';
import { parted } from './difference';

const view = (ours: string, signed: string, change = {}) => ({
  at: [...ours].findIndex((letter, at) => letter !== signed[at]),
  windowAt: 0,
  ours: btoa(ours),
  signed: btoa(signed),
  ourLength: ours.length,
  signedLength: signed.length,
  ...change,
});
const text = (pieces: readonly { text: string }[]) => pieces.map((piece) => piece.text).join('');
const split = (difference: ReturnType<typeof view>) =>
  parted(difference).map((side) => [text(side.before), text(side.other), text(side.after)]);

describe('two bodies side by side', () => {
  it('have what they begin and end with alike left unmarked', () => {
    expect(split(view('{"a": 1}', '{"a":1}'))).toEqual([
      ['{"a":', ' ', '1}'],
      ['{"a":', '', '1}'],
    ]);
  });

  it('do not count a byte for the beginning and the end', () => {
    expect(split(view('aaa', 'aa', { at: 2 }))).toEqual([
      ['aa', 'a', ''],
      ['aa', '', ''],
    ]);
  });

  it('that are shown in part end with what is marked', () => {
    const cut = view('abXcd', 'abYcd', { ourLength: 9000, signedLength: 9000 });
    expect(split(cut)).toEqual([
      ['ab', 'Xcd', ''],
      ['ab', 'Ycd', ''],
    ]);
    expect(parted(cut).map((side) => side.cutAfter)).toEqual([true, true]);
  });

  it('show a line end that came along', () => {
    expect(split(view('{}\n', '{}', { at: 2 }))[0]).toEqual(['{}', '\\n', '']);
  });
});
