/**
 * Text of any size as rows of a fixed width, so that a line of two megabytes costs no more than a screenful. Rows
 * break at line feeds and, where a line is longer than the screen is wide, inside it.
 */
import { safeCut } from './utf8';

export interface TextRow {
  start: number;
  end: number;
  /** The number of the line that begins here, from 1; 0 where a line goes on. */
  line: number;
}

export class TextRows {
  readonly count: number;
  readonly #starts: Int32Array;
  readonly #lines: Int32Array;
  readonly #length: number;

  constructor(bytes: Uint8Array, columns: number) {
    let starts = new Int32Array(Math.max(64, bytes.length >> 5));
    let lines = new Int32Array(starts.length);
    let count = 0;
    let line = 1;
    let fresh = true;
    for (let at = 0; at < bytes.length;) {
      if (count === starts.length) {
        starts = grown(starts);
        lines = grown(lines);
      }
      starts[count] = at;
      lines[count] = fresh ? line : 0;
      count += 1;
      const feed = bytes.subarray(at, at + columns).indexOf(0x0a);
      const nextFeed = feed >= 0 ? at + feed : bytes[at + columns] === 0x0a ? at + columns : -1;
      const crFeed = nextFeed < 0 && bytes[at + columns] === 0x0d && bytes[at + columns + 1] === 0x0a;
      fresh = nextFeed >= 0 || crFeed;
      if (fresh) {
        at = crFeed ? at + columns + 2 : nextFeed + 1;
        line += 1;
      } else if (at + columns >= bytes.length) at = bytes.length;
      else at = Math.max(at + 1, safeCut(bytes, at + columns));
    }
    this.count = count;
    this.#starts = starts;
    this.#lines = lines;
    this.#length = bytes.length;
  }

  /** The row in which a byte lies. */
  rowAt(offset: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  row(number: number): TextRow {
    const start = this.#starts[number] ?? this.#length;
    const end = number + 1 < this.count ? (this.#starts[number + 1] ?? this.#length) : this.#length;
    return { start, end, line: this.#lines[number] ?? 0 };
  }
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
