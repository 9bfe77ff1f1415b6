import { describe, expect, it } from 'vitest';
import { shorten, visiblePieces, visibleText } from './escape';
import { bytePieces, isUtf8, safeCut } from './utf8';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const joined = (pieces: readonly { text: string }[]): string => pieces.map((piece) => piece.text).join('');

describe('what cannot be seen', () => {
  it.each([
    ['a terminal escape', '\u001b[31m', '\\e[31m'],
    ['NUL', 'a\0b', 'a\\x00b'],
    ['C1 controls', '\u009b', '\\x9B'],
    ['line ends', 'a\r\nb', 'a\\r\\nb'],
    ['a turned direction of writing', 'abc\u202edef', 'abc\\u202Edef'],
    ['an isolate', '\u2066', '\\u2066'],
    ['zero width', 'a\u200bb\ufeff', 'a\\u200Bb\\uFEFF'],
    ['a soft hyphen', 'a\u00adb', 'a\\xADb'],
    ['line separators', '\u2028\u2029', '\\u2028\\u2029'],
    ['tags', '\u{e0041}', '\\u{E0041}'],
    ['half a surrogate pair', 'a\ud800b', 'a\\uD800b'],
    ['a filler that looks like a space', '\u3164', '\\u3164'],
  ])('%s is shown as an escape', (_, text, shown) => {
    expect(visibleText(text)).toBe(shown);
    expect(joined(visiblePieces(text))).toBe(shown);
  });

  it('leaves letters, emoji and spaces alone', () => {
    const text = 'Grüße, 世界 🎉 <b>&amp;</b>';
    expect(visiblePieces(text)).toEqual([{ text, escape: false }]);
  });

  it('marks the escapes, so that sent text that looks like one is told apart', () => {
    expect(visiblePieces('\\e\u001b')).toEqual([
      { text: '\\e', escape: false },
      { text: '\\e', escape: true },
    ]);
  });

  it('keeps what it is told to keep', () => {
    expect(visibleText('a\tb\n', '\t\n')).toBe('a\tb\n');
  });
});

describe('bytes', () => {
  it('that are not UTF-8 are shown one by one', () => {
    expect(bytePieces(bytes(0x61, 0xff, 0xc3, 0xa9, 0xc3))).toEqual([
      { text: 'a', escape: false },
      { text: '\\xFF', escape: true },
      { text: 'é', escape: false },
      { text: '\\xC3', escape: true },
    ]);
  });

  it('of overlong forms and encoded surrogates are no UTF-8', () => {
    for (const wrong of [bytes(0xc0, 0x80), bytes(0xe0, 0x80, 0x80), bytes(0xed, 0xa0, 0x80), bytes(0xf5)]) {
      expect(isUtf8(wrong)).toBe(false);
    }
    expect(isUtf8(new TextEncoder().encode('é世🎉'))).toBe(true);
  });

  it('are not cut inside a letter', () => {
    const text = new TextEncoder().encode('aé世🎉');
    expect([1, 2, 3, 4, 5, 6, 7, 8].map((cut) => safeCut(text, cut))).toEqual([1, 1, 3, 3, 3, 6, 6, 6]);
  });
});

describe('shortening', () => {
  it('leaves no half of a pair', () => {
    expect(shorten('ab🎉cd', 3)).toBe('ab…');
    expect(shorten('abc', 3)).toBe('abc');
  });
});
