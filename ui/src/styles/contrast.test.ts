// @vitest-environment node
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const GROUNDS = ['bg', 'pane', 'raised', 'hover'];
const TEXTS = ['text', 'soft', 'faint', 'accent', 'ok', 'bad', 'warn', 'key'];
/** Text on a tinted ground, as it is used. */
const TINTED: [text: string, ground: string][] = [
  ['on-accent', 'accent'],
  ['accent', 'accent-soft'],
  ['text', 'accent-soft'],
  ['ok', 'accent-soft'],
  ['bad', 'accent-soft'],
  ['warn', 'accent-soft'],
  ['key', 'accent-soft'],
  ['faint', 'accent-soft'],
  ['soft', 'accent-soft'],
  ['ok', 'ok-soft'],
  ['text', 'ok-soft'],
  ['bad', 'bad-soft'],
  ['text', 'bad-soft'],
  ['warn', 'warn-soft'],
  ['text', 'warn-soft'],
  ['text', 'mark'],
];

function theme(name: string, within = css): Map<string, string> {
  const block = new RegExp(`\\[data-theme='${name}'\\] \\{([^}]*)\\}`).exec(within)?.[1] ?? '';
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1] ?? '', match[2] ?? '']),
  );
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string | undefined, other: string | undefined): number {
  if (one === undefined || other === undefined) return 0;
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

describe.each(['light', 'dark'])('the %s theme', (name) => {
  const tokens = theme(name);
  const pairs = [
    ...TEXTS.flatMap((text) => GROUNDS.map((ground): [string, string] => [text, ground])),
    ...TINTED,
  ];

  it.each(pairs)('%s on %s is at least 4.5 : 1', (text, ground) => {
    expect(contrast(tokens.get(text), tokens.get(ground))).toBeGreaterThanOrEqual(4.5);
  });

  it('draws the edges of fields at 3 : 1 at least', () => {
    expect(contrast(tokens.get('edge'), tokens.get('raised'))).toBeGreaterThanOrEqual(3);
  });

  it('has more contrast where that is asked for', () => {
    const more = theme(name, css.slice(css.indexOf('prefers-contrast')));
    expect(contrast(more.get('faint'), tokens.get('bg'))).toBeGreaterThanOrEqual(7);
  });
});

describe('the two themes', () => {
  it('name the same colours', () => {
    expect([...theme('dark').keys()]).toEqual([...theme('light').keys()]);
  });
});
