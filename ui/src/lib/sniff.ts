/**
 * Which views show a body, and which of them first: by its content type and, since senders are wrong, by looking at the
 * bytes. A view that then fails is taken away with the reason; text and bytes are always left.
 */
import { foreignCharset, LARGEST_TEXT } from './charset';
import { size } from './format';
import { imageType, LARGEST_IMAGE } from './image';
import { mediaType } from './media';
import { isUtf8 } from './utf8';

export type View =
  'event' | 'pretty' | 'tree' | 'lines' | 'form' | 'parts' | 'xml' | 'image' | 'text' | 'hex';

/** A body beyond this is not read whole for a view that takes it apart. */
export const LARGEST_JSON = 32 * 1024 * 1024;

export interface Choice {
  /** In the order of their tabs. */
  views: readonly View[];
  /** The one that is shown first. */
  first: View;
  /** Why the view one would expect is not there. */
  reason: string | null;
}

const PLAIN: readonly View[] = ['text', 'hex'];

export function looksLikeJson(bytes: Uint8Array): boolean {
  const at = firstLetter(bytes);
  return bytes[at] === 0x7b || bytes[at] === 0x5b;
}

function looksLikeXml(bytes: Uint8Array): boolean {
  const at = firstLetter(bytes);
  return bytes[at] === 0x3c && (bytes[at + 1] ?? 0) > 0x20 && bytes[at + 1] !== 0x3c;
}

function firstLetter(bytes: Uint8Array): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < bytes.length && [0x20, 0x09, 0x0a, 0x0d].includes(bytes[at] ?? 0)) at += 1;
  return at;
}

/** `text` says that the sender calls it text: a few bytes that are not UTF-8 are then shown as escapes. */
export function looksBinary(bytes: Uint8Array, whole: boolean, text = false): boolean {
  let odd = 0;
  for (const byte of bytes) {
    if (byte === 0) return true;
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x1b) odd += 1;
  }
  return odd > bytes.length / 20 || (!text && !isUtf8(bytes, !whole));
}

/** Chooses by the first bytes (a few KiB are enough). `length` is that of the whole body. */
export function chooseViews(contentType: string | null, first: Uint8Array, length: number): Choice {
  const media = mediaType(contentType);
  const { type } = media;
  const image = imageType(first);
  if (image !== null) {
    return length <= LARGEST_IMAGE
      ? { views: ['image', 'hex'], first: 'image', reason: null }
      : plain('hex', `Pictures above ${size(LARGEST_IMAGE)} are not drawn.`);
  }
  const whole = length <= LARGEST_JSON;
  if (type.startsWith('multipart/') && media.parameters.has('boundary')) return apart('parts', whole);
  const foreign = foreignCharset(media, first) !== null && length <= LARGEST_TEXT;
  const said = type.startsWith('text/') || type === 'application/x-www-form-urlencoded';
  if (!foreign && looksBinary(first, first.length >= length, said)) return plain('hex', null);
  if (type === 'application/x-www-form-urlencoded') return apart('form', whole);
  if (/[/+](?:x-)?(?:ndjson|jsonl|jsonlines|json-lines|json-seq)\b/.test(type)) return apart('lines', whole);
  if (/[/+]json\b/.test(type) || looksLikeJson(first)) {
    return whole
      ? { views: ['pretty', 'tree', ...PLAIN], first: 'pretty', reason: null }
      : plain('text', tooLarge('JSON'));
  }
  const xml = /[/+]xml\b/.test(type) || (type !== 'text/html' && looksLikeXml(first));
  return xml ? apart('xml', whole) : plain('text', null);
}

/** The view that is shown first. */
export function chooseView(contentType: string | null, first: Uint8Array, length: number): View {
  return length === 0 ? 'text' : chooseViews(contentType, first, length).first;
}

const NAMES = { parts: 'its parts', form: 'its fields', lines: 'its lines', xml: 'XML' };

function apart(view: keyof typeof NAMES, whole: boolean): Choice {
  if (!whole) return plain('text', tooLarge(NAMES[view]));
  return { views: [view, ...PLAIN], first: view, reason: null };
}

function plain(first: 'text' | 'hex', reason: string | null): Choice {
  return { views: PLAIN, first, reason };
}

function tooLarge(what: string): string {
  return `Above ${size(LARGEST_JSON)} a body is not read whole to show ${what}.`;
}
