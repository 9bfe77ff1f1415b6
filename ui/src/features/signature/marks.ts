/** Signed content and signature headers, taken apart into marked stretches of bytes. */
import type { PartView } from '../../bindings/PartView';
import type { Piece } from '../../lib/escape';
import { bytePieces } from '../../lib/utf8';

export type Mark = 'plain' | 'time' | 'content' | 'signature' | 'id' | 'left-out';

export interface Stretch {
  mark: Mark;
  /** What it is, for hover and screen readers. */
  name: string;
  pieces: readonly Piece[];
}

const MARKS: Record<string, Mark> = {
  timestamp: 'time',
  body: 'content',
  json: 'content',
  form: 'content',
  digest: 'content',
  signature: 'signature',
  secret: 'signature',
  id: 'id',
  method: 'id',
  url: 'id',
  header: 'id',
  query: 'id',
  claim: 'id',
};

/** What lies between the parts is shown unmarked. */
export function stretches(bytes: Uint8Array, parts: readonly PartView[]): Stretch[] {
  const found: Stretch[] = [];
  let at = 0;
  const add = (until: number, mark: Mark, name: string): void => {
    const to = Math.min(until, bytes.length);
    if (to > at) found.push({ mark, name, pieces: bytePieces(bytes.subarray(at, to)) });
    at = Math.max(at, to);
  };
  for (const part of [...parts].sort((one, other) => one.start - other.start)) {
    add(part.start, 'plain', '');
    add(part.end, MARKS[part.kind] ?? 'plain', part.label ?? part.kind);
  }
  add(bytes.length, 'plain', '');
  return found;
}

export function textStretches(text: string, parts: readonly PartView[]): Stretch[] {
  return stretches(new TextEncoder().encode(text), parts);
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** Two texts as what they have in common at their beginning and what differs. */
export function splitAt(text: string, at: number | null): [same: string, other: string] {
  return at === null ? [text, ''] : [text.slice(0, at), text.slice(at)];
}

/** `2 s`, `3 minutes`, `2 days`; for ages and tolerances, where fractions do not matter. */
export function span(seconds: number): string {
  const whole = Math.abs(seconds);
  const units: [number, string][] = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
  ];
  for (const [size, name] of units) {
    if (whole >= 2 * size || (whole >= size && whole % size === 0)) {
      const value = Math.floor(whole / size);
      return `${value} ${name}${value === 1 ? '' : 's'}`;
    }
  }
  return `${whole < 10 ? Number(whole.toFixed(1)) : Math.round(whole)} s`;
}
