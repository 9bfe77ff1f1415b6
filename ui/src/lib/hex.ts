/** Bytes as hex that a person edits, sixteen a line, and back. */

export function hexText(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    lines.push(
      Array.from(bytes.subarray(at, at + 16), (byte) => byte.toString(16).padStart(2, '0')).join(' '),
    );
  }
  return lines.join('\n');
}

export type ReadHex = { bytes: Uint8Array<ArrayBuffer>; problem: null } | { bytes: null; problem: string };

/** Blanks and line breaks stand anywhere but inside a byte. */
export function readHex(text: string): ReadHex {
  const bytes: number[] = [];
  for (const [number, line] of text.split('\n').entries()) {
    for (const word of line.trim().split(/\s+/)) {
      if (word === '') continue;
      const wrong = !/^[0-9a-f]+$/i.test(word) ? 'is not hex' : word.length % 2 ? 'has half a byte' : null;
      if (wrong !== null)
        return { bytes: null, problem: `line ${number + 1}: \`${word.slice(0, 12)}\` ${wrong}` };
      for (let at = 0; at < word.length; at += 2) bytes.push(Number.parseInt(word.slice(at, at + 2), 16));
    }
  }
  return { bytes: Uint8Array.from(bytes), problem: null };
}
