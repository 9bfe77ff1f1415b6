import { describe, expect, it } from 'vitest';
import { xmlLines } from './xml';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function shown(text: string): string[] {
  const bytes = encode(text);
  const { lines, fault } = xmlLines(bytes);
  if (lines === null) return [fault];
  return Array.from({ length: lines.count }, (_, at) => {
    const { start, end, depth } = lines.line(at);
    return '  '.repeat(depth) + new TextDecoder().decode(bytes.subarray(start, end));
  });
}

describe('XML', () => {
  it('is indented by its tags, and a value stands beside its name', () => {
    expect(shown('<?xml version="1.0"?><a x="1>2"><b>two words</b><c/><d></d>\n text <e>x</e></a>')).toEqual([
      '<?xml version="1.0"?>',
      '<a x="1>2">',
      '  <b>two words</b>',
      '  <c/>',
      '  <d></d>',
      '  text',
      '  <e>x</e>',
      '</a>',
    ]);
  });

  it('resolves nothing: a document type and its entities are shown as they are', () => {
    const bomb = '<!DOCTYPE x [<!ENTITY a "&b;&b;"><!ENTITY f SYSTEM "file:///etc/passwd">]><x>&a;&f;</x>';
    expect(shown(bomb)).toEqual([bomb.slice(0, bomb.indexOf('<x>')), '<x>&a;&f;</x>']);
  });

  it('keeps comments and sections whole', () => {
    expect(shown('<a><!-- <b> --><![CDATA[</a>]]></a>')).toEqual([
      '<a>',
      '  <!-- <b> -->',
      '  <![CDATA[</a>]]>',
      '</a>',
    ]);
  });

  it.each([
    ['<a><b></a>', 'it ends before its tags are closed'],
    ['<a', 'a tag at byte 0 is not closed'],
    ['</a>', 'at byte 0 a tag is closed that was not opened'],
  ])('says what is wrong with %s', (text, fault) => {
    expect(shown(text)[0]).toBe(fault);
  });

  it('reads deep and long ones without recursion', () => {
    const deep = `${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`;
    expect(xmlLines(encode(deep)).lines?.count).toBeGreaterThan(190_000);
    const found = xmlLines(encode(deep)).lines;
    expect(found?.lineAt(300)).toBe(100);
  });
});
