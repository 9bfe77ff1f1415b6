/** One line of JSON as stretches with a tone each, for the pretty view and the tree. Nothing here knows the DOM. */
import type { Piece } from '../escape';
import { count as written, plural } from '../format';
import { bytePieces } from '../utf8';
import { type JsonIndex, KIND } from './index';

export type PartTone = 'plain' | 'faint' | 'key' | 'string' | 'number' | 'word' | 'doubled';

export interface Part {
  tone: PartTone;
  pieces: readonly Piece[];
}

export interface LineLook {
  mode: 'pretty' | 'tree';
  folded: boolean;
  doubled: boolean;
}

/** A longer key or value is cut on the screen; copying gives all of it. */
const SHOWN = 1200;

/** The parts of the line of a value (`node`) or of the bracket that closes it (`~node`). */
export function partsOf(index: JsonIndex, line: number, look: LineLook): Part[] {
  const node = line < 0 ? ~line : line;
  const object = index.kind(node) === KIND.object;
  const parent = index.parent(node);
  const last = node === 0 || index.next(node) >= index.next(parent);
  const comma = look.mode === 'pretty' && !last ? ',' : '';
  if (line < 0) return [plain((object ? '}' : ']') + comma)];
  const parts = nameParts(index, node, look);
  if (!index.isContainer(node)) {
    parts.push(...valueParts(index, node), plain(comma));
    return parts.filter(notEmpty);
  }
  const count = index.count(node);
  const size = faint(plural(count, object ? 'key' : 'item'));
  if (count === 0) parts.push(plain((object ? '{}' : '[]') + comma));
  else if (look.mode === 'tree') parts.push(size);
  else if (look.folded) parts.push(plain(object ? '{ … }' : '[ … ]'), plain(`${comma}  `), size);
  else parts.push(plain(object ? '{' : '['));
  return parts.filter(notEmpty);
}

function nameParts(index: JsonIndex, node: number, { mode, doubled }: LineLook): Part[] {
  if (!index.hasKey(node)) {
    const inArray = mode === 'tree' && node > 0;
    return inArray ? [faint(`${written(index.place(node))}  `)] : [];
  }
  const [start, end] = index.keyRange(node);
  const bare = mode === 'tree' && end - start > 2;
  const key: Part = { tone: 'key', pieces: cutPieces(index, bare ? start + 1 : start, bare ? end - 1 : end) };
  const mark: Part[] = doubled ? [{ tone: 'doubled', pieces: [{ text: 'double', escape: false }] }] : [];
  return [key, ...mark, plain(mode === 'pretty' ? ': ' : '  ')];
}

function valueParts(index: JsonIndex, node: number): Part[] {
  const kind = index.kind(node);
  const tone = kind === KIND.string ? 'string' : kind === KIND.number ? 'number' : 'word';
  const cut = index.end(node) - index.start(node) - SHOWN;
  const value: Part = { tone, pieces: cutPieces(index, index.start(node), index.end(node)) };
  return cut > 0 ? [value, faint(` ${plural(cut, 'byte')} more`)] : [value];
}

function cutPieces(index: JsonIndex, start: number, end: number): Piece[] {
  const shown = bytePieces(index.bytes.subarray(start, Math.min(end, start + SHOWN)));
  return end - start > SHOWN ? [...shown, { text: '…', escape: false }] : shown;
}

function plain(text: string): Part {
  return { tone: 'plain', pieces: text === '' ? [] : [{ text, escape: false }] };
}

function faint(text: string): Part {
  return { tone: 'faint', pieces: [{ text, escape: false }] };
}

function notEmpty(part: Part): boolean {
  return part.pieces.length > 0;
}
