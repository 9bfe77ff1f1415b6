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
const PAGE_BITS = 16;
const PAGE = 1 << PAGE_BITS;
const IN_PAGE = PAGE - 1;
const [START, END, KEY_START, KEY_END, PARENT, COUNT, NEXT, DEPTH, PLACE] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8,
] as const;

export class JsonIndex {
  readonly bytes: Uint8Array;
  /** How many values there are. */
  size = 0;
  /** How deep the deepest lies. */
  deepest = 0;
  /** In pages of the same size, so that growing never copies what is there: that would hold up the window. */
  readonly #kinds: Uint8Array[] = [];
  readonly #fields: Int32Array[] = [];

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  kind(node: number): Kind {
    return (this.#kinds[node >> PAGE_BITS]?.[node & IN_PAGE] ?? KIND.null) as Kind;
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
    const page = node >> PAGE_BITS;
    if (page === this.#kinds.length) this.#grow();
    const fields = this.#fields[page] as Int32Array;
    const at = (node & IN_PAGE) * FIELDS;
    let depth = 0;
    let place = 0;
    if (parent >= 0) {
      const parents = this.#fields[parent >> PAGE_BITS] as Int32Array;
      const above = (parent & IN_PAGE) * FIELDS;
      depth = (parents[above + DEPTH] as number) + 1;
      place = parents[above + COUNT] as number;
      parents[above + COUNT] = place + 1;
    }
    if (depth > this.deepest) this.deepest = depth;
    (this.#kinds[page] as Uint8Array)[node & IN_PAGE] = kind;
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
    const fields = this.#fields[node >> PAGE_BITS] as Int32Array;
    const at = (node & IN_PAGE) * FIELDS;
    fields[at + END] = end;
    fields[at + NEXT] = this.size;
  }

  #get(node: number, field: number): number {
    return this.#fields[node >> PAGE_BITS]?.[(node & IN_PAGE) * FIELDS + field] ?? -1;
  }

  #grow(): void {
    // A small body gets a small page: most are.
    const nodes = this.#kinds.length === 0 ? Math.min(PAGE, this.bytes.length + 1) : PAGE;
    this.#kinds.push(new Uint8Array(nodes));
    this.#fields.push(new Int32Array(nodes * FIELDS));
  }
}
