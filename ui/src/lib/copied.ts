/** Bytes as the text that is copied, and what has to be said of it: not all of them can be had as text. */
import { visibleText } from './escape';
import { isUtf8 } from './utf8';

export function asCopied(what: string, bytes: Uint8Array): { what: string; text: string } {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  if (!isUtf8(bytes)) return { what: `${what} (not exact: it is not UTF-8)`, text };
  const hidden = visibleText(text, '\t\n\r') !== text;
  return { what: hidden ? `${what} (with characters that cannot be seen)` : what, text };
}
