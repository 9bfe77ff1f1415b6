import { describe, expect, it } from 'vitest';
import { formFields, unescapedForm } from './form';
import { mediaType } from './media';
import { multipartOf } from './multipart';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('a media type', () => {
  it('is taken apart with its parameters, quoted or not', () => {
    const { type, parameters } = mediaType(
      'Multipart/Form-Data; charset=UTF-8; boundary="a\\"b;c"; boundary=x',
    );
    expect(type).toBe('multipart/form-data');
    expect([parameters.get('charset'), parameters.get('boundary')]).toEqual(['UTF-8', 'a"b;c']);
    expect(mediaType(null).type).toBe('');
  });
});

describe('a form', () => {
  const told = (text: string): [string, string][] =>
    formFields(encode(text)).map(({ name, value }) => [decode(name), decode(value)]);

  it('keeps the order, what comes twice and what is empty', () => {
    expect(told('a=1&b=&a=2&c&=d&&')).toEqual([
      ['a', '1'],
      ['b', ''],
      ['a', '2'],
      ['c', ''],
      ['', 'd'],
    ]);
  });

  it('means what was escaped, and leaves what only looks like it', () => {
    expect(told('na%6De=a+b%26%3D%C3%A9&x=100%&y=%zz')).toEqual([
      ['name', 'a b&=é'],
      ['x', '100%'],
      ['y', '%zz'],
    ]);
    expect([...unescapedForm(encode('%ff%00'))], 'bytes are not mended').toEqual([0xff, 0]);
  });

  it('knows where each field was sent', () => {
    const bytes = encode('a=%41&b=2');
    const [first] = formFields(bytes);
    expect(decode(bytes.subarray(first?.start, first?.end))).toBe('a=%41');
  });
});

describe('a body of parts', () => {
  const body = [
    'preamble',
    '--b',
    'Content-Disposition: form-data; name="a"',
    '',
    'one',
    '--b  ',
    'Content-Disposition: form-data; name="file"; filename="x \\"y\\".png"',
    'Content-Type: image/png',
    '',
    '--bb is not it\r\n',
    '--b--',
    'after',
  ].join('\r\n');

  it('is taken apart at its boundaries, with names, files and types', () => {
    const bytes = encode(body);
    const { parts, fault } = multipartOf(bytes, 'b');
    expect(fault).toBeNull();
    expect(
      parts.map(({ name, filename, contentType, start, end }) => [
        name,
        filename,
        contentType,
        decode(bytes.subarray(start, end)),
      ]),
    ).toEqual([
      ['a', null, null, 'one'],
      ['file', 'x "y".png', 'image/png', '--bb is not it\r\n'],
    ]);
  });

  it('says what is missing, and shows what is there', () => {
    const cut = multipartOf(encode('--b\nContent-Disposition: form-data; name=a\n\nval'), 'b');
    expect(cut.parts.map((part) => part.name)).toEqual(['a']);
    expect(cut.fault).toContain('last boundary is missing');
    expect(multipartOf(encode('nothing'), 'b').fault).toContain('nowhere');
  });
});
