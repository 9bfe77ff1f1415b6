import { describe, expect, it } from 'vitest';
import { limitOf, limitText } from './limits';

const bytes = { unit: 'bytes', least: 1, most: 1024 ** 3 } as const;
const rate = { unit: 'bytes_per_second', least: 1, most: 1e9 } as const;
const seconds = { unit: 'seconds', least: 1, most: 3600 } as const;
const things = { unit: 'count', least: 1, most: 10_000 } as const;

describe('a limit', () => {
  it.each([
    [bytes, 26_214_400, '25 MiB'],
    [bytes, 65_536, '64 KiB'],
    [bytes, 65_537, '65,537 B'],
    [rate, 500, '500 B/s'],
    [seconds, 120, '2 min'],
    [seconds, 90, '90 s'],
    [things, 1024, '1,024'],
  ] as const)('is written as people read it and read back as it was', (form, value, text) => {
    expect(limitText(form, value)).toBe(text);
    expect(limitOf(form, text)).toBe(value);
  });

  it('is read with and without its unit', () => {
    expect(limitOf(bytes, '1.5mb')).toBe(1_500_000);
    expect(limitOf(seconds, '30')).toBe(30);
    expect(limitOf(seconds, ' 1m ')).toBe(60);
  });

  it.each(['', 'ten', '-1', '0', '1.5', '10 MiB', '2 h', '10 s/s'])('is not `%s`', (text) => {
    expect(limitOf(seconds, text)).toBeNull();
  });
});
