import { describe, expect, it } from 'vitest';
import { jsonFault, reformat } from './reformat';

describe('JSON set anew', () => {
  const odd =
    '{"n":12345678901234567890.10,"e":1E+2,"a":[],"o":{ },"s":"a, {\\"b\\": [1]}","k":1,"k":2,"l":[1, -0]}';

  it('keeps digits, escapes, order and repeated keys', () => {
    const set = reformat(odd, '  ') ?? '';
    expect(set.split('\n').slice(0, 4)).toEqual([
      '{',
      '  "n": 12345678901234567890.10,',
      '  "e": 1E+2,',
      '  "a": [],',
    ]);
    expect(set).toContain('"s": "a, {\\"b\\": [1]}"');
    expect(set).toContain('"k": 1,\n  "k": 2');
    expect(set).toContain('"l": [\n    1,\n    -0\n  ]');
    expect(reformat(set, null), 'and back on one line').toBe(
      odd.replace('{ }', '{}').replace('1, -0', '1,-0'),
    );
  });

  it('leaves alone what is no JSON', () => {
    expect(reformat('{"a":}', '  ')).toBeNull();
    expect(reformat('', null)).toBeNull();
  });

  it('says where it stops being JSON', () => {
    expect(jsonFault('{"a": 1}')).toBeNull();
    expect(jsonFault('{\n "a": x}')).toMatch(/^line 2, column 7: ./);
    expect(jsonFault('{"a"')).not.toBeNull();
  });
});
