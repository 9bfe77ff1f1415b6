/** What a scheme chooses from, in words; the words on the left are those of the file. */

export type Choice = readonly [word: string, title: string];

export interface Family {
  title: string;
  choices: readonly Choice[];
}

export const ALGORITHMS: readonly Family[] = [
  {
    title: 'HMAC with a shared secret',
    choices: [
      ['hmac-sha256', 'HMAC-SHA256'],
      ['hmac-sha1', 'HMAC-SHA1'],
      ['hmac-sha512', 'HMAC-SHA512'],
      ['hmac-sha384', 'HMAC-SHA384'],
      ['hmac-md5', 'HMAC-MD5'],
    ],
  },
  {
    title: 'Plain digest, with {secret} in what is signed',
    choices: [
      ['sha256', 'SHA-256'],
      ['sha1', 'SHA-1'],
      ['sha512', 'SHA-512'],
      ['sha384', 'SHA-384'],
      ['md5', 'MD5'],
    ],
  },
  {
    title: 'The secret itself is sent',
    choices: [
      ['token', 'Fixed token'],
      ['basic', 'HTTP Basic, user:password'],
    ],
  },
  {
    title: 'Public key of the sender',
    choices: [
      ['ed25519', 'Ed25519'],
      ['ecdsa-p256-sha256', 'ECDSA P-256, SHA-256 (DER)'],
      ['ecdsa-p256-sha256-fixed', 'ECDSA P-256, SHA-256 (64 bytes)'],
      ['rsa-sha256', 'RSA, SHA-256'],
      ['rsa-pss-sha256', 'RSA-PSS, SHA-256'],
      ['rsa-sha512', 'RSA, SHA-512'],
      ['rsa-sha1', 'RSA, SHA-1'],
      ['jwt', 'JSON web token'],
    ],
  },
  { title: 'Nothing', choices: [['none', 'It does not sign']] },
];

export const ENCODINGS: readonly Choice[] = [
  ['hex', 'Hex, lower case'],
  ['hex-upper', 'Hex, upper case'],
  ['hex-any', 'Hex, any case'],
  ['base64', 'Base64'],
  ['base64url', 'Base64url, no padding'],
  ['plain', 'The bytes themselves'],
];

export const DECODINGS: readonly Choice[] = [
  ['text', 'its text, as pasted'],
  ['hex', 'hex, decoded'],
  ['base64', 'base64, decoded'],
];

export const HASHES: readonly Choice[] = [
  ['sha256', 'SHA-256'],
  ['sha1', 'SHA-1'],
  ['sha512', 'SHA-512'],
  ['sha384', 'SHA-384'],
  ['md5', 'MD5'],
];

export const UNITS: readonly Choice[] = [
  ['seconds', 'seconds since 1970'],
  ['milliseconds', 'milliseconds since 1970'],
  ['rfc3339', 'date and time, RFC 3339'],
];

export const SEPARATORS: readonly Choice[] = [
  ['', 'no list'],
  [',', 'a list, parted by commas'],
  [';', 'a list, parted by semicolons'],
  [' ', 'a list, parted by spaces'],
  ['&', 'a list, parted by &'],
];

export const ASSIGNS: readonly Choice[] = [
  ['=', 'key=value'],
  [',', 'key,value'],
  [':', 'key:value'],
  ['|', 'key|value'],
  ['', 'values without keys'],
];

/** What can be put into signed content; `name` where one has to be written behind it. */
export const PIECES: readonly { text: string; title: string; name: boolean }[] = [
  { text: '{body}', title: 'Body', name: false },
  { text: '{timestamp}', title: 'Time', name: false },
  { text: '{id}', title: 'Id', name: false },
  { text: '{method}', title: 'Method', name: false },
  { text: '{url}', title: 'URL', name: false },
  { text: '{path}', title: 'Path', name: false },
  { text: '{query}', title: 'Query', name: false },
  { text: '{host}', title: 'Host', name: false },
  { text: '{secret}', title: 'Secret', name: false },
  { text: '{form-sorted}', title: 'Sorted form', name: false },
  { text: '{header:}', title: 'Header…', name: true },
  { text: '{json:}', title: 'JSON field…', name: true },
  { text: '{query:}', title: 'Parameter…', name: true },
  { text: '{form:}', title: 'Form field…', name: true },
];

export type PlaceKind = 'header' | 'query' | 'json' | 'form' | 'item' | 'claim' | 'written';

export const PLACE_KINDS: Record<PlaceKind, string> = {
  header: 'Header',
  query: 'Query parameter',
  json: 'JSON field',
  form: 'Form field',
  item: 'Item of the list',
  claim: 'Claim of the token',
  written: 'As written',
};

/** What the algorithm asks for: the other fields have no meaning with it. */
export function asks(algorithm: string): {
  signature: boolean;
  encoding: boolean;
  secret: boolean;
  content: boolean;
  jwt: boolean;
  key: boolean;
} {
  const token = algorithm === 'token' || algorithm === 'basic';
  const jwt = algorithm === 'jwt';
  const none = algorithm === 'none';
  const key = /^(ed25519|ecdsa|rsa)/.test(algorithm) || jwt;
  return {
    signature: !none,
    encoding: !none && !token && !jwt,
    secret: !none && !key,
    content: !none && !token && !jwt,
    jwt,
    key,
  };
}

/** A place as its kind and the name behind it; several, and what has no kind here, are left as they are written. */
export function partsOf(
  place: string,
  kinds: readonly PlaceKind[],
): { kind: PlaceKind | null; name: string } {
  if (place === '') return { kind: null, name: '' };
  const at = place.indexOf(':');
  const kind = kinds.find((known) => known === place.slice(0, at));
  if (kind === undefined || kind === 'written' || place.includes(','))
    return { kind: 'written', name: place };
  return { kind, name: place.slice(at + 1) };
}

export function placeFrom(kind: PlaceKind, name: string): string {
  if (kind === 'written') return name;
  return name === '' ? '' : `${kind}:${name}`;
}

/** The names that a request offers for a kind of place. */
export function namesFor(kind: PlaceKind, places: readonly string[]): string[] {
  return places.filter((place) => place.startsWith(`${kind}:`)).map((place) => place.slice(kind.length + 1));
}
