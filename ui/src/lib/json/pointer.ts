/** JSON pointers (RFC 6901): the form in which the filter language names a place in a body. */
import { type JsonIndex, KIND } from './index';
import { rawText, unescaped } from './lines';

function keyOf(index: JsonIndex, node: number): string {
  return unescaped(rawText(index, ...index.keyRange(node)).slice(1, -1));
}

/** The pointer to a value; empty for the whole. */
export function pointerOf(index: JsonIndex, node: number): string {
  const parts: string[] = [];
  for (let at = node; at > 0; at = index.parent(at)) {
    const name = index.hasKey(at) ? keyOf(index, at) : String(index.place(at));
    parts.push(name.replaceAll('~', '~0').replaceAll('/', '~1'));
  }
  return parts
    .reverse()
    .map((part) => `/${part}`)
    .join('');
}

/** The pointer by which a value is masked: a star for each place in a list, since each of its values is as secret. */
export function maskPointerOf(index: JsonIndex, node: number): string {
  const parts: string[] = [];
  for (let at = node; at > 0; at = index.parent(at)) {
    if (!index.hasKey(at)) parts.push('*');
    else {
      const key = keyOf(index, at);
      parts.push(key === '*' ? '~2' : key.replaceAll('~', '~0').replaceAll('/', '~1'));
    }
  }
  return parts
    .reverse()
    .map((part) => `/${part}`)
    .join('');
}

/** All values at a pointer: of a key that comes twice, both. */
export function nodesAt(index: JsonIndex, pointer: string): number[] {
  if (pointer !== '' && !pointer.startsWith('/')) return [];
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  let found = [0];
  for (const step of steps) found = found.flatMap((node) => childrenAt(index, node, step));
  return found;
}

function childrenAt(index: JsonIndex, parent: number, step: string): number[] {
  const found: number[] = [];
  if (!index.isContainer(parent)) return found;
  const object = index.kind(parent) === KIND.object;
  for (let node = parent + 1; node < index.next(parent); node = index.next(node)) {
    if (object ? keyOf(index, node) === step : String(index.place(node)) === step) found.push(node);
  }
  return found;
}

/** The value whose key or text a byte lies in or after. */
export function nodeAtByte(index: JsonIndex, offset: number): number {
  const from = (node: number): number => (index.hasKey(node) ? index.keyRange(node)[0] : index.start(node));
  let low = 0;
  let high = index.size - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (from(middle) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
