/**
 * Reads JSON bytes into a `JsonIndex`, strictly by RFC 8259, in steps that may be interrupted so that a large body
 * never freezes the window. There is no recursion: the stack is the chain of parents in the table.
 */
import { JsonIndex, type JsonFault, type Kind, KIND } from './index';

enum Expect {
  Value,
  ValueOrClose,
  Key,
  KeyOrClose,
  Colon,
  CommaOrClose,
  End,
}

const TRUE = { text: 'true', kind: KIND.true };
const FALSE = { text: 'false', kind: KIND.false };
const NULL = { text: 'null', kind: KIND.null };

export type Scanned = { index: JsonIndex; fault: null } | { index: null; fault: JsonFault };

/** More values are not put into a table: each costs 37 bytes of memory. */
export const MOST_VALUES = 3_000_000;

export class JsonScanner {
  readonly #bytes: Uint8Array;
  readonly #index: JsonIndex;
  #at = 0;
  #open = -1;
  #expect: Expect = Expect.Value;
  #keyStart = -1;
  #keyEnd = -1;
  #fault: JsonFault | null = null;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#index = new JsonIndex(bytes);
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.#at = 3;
  }

  /** Goes on for about so many bytes; says whether it is at the end. */
  step(budget: number): boolean {
    const until = Math.min(this.#bytes.length, this.#at + budget);
    while (this.#fault === null && this.#at < until) {
      const byte = this.#bytes[this.#at] as number;
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) this.#at += 1;
      else this.#token(byte);
    }
    if (this.#fault === null && this.#at >= this.#bytes.length && this.#expect !== Expect.End) {
      this.#fail(this.#index.size === 0 ? 'there is nothing but white space' : 'it ends too early');
    }
    return this.#fault !== null || this.#at >= this.#bytes.length;
  }

  /** How many values were found so far. */
  get size(): number {
    return this.#index.size;
  }

  result(): Scanned {
    return this.#fault === null ? { index: this.#index, fault: null } : { index: null, fault: this.#fault };
  }

  #token(byte: number): void {
    switch (this.#expect) {
      case Expect.ValueOrClose:
        if (byte === 0x5d) this.#close();
        else this.#value(byte);
        return;
      case Expect.Value:
        this.#value(byte);
        return;
      case Expect.KeyOrClose:
        if (byte === 0x7d) this.#close();
        else this.#readKey(byte);
        return;
      case Expect.Key:
        this.#readKey(byte);
        return;
      case Expect.Colon:
        if (byte !== 0x3a) this.#fail('a colon is missing after the key');
        this.#at += 1;
        this.#expect = Expect.Value;
        return;
      case Expect.CommaOrClose:
        this.#commaOrClose(byte);
        return;
      case Expect.End:
        this.#fail('there is more after the end of the value');
    }
  }

  #commaOrClose(byte: number): void {
    const object = this.#index.kind(this.#open) === KIND.object;
    if (byte === 0x2c) {
      this.#at += 1;
      this.#expect = object ? Expect.Key : Expect.Value;
    } else if (byte === (object ? 0x7d : 0x5d)) this.#close();
    else this.#fail(`a comma or \`${object ? '}' : ']'}\` is missing`);
  }

  #readKey(byte: number): void {
    if (byte !== 0x22) {
      this.#fail('a key in quotes is missing');
      return;
    }
    const start = this.#at;
    this.#string();
    this.#keyStart = start;
    this.#keyEnd = this.#at;
    this.#expect = Expect.Colon;
  }

  #value(byte: number): void {
    const start = this.#at;
    if (byte === 0x7b || byte === 0x5b) {
      const object = byte === 0x7b;
      this.#open = this.#add(object ? KIND.object : KIND.array, start);
      this.#at += 1;
      this.#expect = object ? Expect.KeyOrClose : Expect.ValueOrClose;
      return;
    }
    let kind: Kind;
    if (byte === 0x22) {
      kind = KIND.string;
      this.#string();
    } else if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) {
      kind = KIND.number;
      this.#number();
    } else {
      const word = byte === 0x74 ? TRUE : byte === 0x66 ? FALSE : NULL;
      if (!this.#word(word.text)) {
        this.#fail('this is no value');
        return;
      }
      kind = word.kind;
    }
    if (this.#fault !== null) return;
    this.#index.close(this.#add(kind, start), this.#at);
    this.#expect = this.#open < 0 ? Expect.End : Expect.CommaOrClose;
  }

  #close(): void {
    this.#at += 1;
    this.#index.close(this.#open, this.#at);
    this.#open = this.#index.parent(this.#open);
    this.#expect = this.#open < 0 ? Expect.End : Expect.CommaOrClose;
  }

  /** Puts a value into the table, with the key that was read before it. */
  #add(kind: Kind, start: number): number {
    const node = this.#index.add(kind, start, this.#keyStart, this.#keyEnd, this.#open);
    this.#keyStart = -1;
    this.#keyEnd = -1;
    return node;
  }

  #string(): void {
    const bytes = this.#bytes;
    const length = bytes.length;
    let at = this.#at + 1;
    while (at < length) {
      const byte = bytes[at] as number;
      if (byte === 0x22) {
        this.#at = at + 1;
        return;
      }
      if (byte === 0x5c) {
        const escape = escapeLength(bytes, at);
        if (escape === 0) {
          this.#at = at;
          this.#fail('there is no such escape');
          return;
        }
        at += escape;
      } else if (byte < 0x20) {
        this.#at = at;
        this.#fail('a control character stands in a string without an escape');
        return;
      } else at += 1;
    }
    this.#fail('a string is not closed');
  }

  #number(): void {
    const bytes = this.#bytes;
    let at = this.#at;
    if (bytes[at] === 0x2d) at += 1;
    const whole = bytes[at] === 0x30 ? at + 1 : digitsEnd(bytes, at);
    let right = whole > at;
    at = whole;
    if (right && bytes[at] === 0x2e) {
      const end = digitsEnd(bytes, at + 1);
      right = end > at + 1;
      at = end;
    }
    if (right && (bytes[at] === 0x65 || bytes[at] === 0x45)) {
      const from = bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d ? at + 2 : at + 1;
      const end = digitsEnd(bytes, from);
      right = end > from;
      at = end;
    }
    if (right) this.#at = at;
    else this.#fail('this is no number');
  }

  #word(word: string): boolean {
    for (let place = 0; place < word.length; place += 1) {
      if (this.#bytes[this.#at + place] !== word.charCodeAt(place)) return false;
    }
    this.#at += word.length;
    return true;
  }

  #fail(message: string): void {
    this.#fault ??= { offset: Math.min(this.#at, this.#bytes.length), message };
  }
}

function digitsEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && (bytes[at] as number) >= 0x30 && (bytes[at] as number) <= 0x39) at += 1;
  return at;
}

function escapeLength(bytes: Uint8Array, at: number): number {
  const kind = bytes[at + 1] ?? 0;
  if (kind !== 0x75) return '"\\/bfnrt'.includes(String.fromCharCode(kind)) ? 2 : 0;
  for (let place = 2; place < 6; place += 1) {
    if (!/[0-9a-fA-F]/.test(String.fromCharCode(bytes[at + place] ?? 0))) return 0;
  }
  return 6;
}

/** Reads all at once. */
export function scanJson(bytes: Uint8Array): Scanned {
  const scanner = new JsonScanner(bytes);
  while (!scanner.step(bytes.length + 1));
  return scanner.result();
}

/** Milliseconds after which the window is given time. */
const SLICE = 12;
const STEP = 1 << 17;

/** What came of it, or why it was given up although nothing is wrong with it. */
export type ScannedInSlices = Scanned | { index: null; fault: null; why: string };

/** Reads in slices of a few milliseconds, giving the window time in between; `null` when it was stopped. */
export async function scanJsonInSlices(
  bytes: Uint8Array,
  stopped: () => boolean,
): Promise<ScannedInSlices | null> {
  const scanner = new JsonScanner(bytes);
  let begun = performance.now();
  while (!scanner.step(STEP)) {
    if (scanner.size > MOST_VALUES) {
      const many = MOST_VALUES.toLocaleString('en-GB');
      return { index: null, fault: null, why: `It has more than ${many} values, too many for a tree.` };
    }
    if (performance.now() - begun < SLICE) continue;
    await new Promise((resolve) => setTimeout(resolve));
    if (stopped()) return null;
    begun = performance.now();
  }
  return scanner.result();
}
