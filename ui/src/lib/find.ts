/**
 * Searching in bytes of any size, a stretch at a time, so that the window stays awake. What is found are places in the
 * bytes; upper and lower case are alike, and a search for bytes (`7b 22`) finds just them.
 */
import type { ByteReader } from './bytes';
import { plainExpression } from './marks';
import { safeCut } from './utf8';

export interface Match {
  offset: number;
  length: number;
}

export interface Found {
  matches: readonly Match[];
  /** How far it was looked, of the whole. */
  looked: number;
  done: boolean;
}

/** More matches than these are not told apart. */
export const MOST = 10_000;
const STRETCH = 1024 * 1024;
const HEX = /^\s*(?:[0-9a-f]{2}\s+)+[0-9a-f]{2}\s*$|^\s*0x(?:[0-9a-f]{2})+\s*$/i;

/** Looks for a text from the beginning to the end; tells how far it is after each stretch, and stops when told to. */
export async function findIn(
  reader: ByteReader,
  text: string,
  told: (found: Found) => boolean,
): Promise<void> {
  const look = lookFor(text);
  const matches: Match[] = [];
  if (look === null) {
    told({ matches, looked: reader.length, done: true });
    return;
  }
  // A match may lie across two stretches: each begins as far before the last one's end as a match is long.
  const overlap = Math.min(64 * 1024, text.length * 4);
  for (let at = 0; at < reader.length && matches.length < MOST;) {
    const bytes = await reader.read(at, STRETCH + overlap);
    if (bytes.length === 0) break;
    const last = at + bytes.length >= reader.length;
    const cut = last ? bytes.length : safeCut(bytes, bytes.length);
    const owned = last ? bytes.length : Math.min(cut, STRETCH);
    for (const { offset, length } of look(bytes.subarray(0, cut))) {
      if (offset >= owned || matches.length >= MOST) break;
      if (at + offset >= (matches.at(-1)?.offset ?? -1) + (matches.at(-1)?.length ?? 1)) {
        matches.push({ offset: at + offset, length });
      }
    }
    at += owned;
    if (!told({ matches: [...matches], looked: Math.min(at, reader.length), done: false })) return;
    await new Promise((resolve) => setTimeout(resolve));
  }
  told({ matches, looked: reader.length, done: true });
}

type Look = (bytes: Uint8Array) => Iterable<Match>;

function lookFor(text: string): Look | null {
  if (HEX.test(text)) {
    const digits = text.replace(/^\s*0x|\s+/gi, '');
    const wanted = Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
    return (bytes) => bytesIn(bytes, wanted);
  }
  const expression = plainExpression(text);
  return expression === null ? null : (bytes) => textIn(bytes, expression);
}

function* bytesIn(bytes: Uint8Array, wanted: Uint8Array): Iterable<Match> {
  const first = wanted[0] ?? 0;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (wanted.every((byte, place) => bytes[at + place] === byte))
      yield { offset: at, length: wanted.length };
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
const latin = new TextDecoder('latin1');
const encoder = new TextEncoder();

function* textIn(bytes: Uint8Array, expression: RegExp): Iterable<Match> {
  const text = decoder.decode(bytes);
  // Where a letter is a byte, or where some are no letters at all, places are the same in both.
  const plain = text.length === bytes.length || !isStrict(bytes);
  let [letters, place] = [0, 0];
  for (const found of (plain ? latin.decode(bytes) : text).matchAll(expression)) {
    if (plain) {
      yield { offset: found.index, length: found[0].length };
      continue;
    }
    place += encoder.encode(text.slice(letters, found.index)).length;
    letters = found.index;
    yield { offset: place, length: encoder.encode(found[0]).length };
  }
}

function isStrict(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
