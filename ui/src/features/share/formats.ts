/** What a request can be copied as, in the order in which it is offered. */
export const FORMATS = [
  { word: 'curl', title: 'cURL', hint: 'for sh, bash, zsh' },
  { word: 'powershell', title: 'PowerShell', hint: '5.1 and later' },
  { word: 'cmd', title: 'cURL for cmd', hint: 'for the Windows prompt' },
  { word: 'http', title: 'HTTP', hint: 'head and body as they go' },
  { word: 'fetch', title: 'JavaScript', hint: 'fetch, as in Node and Deno' },
  { word: 'python', title: 'Python', hint: 'requests' },
  { word: 'rust', title: 'Rust', hint: 'reqwest' },
  { word: 'go', title: 'Go', hint: 'net/http' },
] as const;

export type FormatWord = (typeof FORMATS)[number]['word'];

/** The format of a word that was kept; cURL where it means nothing. */
export function formatOf(word: string | null): FormatWord {
  return FORMATS.find((format) => format.word === word)?.word ?? 'curl';
}
