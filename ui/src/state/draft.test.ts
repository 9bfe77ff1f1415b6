import { describe, expect, it } from 'vitest';
import type { RequestDetail } from '../bindings/RequestDetail';
import { rowOf } from '../host/views';
import { base64 } from '../lib/bytes';
import { Draft } from './draft.svelte';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A draft of a request with this body; bytes are a body that is no text. */
function draftOf(body: string | Uint8Array): Draft {
  const bytes = typeof body === 'string' ? encode(body) : body;
  const detail = { row: rowOf(1, { bodyLength: bytes.length }), headers: [] } as unknown as RequestDetail;
  return new Draft(detail, bytes, typeof body === 'string' ? body : null, 'http://localhost:3000');
}

describe('a file in the place of the body', () => {
  it('that is asked for and not picked leaves what was typed', () => {
    const draft = draftOf('{"a":1}');
    draft.text = '{"a":2}';
    draft.choice = 'file';
    expect(draft.written().body, 'what is kept').toEqual({ text: '{"a":2}' });
    expect(draft.problem, 'and nothing is sent in its place').toBe('body: no file is chosen');
    draft.file = { name: 'b.bin', bytes: Uint8Array.of(1, 2) };
    expect(draft.written().body).toEqual({ base64: base64(Uint8Array.of(1, 2)) });
  });

  it('leaves what is written as hex as well, and says where that cannot be read', () => {
    const draft = draftOf(Uint8Array.of(0, 1));
    draft.choice = 'hex';
    draft.hex = '00 01 02';
    draft.choice = 'file';
    expect(draft.written().body).toEqual({ base64: base64(Uint8Array.of(0, 1, 2)) });
    draft.choice = 'hex';
    draft.hex = '0';
    draft.choice = 'file';
    expect(draft.unreadable, 'half a byte is not to be kept as none').toBe(
      'body: line 1: `0` has half a byte',
    );
  });
});

describe('the body as hex', () => {
  it('is that of the text, and the text that of the hex', () => {
    const draft = draftOf('ab');
    draft.text = 'aé';
    draft.choice = 'hex';
    expect(draft.hex).toBe('61 c3 a9');
    draft.hex = '61 62 63';
    draft.choice = 'text';
    expect(draft.text).toBe('abc');
  });

  it('of a text that was not changed is the captured body', () => {
    const draft = draftOf('ab');
    draft.choice = 'hex';
    expect([draft.written().body, draft.changed]).toEqual(['captured', false]);
    draft.hex = '61';
    expect(draft.written().body).toEqual({ base64: base64(encode('a')) });
  });

  it('stays where it is no text, however often one looks at the text', () => {
    const draft = draftOf(Uint8Array.of(0xff, 0xfe));
    draft.choice = 'text';
    draft.choice = 'hex';
    expect(draft.hex).toBe('ff fe');
    draft.hex = 'ff fd';
    draft.choice = 'text';
    expect(draft.text, 'bytes that are no UTF-8 are not made text').toBe('');
    draft.choice = 'hex';
    expect(draft.hex).toBe('ff fd');
    draft.choice = 'text';
    draft.text = 'new';
    draft.choice = 'hex';
    expect(draft.hex, 'unless the text was written since').toBe('6e 65 77');
  });
});
