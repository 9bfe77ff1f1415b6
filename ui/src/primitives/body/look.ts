/**
 * Looks at a body once and says how it can be shown. Nothing here throws for what is in the bytes: a form that is not
 * what it says it is becomes text, with the reason. Nothing here knows the DOM.
 */
import { type ByteReader, HeldBytes, readAll } from '../../lib/bytes';
import { foreignCharset, LARGEST_TEXT, toUtf8 } from '../../lib/charset';
import { binaryEvent, type CloudEvent, structuredEvent } from '../../lib/cloudevent';
import { formFields, type FormField } from '../../lib/form';
import { imageType } from '../../lib/image';
import type { JsonIndex } from '../../lib/json/index';
import { scanJsonInSlices } from '../../lib/json/scan';
import { mediaType } from '../../lib/media';
import { type Multipart, multipartOf } from '../../lib/multipart';
import { chooseViews, type View } from '../../lib/sniff';
import { type XmlLines, xmlLines } from '../../lib/xml';

export interface Seen {
  views: readonly View[];
  first: View;
  /** Why a view one would expect is not there. */
  reason: string | null;
  /** What text views and searches read: UTF-8, whatever was sent. */
  text: ByteReader;
  /** The charset it was sent in, where that is another than UTF-8. */
  charset: string | null;
  bytes: Uint8Array | null;
  index: JsonIndex | null;
  event: CloudEvent | null;
  fields: readonly FormField[] | null;
  multipart: Multipart | null;
  /** Where each line begins, and after the last one the end. */
  lines: readonly number[] | null;
  xml: XmlLines | null;
  image: string | null;
}

export interface Given {
  reader: ByteReader;
  contentType: string | null;
  headers: readonly { name: string; value: string }[];
}

/** What can be told at once, by the first bytes. */
export async function glance(given: Given): Promise<Seen> {
  const { reader, contentType } = given;
  const first = await reader.read(0, 4096);
  const choice = chooseViews(contentType, first, reader.length);
  const charset =
    choice.first === 'image' ||
    choice.first === 'parts' ||
    choice.first === 'hex' ||
    reader.length > LARGEST_TEXT
      ? null
      : foreignCharset(mediaType(contentType), first);
  return {
    ...choice,
    text: reader,
    charset,
    bytes: null,
    index: null,
    event: null,
    fields: null,
    multipart: null,
    lines: null,
    xml: null,
    image: choice.first === 'image' ? imageType(first) : null,
  };
}

/** All that the chosen views need; `null` when it was stopped. */
export async function look(seen: Seen, given: Given, stopped: () => boolean): Promise<Seen | null> {
  const event = binaryEvent(given.headers, given.reader.length, given.contentType);
  const needed = seen.charset !== null || event !== null || !['text', 'hex'].includes(seen.first);
  if (!needed) return seen;
  const sent = await readAll(given.reader);
  if (stopped()) return null;
  const bytes = seen.charset === null ? sent : toUtf8(sent, seen.charset);
  const whole: Seen = { ...seen, bytes, text: seen.charset === null ? given.reader : new HeldBytes(bytes) };
  const found = await takenApart(whole, bytes, given, stopped);
  return found === null || event === null ? found : { ...asEvent(found, event), bytes };
}

async function takenApart(
  seen: Seen,
  bytes: Uint8Array,
  given: Given,
  stopped: () => boolean,
): Promise<Seen | null> {
  switch (seen.first) {
    case 'pretty':
      return json(seen, bytes, stopped);
    case 'form':
      return { ...seen, fields: formFields(bytes) };
    case 'lines':
      return { ...seen, lines: lineStarts(bytes) };
    case 'parts': {
      const boundary = mediaType(given.contentType).parameters.get('boundary') ?? '';
      const multipart = multipartOf(bytes, boundary);
      return multipart.parts.length > 0
        ? { ...seen, multipart, reason: multipart.fault }
        : without(seen, `These are no parts: ${multipart.fault ?? 'there are none'}.`);
    }
    case 'xml': {
      const { lines, fault } = xmlLines(bytes);
      return lines === null ? without(seen, `This is not XML: ${fault}.`) : { ...seen, xml: lines };
    }
    default:
      return seen;
  }
}

async function json(seen: Seen, bytes: Uint8Array, stopped: () => boolean): Promise<Seen | null> {
  const scanned = await scanJsonInSlices(bytes, stopped);
  if (scanned === null || stopped()) return null;
  if (scanned.index !== null) {
    const event = structuredEvent(scanned.index);
    const found = { ...seen, index: scanned.index };
    return event === null ? found : asEvent(found, event);
  }
  if (scanned.fault === null) return without(seen, scanned.why);
  const { offset, message } = scanned.fault;
  // More values, each on a line of its own, are a known form.
  const before = bytes.subarray(Math.max(0, offset - 2), offset);
  if (before.includes(0x0a) && /more after the end/.test(message)) {
    return { ...seen, views: ['lines', 'text', 'hex'], first: 'lines', lines: lineStarts(bytes) };
  }
  return without(seen, `This is not JSON: ${message}, at byte ${offset}.`);
}

function asEvent(seen: Seen, event: CloudEvent): Seen {
  return { ...seen, event, views: ['event', ...seen.views], first: 'event' };
}

function without(seen: Seen, reason: string): Seen {
  return { ...seen, views: ['text', 'hex'], first: 'text', reason };
}

function lineStarts(bytes: Uint8Array): number[] {
  const starts: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const feed = bytes.indexOf(0x0a, at);
    const end = feed < 0 ? bytes.length : feed;
    // A record separator may stand before each (RFC 7464); empty lines are none.
    if (bytes.subarray(at, end).some((byte) => byte > 0x20)) starts.push(at);
    at = end + 1;
  }
  return [...starts, bytes.length];
}
