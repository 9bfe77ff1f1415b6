import { describe, expect, it } from 'vitest';
import { foreignCharset, toUtf8 } from './charset';
import { binaryEvent, dataOf, structuredEvent } from './cloudevent';
import { imageType } from './image';
import { nodeAtByte, nodesAt, pointerOf } from './json/pointer';
import { scanJson } from './json/scan';
import { mediaType } from './media';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
function indexOf(text: string) {
  const { index } = scanJson(encode(text));
  if (index === null) throw new Error('this is JSON');
  return index;
}

describe('a CloudEvent', () => {
  const envelope = '"specversion":"1.0","type":"a.b","source":"/s","id":"1"';

  it('with its data inside is told apart from it', () => {
    const text = `{${envelope},"n":3,"data":{"x": 1.0}}`;
    const event = structuredEvent(indexOf(text));
    expect(event?.attributes.map(({ name, value }) => `${name}=${value}`)).toEqual([
      'specversion=1.0',
      'type=a.b',
      'source=/s',
      'id=1',
      'n=3',
    ]);
    expect(event && decode(dataOf(event, encode(text)))).toBe('{"x": 1.0}');
  });

  it('may carry bytes as base64', () => {
    const text = `{${envelope},"datacontenttype":"image/png","data_base64":"AP8="}`;
    const event = structuredEvent(indexOf(text));
    expect(event && [...dataOf(event, encode(text))]).toEqual([0, 255]);
    expect(event?.contentType).toBe('image/png');
  });

  it('may have its envelope in the headers', () => {
    const headers = [
      { name: 'Ce-SpecVersion', value: '1.0' },
      { name: 'ce-subject', value: 'a%20b' },
      { name: 'Host', value: 'x' },
    ];
    expect(binaryEvent(headers, 4, 'text/plain')?.attributes).toEqual([
      { name: 'specversion', value: '1.0' },
      { name: 'subject', value: 'a b' },
    ]);
    expect(binaryEvent([{ name: 'Host', value: 'x' }], 4, null)).toBeNull();
  });

  it('is none where the envelope is not whole', () => {
    expect(structuredEvent(indexOf('{"type":"a","data":{}}'))).toBeNull();
    expect(structuredEvent(indexOf('[1]'))).toBeNull();
  });
});

describe('a JSON pointer', () => {
  const index = indexOf('{"a/b":{"~":[10,{"x":1,"x":2}]},"c":3}');

  it('names each value, and finds it again', () => {
    for (let node = 0; node < index.size; node += 1) {
      expect(nodesAt(index, pointerOf(index, node))).toContain(node);
    }
    expect(pointerOf(index, 4)).toBe('/a~1b/~0/1');
    expect(nodesAt(index, '/a~1b/~0/1/x'), 'both of a key that comes twice').toHaveLength(2);
    expect(nodesAt(index, '/none')).toEqual([]);
    expect(nodesAt(index, 'c')).toEqual([]);
  });

  it('is found from a byte', () => {
    expect(nodeAtByte(index, 0)).toBe(0);
    expect(pointerOf(index, nodeAtByte(index, 13))).toBe('/a~1b/~0/0');
  });
});

describe('a charset', () => {
  it('is told by its mark or by the sender, and turned into UTF-8', () => {
    expect(foreignCharset(mediaType('text/plain; charset=ISO-8859-1'), encode('a'))).toBe('windows-1252');
    expect(foreignCharset(mediaType('text/plain; charset=utf-8'), encode('a'))).toBeNull();
    expect(foreignCharset(mediaType('text/plain; charset=klingon'), encode('a'))).toBeNull();
    expect(foreignCharset(mediaType(null), Uint8Array.of(0xff, 0xfe, 0x61, 0))).toBe('utf-16le');
    expect(decode(toUtf8(Uint8Array.of(0x63, 0x61, 0x66, 0xe9), 'windows-1252'))).toBe('café');
  });
});

describe('a picture', () => {
  it('is known by its bytes, and SVG is none', () => {
    expect(imageType(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a))).toBe('image/png');
    expect(imageType(encode('RIFFxxxxWEBPVP8 '))).toBe('image/webp');
    expect(imageType(encode('<svg xmlns="http://www.w3.org/2000/svg">'))).toBeNull();
    expect(imageType(encode('BMessage: hello'))).toBeNull();
  });
});
