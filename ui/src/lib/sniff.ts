/** Which view shows a body best: by its content type and, since senders are wrong, by looking at the bytes. */
import { isUtf8 } from './utf8';

export type View = 'pretty' | 'tree' | 'text' | 'hex';

/** A body beyond this is not read whole for a JSON view. */
export const LARGEST_JSON = 32 * 1024 * 1024;

export function looksLikeJson(bytes: Uint8Array): boolean {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < bytes.length && [0x20, 0x09, 0x0a, 0x0d].includes(bytes[at] ?? 0)) at += 1;
  return bytes[at] === 0x7b || bytes[at] === 0x5b;
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
export function chooseView(contentType: string | null, first: Uint8Array, length: number): View {
  if (length === 0) return 'text';
  const type = (contentType ?? '').toLowerCase();
  const json = /[/+]json\b/.test(type) || looksLikeJson(first);
  if (looksBinary(first, first.length >= length, type.startsWith('text/'))) return 'hex';
  return json && length <= LARGEST_JSON ? 'pretty' : 'text';
}
