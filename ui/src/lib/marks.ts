/** What is looked for, as one expression that finds it in text; the rules are those of the filter language. */
import type { SoughtText } from '../bindings/SoughtText';
import type { Piece } from './escape';

const IN_WORD = /^[\p{L}\p{N}_]/u;
const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** Finds any of the texts, each where a word begins unless it may be inside one. */
export function expressionOf(texts: readonly SoughtText[]): RegExp | null {
  const ways = texts
    .filter(({ parts }) => parts.some((part) => part !== ''))
    .map(({ parts, inside }) => {
      const begins = !inside && IN_WORD.test(parts[0] ?? '') ? '(?<![\\p{L}\\p{N}_])' : '';
      return begins + parts.map(escaped).join('[^\\n]*?');
    });
  return ways.length === 0 ? null : new RegExp(ways.join('|'), 'giu');
}

/** Finds a text as it is typed, upper and lower case alike. */
export function plainExpression(text: string): RegExp | null {
  return text === '' ? null : new RegExp(escaped(text), 'giu');
}

/** Pieces with what is found in them cut out and marked; what is found twice by two rules is marked once. */
export function markedPieces(pieces: readonly Piece[], expression: RegExp | null): readonly Piece[] {
  if (expression === null) return pieces;
  return pieces.flatMap((piece) => (piece.escape ? [piece] : cut(piece.text, expression)));
}

function cut(text: string, expression: RegExp): Piece[] {
  const pieces: Piece[] = [];
  let shown = 0;
  for (const found of text.matchAll(expression)) {
    if (found[0] === '') continue;
    if (found.index > shown) pieces.push({ text: text.slice(shown, found.index), escape: false });
    pieces.push({ text: found[0], escape: false, found: true });
    shown = found.index + found[0].length;
  }
  if (shown < text.length) pieces.push({ text: text.slice(shown), escape: false });
  return pieces;
}
