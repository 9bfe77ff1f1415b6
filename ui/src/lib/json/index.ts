/**
 * JSON as it was sent: a table of where each value and each key lies in the bytes. Nothing is converted, so numbers
 * keep all their digits, keys their order and their doubles, strings their escapes. The table is flat (no objects, no
 * recursion): a million values cost some tens of megabytes and a depth of 100,000 costs nothing special.
 */

export const KIND = { object: 1, array: 2, string: 3, number: 4, true: 5, false: 6, null: 7 } as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/** Why bytes are not JSON, and where. */
export interface JsonFault {
  offset: number;
  message: string;
}

const FIELDS = 9;
const [START, END, KEY_START, KEY_END, PARENT, COUNT, NEXT, DEPTH, PLACE] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8,
] as const;

export class JsonIndex {
  readonly bytes: Uint8Array;
  /** How many values there are. */
  size = 0;
  /** How deep the deepest lies. */
  deepest = 0;
  #kinds: Uint8Array;
  #fields: Int32Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    const guess = Math.max(16, bytes.length >> 4);
    this.#kinds = new Uint8Array(guess);
    this.#fields = new Int32Array(guess * FIELDS);
  }

  kind(node: number): Kind {
    return this.#kinds[node] as Kind;
  }
  isContainer(node: number): boolean {
    return this.kind(node) <= KIND.array;
  }
  start(node: number): number {
    return this.#get(node, START);
  }
  end(node: number): number {
    return this.#get(node, END);
  }
  hasKey(node: number): boolean {
    return this.#get(node, KEY_START) >= 0;
  }
  /** Where the key lies, quotes included. */
  keyRange(node: number): [number, number] {
    return [this.#get(node, KEY_START), this.#get(node, KEY_END)];
  }
  /** The container a value lies in, or -1. */
  parent(node: number): number {
    return this.#get(node, PARENT);
  }
  /** How many values lie directly in a container. */
  count(node: number): number {
    return this.#get(node, COUNT);
  }
  /** The first value that is not inside this one. */
  next(node: number): number {
    return this.#get(node, NEXT);
  }
  /** Its place among the values of its container, from 0. */
  place(node: number): number {
    return this.#get(node, PLACE);
  }
  depth(node: number): number {
    return this.#get(node, DEPTH);
  }

  /** Used by the scanner only. */
  add(kind: Kind, start: number, keyStart: number, keyEnd: number, parent: number): number {
    const node = this.size;
    if (node === this.#kinds.length) this.#grow();
    const fields = this.#fields;
    const at = node * FIELDS;
    let depth = 0;
    let place = 0;
    if (parent >= 0) {
      const above = parent * FIELDS;
      depth = (fields[above + DEPTH] as number) + 1;
      place = fields[above + COUNT] as number;
      fields[above + COUNT] = place + 1;
    }
    if (depth > this.deepest) this.deepest = depth;
    this.#kinds[node] = kind;
    fields[at + START] = start;
    fields[at + END] = start;
    fields[at + KEY_START] = keyStart;
    fields[at + KEY_END] = keyEnd;
    fields[at + PARENT] = parent;
    fields[at + NEXT] = node + 1;
    fields[at + DEPTH] = depth;
    fields[at + PLACE] = place;
    this.size = node + 1;
    return node;
  }
  /** Used by the scanner only. */
  close(node: number, end: number): void {
    this.#fields[node * FIELDS + END] = end;
    this.#fields[node * FIELDS + NEXT] = this.size;
  }

  #get(node: number, field: number): number {
    return this.#fields[node * FIELDS + field] ?? -1;
  }

  #grow(): void {
    const kinds = new Uint8Array(this.#kinds.length * 2);
    kinds.set(this.#kinds);
    this.#kinds = kinds;
    const fields = new Int32Array(this.#fields.length * 2);
    fields.set(this.#fields);
    this.#fields = fields;
  }
}
