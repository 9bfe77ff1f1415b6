/**
 * Which lines of a JSON table are on the screen: one for each value, one for each closing bracket, none for what is
 * folded. A line is a number: `node` for the line of a value, `~node` for the bracket that closes it.
 */
import { type JsonIndex, KIND } from './index';

export interface LineOptions {
  /** Whether closing brackets have lines of their own (pretty) or not (tree). */
  closings: boolean;
  folded: ReadonlySet<number>;
}

export function linesOf(index: JsonIndex, { closings, folded }: LineOptions): Int32Array {
  const lines = new Int32Array(closings ? index.size * 2 : index.size);
  const open: number[] = [];
  let length = 0;
  let node = 0;
  while (node < index.size) {
    lines[length] = node;
    length += 1;
    const container = index.isContainer(node) && index.count(node) > 0;
    if (container && folded.has(node)) node = index.next(node);
    else {
      if (container && closings) open.push(node);
      node += 1;
    }
    for (let last = open.at(-1); last !== undefined && index.next(last) <= node; last = open.at(-1)) {
      lines[length] = ~last;
      length += 1;
      open.pop();
    }
  }
  return lines.subarray(0, length);
}

/** Folds what lies so deep that a first look would drown: everything below a depth, where there is a lot. */
export function firstFolds(index: JsonIndex, comfortable = 400): Set<number> {
  const folded = new Set<number>();
  if (index.size <= comfortable) return folded;
  for (let node = 1; node < index.size; node += 1) {
    if (index.isContainer(node) && index.count(node) > 0 && index.depth(node) >= 2) {
      folded.add(node);
      node = index.next(node) - 1;
    }
  }
  return folded;
}

/** Every container that can be folded, but for the outermost. */
export function allFolds(index: JsonIndex): Set<number> {
  const folded = new Set<number>();
  for (let node = 1; node < index.size; node += 1) {
    if (index.isContainer(node) && index.count(node) > 0) folded.add(node);
  }
  return folded;
}

/** Where a value lies, as `$.data.items[0]["odd key"]`; keys are written as they were sent. */
export function pathOf(index: JsonIndex, node: number): string {
  const parts: string[] = [];
  for (let at = node; at > 0; at = index.parent(at)) {
    if (index.hasKey(at)) {
      const key = rawText(index, ...index.keyRange(at));
      const plain = key.slice(1, -1);
      parts.push(/^[A-Za-z_$][\w$]*$/.test(plain) ? `.${plain}` : `[${key}]`);
    } else parts.push(`[${index.place(at)}]`);
  }
  return `$${parts.reverse().join('')}`;
}

/** Which values of an object have a key that another of its values has too. */
export function doubledKeys(index: JsonIndex, object: number): Set<number> {
  const doubled = new Set<number>();
  if (index.kind(object) !== KIND.object) return doubled;
  const first = new Map<string, number>();
  for (let node = object + 1; node < index.next(object); node = index.next(node)) {
    const key = unescaped(rawText(index, ...index.keyRange(node)).slice(1, -1));
    const before = first.get(key);
    if (before === undefined) first.set(key, node);
    else doubled.add(before).add(node);
  }
  return doubled;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text of a stretch as it was sent. */
export function rawText(index: JsonIndex, start: number, end: number): string {
  return decoder.decode(index.bytes.subarray(start, end));
}

const SHORT: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** What a string means once its escapes are taken away. */
export function unescaped(inner: string): string {
  return inner.replace(
    /\\(?:u([0-9a-fA-F]{4})|(.))/gs,
    (_, hex: string | undefined, short: string | undefined) =>
      hex === undefined ? (SHORT[short ?? ''] ?? short ?? '') : String.fromCharCode(parseInt(hex, 16)),
  );
}
