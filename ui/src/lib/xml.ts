/**
 * XML as indented lines, by its tags alone: nothing is resolved, no entity is expanded, a document type is shown and
 * not read. What comes out are places in the bytes, so that every character shown is one that came.
 */

export const TOKEN = { open: 1, close: 2, alone: 3, text: 4, other: 5 } as const;
export type Token = (typeof TOKEN)[keyof typeof TOKEN];

export interface XmlLine {
  start: number;
  end: number;
  depth: number;
  token: Token;
}

const FIELDS = 4;
const LESS = 0x3c;

/** A flat table of lines; an element that holds nothing but text stands on one. */
export class XmlLines {
  count = 0;
  #table = new Int32Array(1024);

  add(start: number, end: number, depth: number, token: Token): void {
    if ((this.count + 1) * FIELDS > this.#table.length) {
      const larger = new Int32Array(this.#table.length * 2);
      larger.set(this.#table);
      this.#table = larger;
    }
    this.#table.set([start, end, depth, token], this.count * FIELDS);
    this.count += 1;
  }

  line(number: number): XmlLine {
    const at = number * FIELDS;
    const field = (place: number): number => this.#table[at + place] ?? 0;
    return { start: field(0), end: field(1), depth: field(2), token: field(3) as Token };
  }

  /** Joins a text, or an end, to the line before it. */
  extend(end: number, token: Token): void {
    this.#table[(this.count - 1) * FIELDS + 1] = end;
    this.#table[(this.count - 1) * FIELDS + 3] = token;
  }

  /** The line in which a byte lies. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.line(middle).start <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

export type XmlRead = { lines: XmlLines; fault: null } | { lines: null; fault: string };

export function xmlLines(bytes: Uint8Array): XmlRead {
  const lines = new XmlLines();
  let depth = 0;
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < bytes.length) {
    if (bytes[at] !== LESS) {
      const found = bytes.indexOf(LESS, at);
      const stop = found < 0 ? bytes.length : found;
      const [start, end] = trimmed(bytes, at, stop);
      at = stop;
      if (start === end) continue;
      const last = lines.count > 0 ? lines.line(lines.count - 1) : null;
      const beside = last?.token === TOKEN.open && last.end === start && !hasFeed(bytes, start, end);
      if (beside) lines.extend(end, TOKEN.open);
      else lines.add(start, end, depth, TOKEN.text);
      continue;
    }
    const { end, token } = tagAt(bytes, at);
    if (end < 0) return { lines: null, fault: `a tag at byte ${at} is not closed` };
    if (token === TOKEN.close) {
      depth -= 1;
      if (depth < 0) return { lines: null, fault: `at byte ${at} a tag is closed that was not opened` };
      const last = lines.line(lines.count - 1);
      if (last.token === TOKEN.open && last.end === at) lines.extend(end, TOKEN.alone);
      else lines.add(at, end, depth, token);
    } else {
      lines.add(at, end, depth, token);
      if (token === TOKEN.open) depth += 1;
    }
    at = end;
  }
  if (lines.count === 0) return { lines: null, fault: 'there is no tag' };
  return depth === 0 ? { lines, fault: null } : { lines: null, fault: 'it ends before its tags are closed' };
}

function tagAt(bytes: Uint8Array, at: number): { end: number; token: Token } {
  const next = bytes[at + 1];
  if (next === 0x21 || next === 0x3f) return { end: specialEnd(bytes, at), token: TOKEN.other };
  let quote = 0;
  for (let place = at + 1; place < bytes.length; place += 1) {
    const byte = bytes[place] as number;
    if (quote !== 0) quote = byte === quote ? 0 : quote;
    else if (byte === 0x22 || byte === 0x27) quote = byte;
    else if (byte === 0x3e) {
      const token = next === 0x2f ? TOKEN.close : bytes[place - 1] === 0x2f ? TOKEN.alone : TOKEN.open;
      return { end: place + 1, token };
    }
  }
  return { end: -1, token: TOKEN.other };
}

/** The end of a comment, a section of characters, an instruction or a document type. */
function specialEnd(bytes: Uint8Array, at: number): number {
  if (holds(bytes, at, '<!--')) return after(bytes, at + 4, '-->');
  if (holds(bytes, at, '<![CDATA[')) return after(bytes, at + 9, ']]>');
  if (holds(bytes, at, '<?')) return after(bytes, at + 2, '?>');
  let open = 0;
  for (let place = at; place < bytes.length; place += 1) {
    const byte = bytes[place];
    if (byte === 0x5b) open += 1;
    else if (byte === 0x5d) open -= 1;
    else if (byte === 0x3e && open <= 0) return place + 1;
  }
  return -1;
}

function holds(bytes: Uint8Array, at: number, text: string): boolean {
  for (let place = 0; place < text.length; place += 1) {
    if (bytes[at + place] !== text.charCodeAt(place)) return false;
  }
  return true;
}

function after(bytes: Uint8Array, from: number, text: string): number {
  const last = text.charCodeAt(text.length - 1);
  for (let at = bytes.indexOf(last, from); at >= 0; at = bytes.indexOf(last, at + 1)) {
    const start = at - text.length + 1;
    if (start >= from && holds(bytes, start, text)) return at + 1;
  }
  return -1;
}

function trimmed(bytes: Uint8Array, from: number, until: number): [number, number] {
  const blank = (byte: number | undefined): boolean =>
    byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
  let [start, end] = [from, until];
  while (start < end && blank(bytes[start])) start += 1;
  while (end > start && blank(bytes[end - 1])) end -= 1;
  return [start, end];
}

function hasFeed(bytes: Uint8Array, from: number, until: number): boolean {
  const feed = bytes.indexOf(0x0a, from);
  return feed >= 0 && feed < until;
}
