/** Header lines as text a person edits, one `Name: value` a line, and back. */

export type HeaderPair = [name: string, value: string];

export function toText(headers: readonly HeaderPair[]): string {
  return headers.map(([name, value]) => `${name}: ${value}`).join('\n');
}

export type ParsedHeaders = { headers: HeaderPair[]; problem: null } | { headers: null; problem: string };

/** Takes the text apart; order, case and repeats stay as they are written. */
export function fromText(text: string): ParsedHeaders {
  const headers: HeaderPair[] = [];
  for (const [number, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trim();
    const wrong = colon < 0 ? 'has no colon' : nameProblem(name);
    if (wrong !== null) return { headers: null, problem: `line ${number + 1} ${wrong}` };
    headers.push([name, line.slice(colon + 1).trim()]);
  }
  return { headers, problem: null };
}

/** What is wrong with a header's name, or null. */
export function nameProblem(name: string): string | null {
  if (name === '') return 'has no name before the colon';
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)
    ? null
    : 'has a name with characters that no header may have';
}
