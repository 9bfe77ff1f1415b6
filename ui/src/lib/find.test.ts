import { describe, expect, it } from 'vitest';
import { HeldBytes } from './bytes';
import { findIn, type Found, MOST } from './find';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

async function find(bytes: Uint8Array, text: string): Promise<Found> {
  let last: Found = { matches: [], looked: 0, done: false };
  await findIn(new HeldBytes(bytes), text, (found) => {
    last = found;
    return true;
  });
  return last;
}

describe('finding in bytes', () => {
  it('tells places in the bytes, whatever the letters take', async () => {
    const { matches, done } = await find(encode('é Paid ü PAID'), 'paid');
    expect(matches).toEqual([
      { offset: 3, length: 4 },
      { offset: 11, length: 4 },
    ]);
    expect(done).toBe(true);
  });

  it('finds letters beside bytes that are none, and bytes by their digits', async () => {
    const bytes = Uint8Array.of(0xff, 0xfe, 0x61, 0x62, 0x00, 0xff, 0xfe);
    expect((await find(bytes, 'AB')).matches).toEqual([{ offset: 2, length: 2 }]);
    expect((await find(bytes, 'ff fe')).matches.map((match) => match.offset)).toEqual([0, 5]);
    expect((await find(bytes, '0x6162')).matches.map((match) => match.offset)).toEqual([2]);
  });

  it('finds what lies across two stretches, once', async () => {
    const bytes = new Uint8Array(3 * 1024 * 1024).fill(0x2e);
    const places = [0, 1024 * 1024 - 3, 2 * 1024 * 1024 - 1, bytes.length - 6];
    for (const place of places) bytes.set(encode('needle'), place);
    expect((await find(bytes, 'needle')).matches.map((match) => match.offset)).toEqual(places);
  });

  it('finds letters of several bytes across stretches', async () => {
    const text = 'ä'.repeat(700_000);
    const bytes = encode(`${text}nädel${text}`);
    expect((await find(bytes, 'NÄDEL')).matches).toEqual([{ offset: 1_400_000, length: 6 }]);
  });

  it('ends at a number nobody walks through, and finds nothing for nothing', async () => {
    expect((await find(encode('a'.repeat(MOST + 5)), 'a')).matches).toHaveLength(MOST);
    expect((await find(encode('abc'), '')).matches).toEqual([]);
    expect((await find(encode('abc'), 'x')).done).toBe(true);
  });

  it('stops when it is told to', async () => {
    let asked = 0;
    await findIn(new HeldBytes(new Uint8Array(5 * 1024 * 1024)), 'x', () => {
      asked += 1;
      return false;
    });
    expect(asked).toBe(1);
  });
});
