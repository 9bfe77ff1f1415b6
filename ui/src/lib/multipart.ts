/**
 * Multipart bodies taken apart (RFC 2046, 7578), as they are and not as they should be: bare line feeds pass, what is
 * missing at the end is said. Only places in the bytes are kept.
 */

export interface Part {
  headers: readonly (readonly [name: string, value: string])[];
  name: string | null;
  filename: string | null;
  contentType: string | null;
  start: number;
  end: number;
}

export interface Multipart {
  parts: readonly Part[];
  /** What is not as it should be, in a sentence. */
  fault: string | null;
}

/** More parts than these are not taken apart. */
const MOST = 10_000;
const decoder = new TextDecoder();

export function multipartOf(bytes: Uint8Array, boundary: string): Multipart {
  const mark = new TextEncoder().encode(`--${boundary}`);
  const parts: Part[] = [];
  let at = boundaryAt(bytes, mark, 0);
  if (at < 0) return { parts, fault: `the boundary \`${boundary}\` is nowhere in the body` };
  while (parts.length < MOST) {
    const after = at + mark.length;
    if (bytes[after] === 0x2d && bytes[after + 1] === 0x2d) return { parts, fault: null };
    const begin = lineEnd(bytes, after);
    if (begin < 0) return { parts, fault: 'it ends after a boundary' };
    const next = boundaryAt(bytes, mark, begin);
    const end = next < 0 ? bytes.length : withoutBreak(bytes, begin, next);
    parts.push(partOf(bytes, begin, Math.max(begin, end)));
    if (next < 0) return { parts, fault: 'the last boundary is missing: the body may be cut' };
    at = next;
  }
  return { parts, fault: `only the first ${MOST} parts are shown` };
}

/** The next boundary that stands at the beginning of a line. */
function boundaryAt(bytes: Uint8Array, mark: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0x2d, from); at >= 0; at = bytes.indexOf(0x2d, at + 1)) {
    if ((at === 0 || bytes[at - 1] === 0x0a) && begins(bytes, mark, at) && ends(bytes, at + mark.length)) {
      return at;
    }
  }
  return -1;
}

function begins(bytes: Uint8Array, mark: Uint8Array, at: number): boolean {
  return mark.every((byte, place) => bytes[at + place] === byte);
}

/** After a boundary comes its end mark, white space or a new line; else it is another, longer one. */
function ends(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at];
  return (
    byte === undefined || byte === 0x2d || byte === 0x0d || byte === 0x0a || byte === 0x20 || byte === 0x09
  );
}

function lineEnd(bytes: Uint8Array, from: number): number {
  const feed = bytes.indexOf(0x0a, from);
  return feed < 0 ? -1 : feed + 1;
}

function withoutBreak(bytes: Uint8Array, begin: number, next: number): number {
  const feed = next - 1;
  return feed > begin && bytes[feed - 1] === 0x0d ? feed - 1 : feed;
}

function partOf(bytes: Uint8Array, begin: number, end: number): Part {
  const headers: [string, string][] = [];
  let at = begin;
  while (at < end) {
    const next = lineEnd(bytes, at);
    const stop = next < 0 || next > end ? end : next;
    const line = decoder.decode(bytes.subarray(at, stop)).replace(/\r?\n$/, '');
    at = stop;
    if (line === '') break;
    const colon = line.indexOf(':');
    const last = headers.at(-1);
    if (/^[ \t]/.test(line) && last !== undefined) last[1] += ` ${line.trim()}`;
    else headers.push([line.slice(0, Math.max(0, colon)).trim(), line.slice(colon + 1).trim()]);
  }
  const held = (name: string): string | null =>
    headers.find(([known]) => known.toLowerCase() === name)?.[1] ?? null;
  const disposition = held('content-disposition') ?? '';
  return {
    headers,
    name: parameter(disposition, 'name'),
    filename: parameter(disposition, 'filename'),
    contentType: held('content-type'),
    start: at,
    end,
  };
}

function parameter(disposition: string, name: string): string | null {
  const found = new RegExp(`;\\s*${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]*))`, 'i').exec(
    disposition,
  );
  if (found === null) return null;
  return found[1] === undefined ? (found[2] ?? '') : found[1].replace(/\\(["\\])/g, '$1');
}
