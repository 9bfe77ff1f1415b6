import { describe, expect, it } from 'vitest';
import { hexText, readHex } from './hex';

describe('bytes as hex', () => {
  it('come back as they were', () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, at) => at % 256);
    expect(readHex(hexText(bytes)).bytes).toEqual(bytes);
    expect(readHex('').bytes).toEqual(new Uint8Array());
  });

  it('may be written without blanks and in capitals', () => {
    expect(readHex('00FF 0a\n\t0B').bytes).toEqual(Uint8Array.of(0, 255, 10, 11));
  });

  it('say where they are wrong', () => {
    expect(readHex('00\n0g').problem).toBe('line 2: `0g` is not hex');
    expect(readHex('000').problem).toBe('line 1: `000` has half a byte');
  });
});
