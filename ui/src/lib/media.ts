/** A `Content-Type` taken apart: the type in lower case and its parameters, quotes taken away. */
export interface MediaType {
  type: string;
  parameters: ReadonlyMap<string, string>;
}

const PARAMETER = /;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/g;

export function mediaType(value: string | null): MediaType {
  const text = value ?? '';
  const end = text.indexOf(';');
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, bare = ''] of text.matchAll(PARAMETER)) {
    const held = quoted === undefined ? bare.trim() : quoted.replace(/\\(.)/g, '$1');
    if (!parameters.has(name.toLowerCase())) parameters.set(name.toLowerCase(), held);
  }
  return { type: (end < 0 ? text : text.slice(0, end)).trim().toLowerCase(), parameters };
}
