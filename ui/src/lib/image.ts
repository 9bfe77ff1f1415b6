/** Pictures, known by their first bytes alone: what a sender says of them is not believed. SVG is text and never drawn. */
import { base64 } from './bytes';

/** A larger picture is not drawn. */
export const LARGEST_IMAGE = 8 * 1024 * 1024;

const SIGNS: readonly (readonly [type: string, at: number, sign: string])[] = [
  ['image/png', 0, '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/gif', 0, 'GIF8'],
  ['image/webp', 8, 'WEBP'],
  ['image/avif', 4, 'ftypavif'],
  ['image/bmp', 0, 'BM'],
];

export function imageType(first: Uint8Array): string | null {
  const found = SIGNS.find(([, at, sign]) =>
    [...sign].every((letter, place) => first[at + place] === letter.charCodeAt(0)),
  );
  return found !== undefined && (found[0] !== 'image/bmp' || first[6] === 0) ? found[0] : null;
}

export function imageUrl(type: string, bytes: Uint8Array): string {
  return `data:${type};base64,${base64(bytes)}`;
}
