/** CloudEvents: the envelope told apart from the data, whether it came in headers or around the data. */
import { type JsonIndex, KIND } from './json/index';
import { rawText, unescaped } from './json/lines';

export interface Attribute {
  name: string;
  value: string;
}

export interface CloudEvent {
  form: 'binary' | 'structured';
  attributes: readonly Attribute[];
  /** Where the data lies in the body; null where there is none. */
  data: { start: number; end: number; encoded: boolean } | null;
  /** What the data is said to be. */
  contentType: string | null;
}

const REQUIRED = ['specversion', 'type', 'source', 'id'];

/** An event whose envelope came as `ce-` headers; the body is the data. */
export function binaryEvent(
  headers: readonly { name: string; value: string }[],
  length: number,
  contentType: string | null,
): CloudEvent | null {
  const attributes = headers
    .filter(({ name }) => /^ce-/i.test(name))
    .map(({ name, value }) => ({ name: name.slice(3).toLowerCase(), value: percentDecoded(value) }));
  if (!attributes.some(({ name }) => name === 'specversion')) return null;
  const data = length > 0 ? { start: 0, end: length, encoded: false } : null;
  return { form: 'binary', attributes, data, contentType };
}

/** An event that is a JSON object with its data inside. */
export function structuredEvent(index: JsonIndex): CloudEvent | null {
  if (index.kind(0) !== KIND.object || index.count(0) > 1000) return null;
  const attributes: Attribute[] = [];
  let data: CloudEvent['data'] = null;
  for (let node = 1; node < index.next(0); node = index.next(node)) {
    const name = unescaped(rawText(index, ...index.keyRange(node)).slice(1, -1));
    const [start, end] = [index.start(node), index.end(node)];
    if (name === 'data') data = { start, end, encoded: false };
    else if (name === 'data_base64') data = { start: start + 1, end: end - 1, encoded: true };
    else {
      const text = rawText(index, start, end);
      attributes.push({
        name,
        value: index.kind(node) === KIND.string ? unescaped(text.slice(1, -1)) : text,
      });
    }
  }
  const held = (wanted: string): string | null =>
    attributes.find(({ name }) => name === wanted)?.value ?? null;
  if (!REQUIRED.every((name) => held(name) !== null)) return null;
  return { form: 'structured', attributes, data, contentType: held('datacontenttype') };
}

/** The bytes of the data. */
export function dataOf(event: CloudEvent, body: Uint8Array): Uint8Array {
  if (event.data === null) return new Uint8Array();
  const bytes = body.subarray(event.data.start, event.data.end);
  if (!event.data.encoded) return bytes;
  try {
    const text = unescaped(new TextDecoder().decode(bytes));
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return bytes;
  }
}

function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
