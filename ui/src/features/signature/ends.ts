/** Signed content that is long, shown by its beginning and its end: a time or an address may stand behind the body. */
import type { ContentView } from '../../bindings/ContentView';
import { count } from '../../lib/format';
import { fromBase64, stretches, type Stretch } from './marks';

/** Of a part that is cut so much at least is shown, bytes. */
const LEAST = 96;

interface Gap {
  start: number;
  end: number;
}

/** The content in marked stretches, about `limit` bytes of it: what is left out is out of its longest part. */
export function ends(content: ContentView, limit: number): Stretch[] {
  const bytes = fromBase64(content.base64);
  const gap = withWholeCharacters(bytes, content, gapOf(content, limit));
  if (gap === null) return stretches(bytes, content.parts);
  const after = bytes.subarray(bytes.length - (content.length - gap.end));
  const behind = content.parts
    .filter((part) => part.end > gap.end)
    .map((part) => ({ ...part, start: Math.max(0, part.start - gap.end), end: part.end - gap.end }));
  const name = content.parts.find((part) => part.start < gap.end && part.end > gap.start)?.kind ?? '';
  const middle: Stretch = {
    mark: 'left-out',
    name,
    pieces: [{ text: ` … ${count(gap.end - gap.start)} bytes … `, escape: false }],
  };
  return [...stretches(bytes.subarray(0, gap.start), content.parts), middle, ...stretches(after, behind)];
}

function gapOf(content: ContentView, limit: number): Gap | null {
  const known = content.leftOut;
  if (content.length <= limit) return known;
  const longest = [...content.parts].sort(
    (one, other) => other.end - other.start - (one.end - one.start),
  )[0] ?? { start: 0, end: content.length };
  const others = content.length - (longest.end - longest.start);
  // Where the rest is long as well, the whole is cut and not one part.
  const part = others > 4 * limit ? { start: 0, end: content.length } : longest;
  const room = Math.max(LEAST, limit - (content.length - (part.end - part.start)));
  if (part.end - part.start <= room) return known;
  const head = Math.ceil((room * 2) / 3);
  const gap = { start: part.start + head, end: part.end - (room - head) };
  return known === null
    ? gap
    : { start: Math.min(gap.start, known.start), end: Math.max(gap.end, known.end) };
}

/** The same gap, so that no character of more than one byte is cut at its borders. */
function withWholeCharacters(bytes: Uint8Array, content: ContentView, gap: Gap | null): Gap | null {
  if (gap === null) return null;
  const missing = content.length - bytes.length;
  const isInside = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;
  let { start, end } = gap;
  for (let step = 0; step < 3 && start > 0 && isInside(bytes[start]); step += 1) start -= 1;
  for (let step = 0; step < 3 && end < content.length && isInside(bytes[end - missing]); step += 1) end += 1;
  return { start, end };
}
