/** What a filter marks in a text that it found: a pure function, so that every place that shows text marks the same. */
import type { FilterMark } from '../bindings/FilterMark';

export type { FilterMark };

export interface Stretch {
  text: string;
  on: boolean;
}

export type Place = FilterMark['place'];

/** The marks that hold in a place; in a header only those for its name. */
export function marksFor(marks: readonly FilterMark[], places: readonly Place[], header = ''): FilterMark[] {
  return marks.filter(
    (mark) => places.includes(mark.place) && (mark.header === null || named(mark.header, header)),
  );
}

/** A text in stretches that are marked and stretches that are not. Nothing is dropped. */
export function marked(text: string, marks: readonly FilterMark[]): Stretch[] {
  const lower = text.toLowerCase();
  // A letter that is longer in lower case would shift what comes after it: then nothing is marked.
  if (marks.length === 0 || text === '' || lower.length !== text.length) return [{ text, on: false }];
  const found = marks.flatMap((mark) => ranges(lower, mark)).sort((one, other) => one[0] - other[0]);
  const stretches: Stretch[] = [];
  let at = 0;
  for (const [start, end] of found) {
    if (end <= at) continue;
    const from = Math.max(start, at);
    if (from > at) stretches.push({ text: text.slice(at, from), on: false });
    const last = stretches.at(-1);
    if (from === at && last?.on === true) last.text += text.slice(from, end);
    else stretches.push({ text: text.slice(from, end), on: true });
    at = end;
  }
  if (at < text.length) stretches.push({ text: text.slice(at), on: false });
  return stretches;
}

const IN_WORD = /[\p{L}\p{N}_]/u;
/** More than so many in one text are not marked: nobody looks at each. */
const MOST = 1000;

function ranges(lower: string, mark: FilterMark): [start: number, end: number][] {
  const [first, ...rest] = mark.parts;
  const found: [number, number][] = [];
  if (first === undefined || first === '') return found;
  let at = lower.indexOf(first);
  while (at >= 0 && found.length < MOST) {
    if (mark.anywhere || beginsWord(lower, at)) {
      const whole = follow(lower, [at, at + first.length], rest);
      if (whole !== null) found.push(...whole);
    }
    at = lower.indexOf(first, at + first.length);
  }
  return found;
}

/** The first part and the others after it, each at its next place; null where one is not there. */
function follow(lower: string, first: [number, number], rest: readonly string[]): [number, number][] | null {
  const whole: [number, number][] = [first];
  let end = first[1];
  for (const part of rest) {
    const at = lower.indexOf(part, end);
    if (at < 0) return null;
    end = at + part.length;
    whole.push([at, end]);
  }
  return whole;
}

function beginsWord(text: string, at: number): boolean {
  return at === 0 || !IN_WORD.test(text[at] ?? '') || !IN_WORD.test(text[at - 1] ?? '');
}

/** Whether a pattern with stars names a header. */
function named(pattern: string, name: string): boolean {
  const escaped = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`, 'i').test(name);
}
