/**
 * Captured text is shown with everything invisible made visible: control characters, escapes for terminals, characters
 * that turn the direction of writing, zero-width characters and halves of surrogate pairs. Nothing is dropped and
 * nothing is ever interpreted; what this gives is put into text nodes.
 */

/** A stretch of text to show; `escape` marks one that stands for a character that cannot be shown. */
export interface Piece {
  text: string;
  escape: boolean;
  /** It is what is looked for. */
  found?: true;
}

const INVISIBLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff\u{e0000}-\u{e0fff}]/gu;

/** The visible form of one character. */
export function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  switch (code) {
    case 9:
      return '\\t';
    case 10:
      return '\\n';
    case 13:
      return '\\r';
    case 27:
      return '\\e';
  }
  if (code < 0x100) return `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`;
  if (code < 0x10000) return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return `\\u{${code.toString(16).toUpperCase()}}`;
}

/** Takes text apart into what can be shown and escapes. Characters of `plain` (such as tab) stay as they are. */
export function visiblePieces(text: string, plain = ''): Piece[] {
  const pieces: Piece[] = [];
  let shown = 0;
  for (const match of text.matchAll(INVISIBLE)) {
    if (plain.includes(match[0])) continue;
    if (match.index > shown) pieces.push({ text: text.slice(shown, match.index), escape: false });
    pieces.push({ text: escapeOf(match[0]), escape: true });
    shown = match.index + match[0].length;
  }
  if (shown < text.length) pieces.push({ text: text.slice(shown), escape: false });
  return pieces;
}

/** The same as one string, for places that take no markup: titles, labels, the live region. */
export function visibleText(text: string, plain = ''): string {
  return text.replace(INVISIBLE, (character) =>
    plain.includes(character) ? character : escapeOf(character),
  );
}

/** Cuts a text for a place that must stay short, without leaving half a surrogate pair. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = (text.codePointAt(limit - 1) ?? 0) > 0xffff ? limit - 1 : limit;
  return `${text.slice(0, end)}…`;
}
