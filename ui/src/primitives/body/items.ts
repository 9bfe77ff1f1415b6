/** Fields, parts and lines as what one table shows. */
import type { FormField } from '../../lib/form';
import { size } from '../../lib/format';
import type { Part } from '../../lib/multipart';
import type { Item } from './FieldsBody.svelte';

const decoder = new TextDecoder();
/** So much of a value is looked at in its row. */
const PREVIEW = 300;

export function fieldItem(fields: readonly FormField[], bytes: Uint8Array, number: number): Item {
  const field = fields[number];
  if (field === undefined) return NOTHING;
  const sent = decoder.decode(bytes.subarray(field.start, field.end));
  const name = decoder.decode(field.name);
  return {
    name,
    about: '',
    preview: field.value.subarray(0, PREVIEW),
    bytes: field.value,
    contentType: null,
    sent: sent === `${name}=${decoder.decode(field.value)}` ? null : sent,
  };
}

export function partItem(parts: readonly Part[], bytes: Uint8Array, number: number): Item {
  const part = parts[number];
  if (part === undefined) return NOTHING;
  const held = bytes.subarray(part.start, part.end);
  const file = part.filename === null ? [] : [part.filename];
  return {
    name: part.name ?? part.filename ?? `part ${number + 1}`,
    about: [...file, part.contentType, size(held.length)].filter(Boolean).join(' · '),
    preview: part.filename === null ? held.subarray(0, PREVIEW) : new Uint8Array(),
    bytes: held,
    contentType: part.contentType ?? 'text/plain',
    sent: null,
  };
}

export function lineItem(starts: readonly number[], bytes: Uint8Array, number: number): Item {
  let [start = 0, end = 0] = [starts[number], starts[number + 1]];
  while (end > start && (bytes[end - 1] ?? 0) <= 0x20) end -= 1;
  while (start < end && (bytes[start] ?? 0) <= 0x20) start += 1;
  const held = bytes.subarray(start, end);
  return {
    name: `${number + 1}`,
    about: size(held.length),
    preview: held.subarray(0, PREVIEW),
    bytes: held,
    contentType: 'application/json',
    sent: null,
  };
}

const NOTHING: Item = {
  name: '',
  about: '',
  preview: new Uint8Array(),
  bytes: new Uint8Array(),
  contentType: null,
  sent: null,
};
