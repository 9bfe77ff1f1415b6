/**
 * UTF-8 for the eye: bytes that are not UTF-8 become visible `\xNN` instead of U+FFFD, so that what is on the screen
 * always says which bytes came.
 */
import { type Piece, visiblePieces } from './escape';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The length of the UTF-8 sequence at `at`, or 0 where there is none that is whole and right. */
export function sequenceAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) return 0;
  for (let next = 1; next < length; next += 1) if (((bytes[at + next] ?? 0) & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1] ?? 0;
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  return length;
}

/** Whether the bytes are UTF-8; a sequence that is cut by the end of a sample is forgiven. */
export function isUtf8(bytes: Uint8Array, sampled = false): boolean {
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceAt(bytes, at);
    if (length === 0) return sampled && at > bytes.length - 4;
    at += length;
  }
  return true;
}

/** The text of bytes that are UTF-8, a byte order mark included. */
export function utf8Text(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** Bytes as pieces to show; what is not UTF-8 is shown byte by byte. */
export function bytePieces(bytes: Uint8Array, plain = ''): Piece[] {
  try {
    return visiblePieces(strict.decode(bytes), plain);
  } catch {
    return mixedPieces(bytes, plain);
  }
}

function mixedPieces(bytes: Uint8Array, plain: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  let at = 0;
  const flush = (): void => {
    if (at > from) pieces.push(...visiblePieces(strict.decode(bytes.subarray(from, at)), plain));
  };
  while (at < bytes.length) {
    const length = sequenceAt(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    flush();
    const byte = bytes[at] ?? 0;
    pieces.push({ text: `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`, escape: true });
    at += 1;
    from = at;
  }
  flush();
  return pieces;
}

/** Moves a cut backwards so that it does not fall inside a UTF-8 sequence. */
export function safeCut(bytes: Uint8Array, cut: number): number {
  let at = cut;
  while (at > 0 && cut - at < 3 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at -= 1;
  return at === cut || sequenceAt(bytes, at) > 0 ? at : cut;
}
