import { scanJson } from './scan';

/** JSON set in lines or in one, token by token: digits, escapes, the order of keys and repeated keys stay as written. */

const TOKEN = /\s+|"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/gy;

/** Null where the text is no JSON. `indent` is what a level is set in by; none puts all on one line. */
export function reformat(text: string, indent: string | null): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const tokens = [...text.matchAll(TOKEN)].map(([token]) => token).filter((token) => token.trim() !== '');
  if (indent === null) return tokens.join('');
  const parts: string[] = [];
  let depth = 0;
  const line = (): void => void parts.push('\n', indent.repeat(depth));
  for (const [at, token] of tokens.entries()) {
    const before = tokens[at - 1];
    if (token === '}' || token === ']') {
      depth -= 1;
      if (before !== '{' && before !== '[') line();
    } else if (before === '{' || before === '[') line();
    parts.push(token);
    if (token === '{' || token === '[') depth += 1;
    else if (token === ',') line();
    else if (token === ':') parts.push(' ');
  }
  return parts.join('');
}

/** Where a text stops being JSON, in words; null where it is JSON. */
export function jsonFault(text: string): string | null {
  // What an engine says differs from one to the next; the scanner knows the place.
  const bytes = new TextEncoder().encode(text);
  const { fault } = scanJson(bytes);
  if (fault === null) return null;
  const before = new TextDecoder().decode(bytes.subarray(0, fault.offset));
  return `line ${before.split('\n').length}, column ${before.length - before.lastIndexOf('\n')}: ${fault.message}`;
}
