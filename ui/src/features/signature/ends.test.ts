import { describe, expect, it } from 'vitest';
import type { ContentView } from '../../bindings/ContentView';
import { ends } from './ends';

const LIMIT = 400;

function contentOf(
  pieces: [kind: string, text: string][],
  leftOut: { start: number; end: number } | null = null,
) {
  const encoder = new TextEncoder();
  let at = 0;
  const parts = pieces.map(([kind, text]) => {
    const start = at;
    at += encoder.encode(text).length;
    return { kind, label: null, start, end: at };
  });
  const whole = encoder.encode(pieces.map(([, text]) => text).join(''));
  const bytes =
    leftOut === null
      ? whole
      : new Uint8Array([...whole.subarray(0, leftOut.start), ...whole.subarray(leftOut.end)]);
  const content: ContentView = {
    template: '{body}',
    base64: btoa(String.fromCharCode(...bytes)),
    length: whole.length,
    leftOut,
    parts,
  };
  return content;
}

const textOf = (content: ContentView): string =>
  ends(content, LIMIT)
    .map((stretch) => stretch.pieces.map((piece) => piece.text).join(''))
    .join('');

describe('the signed content', () => {
  it('is shown whole where it is short', () => {
    const content = contentOf([
      ['timestamp', '1700000000'],
      ['literal', '.'],
      ['body', '{"a":1}'],
    ]);
    expect(textOf(content)).toBe('1700000000.{"a":1}');
  });

  it('shows what stands behind a long body', () => {
    const content = contentOf([
      ['body', 'b'.repeat(50_000)],
      ['timestamp', '2023-11-14T22:13:20Z'],
    ]);
    const shown = ends(content, LIMIT);
    expect(textOf(content)).toMatch(/^b+ … [\d,.\s]+ bytes … b+2023-11-14T22:13:20Z$/u);
    expect(shown.at(-1)?.mark, 'and what it is').toBe('time');
    expect(shown.at(-1)?.pieces[0]?.text).toBe('2023-11-14T22:13:20Z');
    expect(textOf(content).length, 'and not much more').toBeLessThan(LIMIT + 60);
  });

  it('says how much did not travel and marks what is behind it', () => {
    const content = contentOf(
      [
        ['body', 'b'.repeat(10_000)],
        ['url', 'https://hooks.example/in'],
      ],
      { start: 3072, end: 9000 },
    );
    expect(textOf(content).endsWith('https://hooks.example/in')).toBe(true);
    const url = ends(content, LIMIT).at(-1);
    expect(url?.name, 'the part is told by what it is').toBe('url');
  });

  it('cuts no character in two', () => {
    for (let shift = 0; shift < 4; shift += 1) {
      const content = contentOf([
        ['literal', 'x'.repeat(shift)],
        ['body', '☕é'.repeat(2_000)],
        ['timestamp', '1700000000'],
      ]);
      const escapes = ends(content, LIMIT).flatMap((stretch) =>
        stretch.pieces.filter((piece) => piece.escape),
      );
      expect(escapes, `moved by ${shift}`).toEqual([]);
    }
  });
});
