/** Bytes that are read by range, and kept only as far as they may be looked at again. */

export interface ByteReader {
  readonly length: number;
  /** What is here already, or null where something of it must be fetched first. */
  peek(offset: number, length: number): Uint8Array | null;
  read(offset: number, length: number): Promise<Uint8Array>;
}

export type Fetch = (offset: number, length: number) => Promise<Uint8Array>;

const CHUNK = 256 * 1024;
const KEPT = 128;
/** A stretch of more chunks than this is fetched at once and not kept: whoever wants it all keeps it. */
const AT_ONCE = 4;

/** Reads in chunks and keeps the last used of them, 32 MiB at the most. */
export class ChunkedReader implements ByteReader {
  readonly length: number;
  readonly #fetch: Fetch;
  readonly #chunks = new Map<number, Uint8Array>();
  readonly #waiting = new Map<number, Promise<void>>();

  constructor(length: number, fetch: Fetch) {
    this.length = length;
    this.#fetch = fetch;
  }

  peek(offset: number, length: number): Uint8Array | null {
    const end = Math.min(this.length, offset + length);
    const first = Math.floor(offset / CHUNK);
    const last = Math.floor(Math.max(offset, end - 1) / CHUNK);
    if (end <= offset) return new Uint8Array();
    const only = this.#chunks.get(first);
    if (first === last) return only?.subarray(offset - first * CHUNK, end - first * CHUNK) ?? null;
    const whole = new Uint8Array(end - offset);
    for (let number = first; number <= last; number += 1) {
      const chunk = this.#chunks.get(number);
      if (chunk === undefined) return null;
      const from = Math.max(0, offset - number * CHUNK);
      const until = Math.min(chunk.length, end - number * CHUNK);
      whole.set(chunk.subarray(from, until), number * CHUNK + from - offset);
    }
    return whole;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const end = Math.min(this.length, offset + length);
    const first = Math.floor(offset / CHUNK);
    const last = Math.floor(Math.max(offset, end - 1) / CHUNK);
    if (last - first >= AT_ONCE) return this.#fetch(offset, end - offset);
    const missing: Promise<void>[] = [];
    for (let number = first; number <= last; number += 1) {
      if (!this.#chunks.has(number)) missing.push(this.#load(number));
    }
    await Promise.all(missing);
    return this.peek(offset, length) ?? this.#fetch(offset, end - offset);
  }

  #load(number: number): Promise<void> {
    let waiting = this.#waiting.get(number);
    if (waiting === undefined) {
      const offset = number * CHUNK;
      waiting = this.#fetch(offset, Math.min(CHUNK, this.length - offset)).then(
        (bytes) => {
          this.#waiting.delete(number);
          this.#keep(number, bytes);
        },
        (thrown: unknown) => {
          this.#waiting.delete(number);
          throw thrown;
        },
      );
      this.#waiting.set(number, waiting);
    }
    return waiting;
  }

  #keep(number: number, bytes: Uint8Array): void {
    if (this.#chunks.size >= KEPT) {
      const oldest = this.#chunks.keys().next().value;
      if (oldest !== undefined) this.#chunks.delete(oldest);
    }
    this.#chunks.set(number, bytes);
  }
}

/** Bytes that are all here. */
export class HeldBytes implements ByteReader {
  readonly length: number;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.length = bytes.length;
  }
  peek(offset: number, length: number): Uint8Array {
    return this.bytes.subarray(offset, offset + length);
  }
  read(offset: number, length: number): Promise<Uint8Array> {
    return Promise.resolve(this.peek(offset, length));
  }
}

const PART = 4 * 1024 * 1024;

/** Reads everything, in ranges that the boundary gives at once. */
export async function readAll(reader: ByteReader): Promise<Uint8Array> {
  if (reader instanceof HeldBytes) return reader.bytes;
  const whole = new Uint8Array(reader.length);
  const offsets = Array.from({ length: Math.ceil(reader.length / PART) }, (_, part) => part * PART);
  let end = reader.length;
  await Promise.all(
    offsets.map(async (offset) => {
      const wanted = Math.min(PART, reader.length - offset);
      const part = await reader.read(offset, wanted);
      whole.set(part, offset);
      // What is shorter than it should be is all there is.
      if (part.length < wanted) end = Math.min(end, offset + part.length);
    }),
  );
  return whole.subarray(0, end);
}

/** Bytes as base64, for the few places where the boundary takes them inside JSON. */
export function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

export function unbase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
