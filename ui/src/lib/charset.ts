/**
 * Text in another charset than UTF-8, turned into UTF-8 so that every view of text needs to know one only. The bytes
 * as sent stay what the hex and raw views show.
 */
import type { MediaType } from './media';

/** A longer text is shown byte by byte as it came. */
export const LARGEST_TEXT = 16 * 1024 * 1024;

/** The charset of a body where it is another than UTF-8, by its mark or by what the sender says. */
export function foreignCharset(media: MediaType, first: Uint8Array): string | null {
  if (first[0] === 0xff && first[1] === 0xfe) return 'utf-16le';
  if (first[0] === 0xfe && first[1] === 0xff) return 'utf-16be';
  const said = media.parameters.get('charset')?.toLowerCase() ?? '';
  if (said === '' || said === 'utf-8' || said === 'utf8') return null;
  try {
    const { encoding } = new TextDecoder(said);
    return encoding === 'utf-8' ? null : encoding;
  } catch {
    return null;
  }
}

export function toUtf8(bytes: Uint8Array, charset: string): Uint8Array {
  return new TextEncoder().encode(new TextDecoder(charset).decode(bytes));
}
