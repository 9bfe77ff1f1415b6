import { describe, expect, it } from 'vitest';
import { type JsonIndex, KIND } from './index';
import { allFolds, doubledKeys, firstFolds, linesOf, pathOf, rawText, unescaped } from './lines';
import { partsOf } from './parts';
import { JsonScanner, scanJson } from './scan';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function indexOf(text: string): JsonIndex {
  const { index, fault } = scanJson(encode(text));
  if (index === null) throw new Error(`${fault.message} at ${fault.offset}`);
  return index;
}

function pretty(text: string, folded: ReadonlySet<number> = new Set()): string {
  const index = indexOf(text);
  return [...linesOf(index, { closings: true, folded })]
    .map((line) => {
      const node = line < 0 ? ~line : line;
      const parts = partsOf(index, line, { mode: 'pretty', folded: folded.has(node), doubled: false });
      const shown = parts.map((part) => part.pieces.map((piece) => piece.text).join('')).join('');
      return '  '.repeat(index.depth(node)) + shown;
    })
    .join('\n');
}

describe('what was sent', () => {
  it('keeps all digits of numbers', () => {
    const text = '[12345678901234567890,1e400,-0,0.10,1E+2]';
    expect(pretty(text)).toBe('[\n  12345678901234567890,\n  1e400,\n  -0,\n  0.10,\n  1E+2\n]');
  });

  it('keeps keys in their order, doubled ones too, with their escapes', () => {
    const text = '{"b":1,"a":2,"b":3,"\\u0062":4,"__proto__":{"x":1}}';
    expect(pretty(text)).toBe(
      '{\n  "b": 1,\n  "a": 2,\n  "b": 3,\n  "\\u0062": 4,\n  "__proto__": {\n    "x": 1\n  }\n}',
    );
    const index = indexOf(text);
    const doubled = [...doubledKeys(index, 0)].map((node) => rawText(index, ...index.keyRange(node)));
    expect(doubled, 'an escaped key is the same key').toEqual(['"b"', '"b"', '"\\u0062"']);
    expect(({} as Record<string, unknown>)['x'], 'no prototype was touched').toBeUndefined();
  });

  it('gives each stretch back byte for byte', () => {
    const text = ' {"a" : [ 1 , "x\\"y" , null ] } ';
    const index = indexOf(text);
    const values = Array.from({ length: index.size }, (_, node) =>
      rawText(index, index.start(node), index.end(node)),
    );
    expect(values).toEqual([
      '{"a" : [ 1 , "x\\"y" , null ] }',
      '[ 1 , "x\\"y" , null ]',
      '1',
      '"x\\"y"',
      'null',
    ]);
  });

  it('reads any order of pieces alike', () => {
    const text = '{"a":[1,{"b":"long string with \\u00e9 escapes"},[]],"c":true}';
    const whole = scanJson(encode(text)).index;
    const scanner = new JsonScanner(encode(text));
    while (!scanner.step(1));
    expect(scanner.result().index?.size).toBe(whole?.size);
  });
});

describe('what is no JSON', () => {
  it.each([
    ['', 0],
    ['  ', 2],
    ['{', 1],
    ['{"a"}', 4],
    ['{"a":1,}', 7],
    ['[1,]', 3],
    ['[1 2]', 3],
    ['01', 1],
    ['1.', 0],
    ['-', 0],
    ['nul', 0],
    ['"a', 0],
    ['"\\x"', 1],
    ['"\\u12g4"', 1],
    ['"a\nb"', 2],
    ['{} x', 3],
    ["{'a':1}", 1],
    ['[1}', 2],
    ['NaN', 0],
  ])('%j is refused at byte %d', (text, offset) => {
    const { fault } = scanJson(encode(text));
    expect(fault?.offset).toBe(offset);
  });

  it('agrees with the engine of the browser on what is JSON', () => {
    const samples = [
      '0',
      '-0.5e-3',
      '""',
      '[[]]',
      '{"":{}}',
      '[1,2',
      '{"a":}',
      '[,]',
      '1e',
      '"\\u0000"',
      'truex',
      '{}{}',
    ];
    for (const text of samples) {
      let right = true;
      try {
        JSON.parse(text);
      } catch {
        right = false;
      }
      expect(scanJson(encode(text)).fault === null, text).toBe(right);
    }
  });
});

describe('size', () => {
  it('a depth of 100,000 neither overflows nor slows', () => {
    const depth = 100_000;
    const index = indexOf('['.repeat(depth) + ']'.repeat(depth));
    expect(index.deepest).toBe(depth - 1);
    expect(linesOf(index, { closings: true, folded: new Set() })).toHaveLength(2 * depth - 1);
    expect(pathOf(index, 3)).toBe('$[0][0][0]');
  });

  it('300,000 items and a string of two megabytes are read', () => {
    const text = `{"items":[${'1,'.repeat(299_999)}1],"long":"${'x'.repeat(2_000_000)}"}`;
    const index = indexOf(text);
    expect(index.size).toBe(300_003);
    const long = partsOf(index, 300_002, { mode: 'pretty', folded: false, doubled: false });
    const shown = long.map((part) => part.pieces.map((piece) => piece.text).join('')).join('');
    expect(shown.length, 'only its beginning is put on the screen').toBeLessThan(1400);
    expect(shown).toContain('1,998,802 bytes more');
  });
});

describe('folding', () => {
  const text = '{"a":{"b":[1,2]},"c":[],"d":3}';

  it('leaves one line of what is folded, with its size', () => {
    const index = indexOf(text);
    expect(pretty(text, new Set([1]))).toBe('{\n  "a": { … },  1 key\n  "c": [],\n  "d": 3\n}');
    expect([...allFolds(index)]).toEqual([1, 2]);
  });

  it('shows no closing brackets in the tree', () => {
    const index = indexOf(text);
    expect([...linesOf(index, { closings: false, folded: new Set() })]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect([...linesOf(index, { closings: false, folded: new Set([1]) })]).toEqual([0, 1, 5, 6]);
  });

  it('folds what is deep only where there is much', () => {
    expect(firstFolds(indexOf(text)).size).toBe(0);
    expect(firstFolds(indexOf(text), 3)).toEqual(new Set([2]));
  });
});

describe('paths', () => {
  it('name keys as they were sent and items by their place', () => {
    const index = indexOf('{"data":[{"odd key":1},{"x":{"y":2}}]}');
    const paths = Array.from({ length: index.size }, (_, node) => pathOf(index, node));
    expect(paths).toEqual([
      '$',
      '$.data',
      '$.data[0]',
      '$.data[0]["odd key"]',
      '$.data[1]',
      '$.data[1].x',
      '$.data[1].x.y',
    ]);
    expect(index.kind(1)).toBe(KIND.array);
  });

  it('understand escapes', () => {
    expect(unescaped('a\\u0062\\n\\"\\\\')).toBe('ab\n"\\');
  });
});
