import { describe, expect, it } from 'vitest';
import { ChunkedReader, base64, HeldBytes, readAll } from './bytes';
import { duration, instant, plural, size } from './format';
import { fromText, toText } from './headers';
import { TextRows } from './rows';
import { sentence } from './sentence';
import { chooseView } from './sniff';
import { rowAt, scrollTopFor, scrollTopToShow, TALLEST, visibleRows } from './virtual';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('bytes by range', () => {
  const whole = Uint8Array.from({ length: 700_000 }, (_, at) => at % 251);
  const reader = (asked: number[]) =>
    new ChunkedReader(whole.length, (offset, length) => {
      asked.push(offset);
      return Promise.resolve(whole.slice(offset, offset + length));
    });

  it('are fetched once and put together over the borders of chunks', async () => {
    const asked: number[] = [];
    const read = reader(asked);
    expect(read.peek(262_100, 100)).toBeNull();
    expect(await read.read(262_100, 100)).toEqual(whole.slice(262_100, 262_200));
    await read.read(262_000, 300);
    expect(asked, 'the second time nothing is asked for').toEqual([0, 262_144]);
    expect(Buffer.compare(await readAll(read), whole)).toBe(0);
  });

  it('end at the end', async () => {
    expect(await reader([]).read(699_990, 100)).toEqual(whole.slice(699_990));
    expect(new HeldBytes(whole).peek(699_999, 5)).toHaveLength(1);
  });

  it('are asked for again after a failure', async () => {
    let times = 0;
    const read = new ChunkedReader(4, () => {
      times += 1;
      return times === 1 ? Promise.reject(new Error('gone')) : Promise.resolve(encode('abcd'));
    });
    await expect(read.read(0, 4)).rejects.toThrow('gone');
    expect(await read.read(1, 2)).toEqual(encode('bc'));
  });

  it('become base64 whatever they are', () => {
    expect(base64(Uint8Array.of(0, 255, 128))).toBe('AP+A');
  });
});

describe('rows of text', () => {
  const rows = (text: string, columns: number): string[] => {
    const bytes = encode(text);
    const all = new TextRows(bytes, columns);
    return Array.from({ length: all.count }, (_, at) => {
      const { start, end, line } = all.row(at);
      return `${line}:${new TextDecoder().decode(bytes.subarray(start, end))}`;
    });
  };

  it('break at line feeds and where the room ends', () => {
    expect(rows('ab\r\ncdefg\n\nh', 4)).toEqual(['1:ab\r\n', '2:cdef', '0:g\n', '3:\n', '4:h']);
  });

  it('do not begin with the line feed of the row before', () => {
    expect(rows('abcd\nabcd\r\nx', 4)).toEqual(['1:abcd\n', '2:abcd\r\n', '3:x']);
  });

  it('do not cut a letter', () => {
    expect(rows('abc世', 4)).toEqual(['1:abc', '0:世']);
  });

  it('of a line of two megabytes are many and quick', () => {
    expect(new TextRows(new Uint8Array(2_000_000).fill(97), 100).count).toBe(20_000);
  });
});

describe('rows on the screen', () => {
  it('are those in sight and a few more', () => {
    expect(visibleRows({ count: 1000, rowHeight: 28, height: 280, scrollTop: 2800, overscan: 5 })).toEqual({
      first: 95,
      last: 116,
      total: 28_000,
      top: 95 * 28,
    });
  });

  it('can all be reached where the whole is taller than a browser allows', () => {
    const view = { count: 10_000_000, rowHeight: 20, height: 600 };
    const end = visibleRows({ ...view, scrollTop: TALLEST - 600 });
    expect(end.total).toBe(TALLEST);
    expect(end.last).toBe(10_000_000);
    const there = scrollTopFor(5_000_000, view);
    expect(rowAt({ ...view, scrollTop: there })).toBeCloseTo(5_000_000, 3);
  });

  it('are scrolled to no further than needed', () => {
    const view = { count: 100, rowHeight: 28, height: 280, scrollTop: 280 };
    expect(scrollTopToShow(12, view), 'it is seen').toBe(280);
    expect(scrollTopToShow(3, view)).toBe(84);
    expect(scrollTopToShow(30, view)).toBe(21 * 28);
  });
});

describe('numbers for the eye', () => {
  it('are short', () => {
    expect([214, 2614, 10_000, 999_600, 9_100_000].map(size)).toEqual([
      '214 B',
      '2.6 KB',
      '10 KB',
      '1.0 MB',
      '9.1 MB',
    ]);
    expect([340, 3120, 18_100, 1_240_000, 125_000_000].map(duration)).toEqual([
      '340 µs',
      '3.1 ms',
      '18 ms',
      '1.24 s',
      '2 min 5 s',
    ]);
    expect([plural(1, 'request'), plural(1284, 'request')]).toEqual(['1 request', '1,284 requests']);
  });

  it('keep the microseconds of an instant', () => {
    expect(instant(1_795_176_251_482_031)).toBe('2026-11-20T12:04:11.482031Z');
  });
});

describe('the view of a body', () => {
  it('is chosen by its bytes and its type', () => {
    const choose = (type: string | null, text: string) => chooseView(type, encode(text), text.length);
    expect(choose('application/json', '{}')).toBe('pretty');
    expect(choose('application/cloudevents+json', ' {"a":1}')).toBe('pretty');
    expect(choose('text/plain', '[1]'), 'senders are wrong').toBe('pretty');
    expect(choose('text/plain', 'hello \u001b[31m')).toBe('text');
    expect(choose(null, 'a=1&b=2')).toBe('text');
    expect(choose('application/json', 'a\0b')).toBe('hex');
    expect(chooseView(null, Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), 4)).toBe('image');
    expect(chooseView(null, Uint8Array.of(0xff, 0xfa, 0xff, 0xe0), 4)).toBe('hex');
    expect(chooseView(null, Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), 1e9), 'too large to be drawn').toBe('hex');
    expect(chooseView('text/plain', Uint8Array.of(0x61, 0xff), 2), 'it says that it is text').toBe('text');
    expect(chooseView('application/json', encode('{}'), 1e9), 'too large to be read whole').toBe('text');
  });
});

describe('headers as text', () => {
  it('come back as they went', () => {
    const headers: [string, string][] = [
      ['X-B', 'two: parts'],
      ['x-a', ''],
      ['X-B', 'again'],
    ];
    expect(fromText(toText(headers))).toEqual({ headers, problem: null });
  });

  it('say which line is wrong', () => {
    expect(fromText('A: 1\nno colon').problem).toBe('line 2 has no colon');
    expect(fromText('bad name: 1').problem).toContain('characters that no header may have');
  });
});

describe('messages alone on the screen', () => {
  it('are sentences', () => {
    expect(sentence('connection refused by `localhost`')).toBe('Connection refused by `localhost`.');
    expect(sentence('Is it running?')).toBe('Is it running?');
  });
});
