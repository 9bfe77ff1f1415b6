/** A copy of a request that is being edited. The captured request is never touched; the draft is kept beside it. */
import type { EditedBody } from '../bindings/EditedBody';
import type { PreviewView } from '../bindings/PreviewView';
import type { RequestDetail } from '../bindings/RequestDetail';
import type { WrittenView } from '../bindings/WrittenView';
import { base64, unbase64 } from '../lib/bytes';
import { fromText, type HeaderPair, nameProblem, toText } from '../lib/headers';
import { hexText, readHex } from '../lib/hex';
import { isUtf8, utf8Text } from '../lib/utf8';

export type BodyChoice = 'text' | 'captured' | 'hex' | 'file';

/** The longest body whose bytes are written as hex. */
export const LARGEST_HEX = 256 * 1024;

export class Draft {
  readonly request: string;
  readonly capturedText: string;
  readonly capturedLength: number;
  /** The captured bytes are no text, or too many to be edited. */
  readonly binary: boolean;
  /** The captured bytes as hex, where they can be edited so. */
  readonly capturedHex: string | null;
  method = $state('');
  url = $state('');
  headers = $state.raw<readonly HeaderPair[]>([]);
  /** The text form of the headers while it is being edited; null while the table is. */
  headerText = $state<string | null>(null);
  #choice = $state<BodyChoice>('text');
  /** What was chosen before a file, whose body is kept until the file is there. */
  #before = $state<BodyChoice>('text');
  /** What the text was when the hex was left for it: as long as it is that, the hex is what it was too. */
  #textBesideHex: string | null = null;
  text = $state('');
  hex = $state('');
  file = $state.raw<{ name: string; bytes: Uint8Array<ArrayBuffer> } | null>(null);
  /** What is done about the signature: see `Replay.signature`. */
  signature = $state('kept');
  /** The secret for `given`; kept nowhere. */
  secret = $state('');
  newId = $state(false);
  /** What would go, once it was asked for. */
  preview = $state.raw<PreviewView | null>(null);
  readonly #original: WrittenView;

  constructor(
    detail: RequestDetail,
    captured: Uint8Array | null,
    text: string | null,
    target: string,
    signature = 'kept',
  ) {
    this.request = detail.row.id;
    this.binary = text === null;
    this.capturedText = text ?? '';
    this.capturedHex =
      captured !== null && text === null && captured.length <= LARGEST_HEX ? hexText(captured) : null;
    this.capturedLength = detail.row.bodyLength;
    this.#original = {
      method: detail.row.method,
      url: joinTarget(target, detail.row.target),
      headers: detail.headers.map(({ name, value }) => [name, value]),
      body: 'captured',
      signature,
      newId: false,
    };
    this.take(this.#original);
  }

  get choice(): BodyChoice {
    return this.#choice;
  }

  /** What is written goes along from text to hex and back, where it can be written so. */
  set choice(choice: BodyChoice) {
    const { kept } = this;
    if (choice === 'hex' && kept === 'text' && this.text !== this.#textBesideHex) {
      this.hex = hexText(encode(this.text));
    }
    if (choice === 'text' && kept === 'hex') {
      const { bytes } = readHex(this.hex);
      if (bytes !== null && isUtf8(bytes)) this.text = utf8Text(bytes);
      this.#textBesideHex = this.text;
    }
    if (choice === 'file' && this.#choice !== 'file') this.#before = this.#choice;
    this.#choice = choice;
  }

  /** The choice whose body is kept: while no file is picked, what was written before it was asked for. */
  get kept(): BodyChoice {
    return this.#choice === 'file' && this.file === null ? this.#before : this.#choice;
  }

  /** What is wrong with it, or null. */
  get problem(): string | null {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(this.method)) return 'the method is not a token';
    if (!isHttpUrl(this.url)) return 'the URL must begin with http:// or https:// and name a host';
    const { unreadable } = this;
    if (unreadable !== null) return unreadable;
    for (const [place, [name]] of (this.#parsed().headers ?? []).entries()) {
      const problem = nameProblem(name);
      if (problem !== null) return `header ${place + 1} ${problem}`;
    }
    if (this.choice === 'file' && this.file === null) return 'body: no file is chosen';
    if (this.signature === 'given' && this.secret === '') return 'the secret to sign with is empty';
    return null;
  }

  /** Why some of what is typed cannot be read, and would be left out of what is kept; else null. */
  get unreadable(): string | null {
    const { problem } = this.#parsed();
    if (problem !== null) return `headers: ${problem}`;
    const hex = this.kept === 'hex' ? readHex(this.hex).problem : null;
    return hex === null ? null : `body: ${hex}`;
  }

  get changed(): boolean {
    return JSON.stringify(this.written()) !== JSON.stringify(this.#original);
  }

  body(): EditedBody {
    const { kept } = this;
    if (kept === 'captured') return 'captured';
    if (kept === 'file' && this.file !== null) return { base64: base64(this.file.bytes) };
    if (kept === 'hex') {
      if (this.hex === this.capturedHex) return 'captured';
      const bytes = readHex(this.hex).bytes ?? new Uint8Array();
      const captured = !this.binary && isUtf8(bytes) && utf8Text(bytes) === this.capturedText;
      return captured ? 'captured' : { base64: base64(bytes) };
    }
    return !this.binary && this.text === this.capturedText ? 'captured' : { text: this.text };
  }

  /** All that is kept of it, where nothing is `unreadable`. A secret that was typed is not. */
  written(): WrittenView {
    return {
      method: this.method,
      url: this.url,
      headers: (this.#parsed().headers ?? [...this.headers]).map(([name, value]) => [name, value]),
      body: this.body(),
      signature: this.signature === 'given' ? 'kept' : this.signature,
      newId: this.newId,
    };
  }

  /** Puts what was written into the editor. */
  take({ method, url, headers, body, signature, newId }: WrittenView): void {
    this.method = method;
    this.url = url;
    this.headers = headers;
    this.headerText = null;
    this.signature = signature;
    this.newId = newId;
    this.file = null;
    this.hex = this.capturedHex ?? '';
    this.text = this.capturedText;
    this.#textBesideHex = this.binary ? this.text : null;
    this.#choice = this.binary ? 'captured' : 'text';
    if (body === 'captured') return;
    if ('text' in body) {
      this.text = body.text;
      this.#choice = 'text';
      return;
    }
    const bytes = unbase64(body.base64);
    if (bytes.length <= LARGEST_HEX) {
      this.hex = hexText(bytes);
      this.#choice = 'hex';
    } else {
      this.file = { name: 'the kept bytes', bytes };
      this.#choice = 'file';
    }
  }

  reset(): void {
    this.take(this.#original);
  }

  editAsText(): void {
    this.headerText = toText(this.headers);
  }

  /** Goes back to the table; stays with the text where it cannot be understood. */
  editAsTable(): boolean {
    const parsed = this.#parsed();
    if (parsed.headers === null) return false;
    this.headers = parsed.headers;
    this.headerText = null;
    return true;
  }

  setHeader(place: number, pair: HeaderPair): void {
    this.headers = this.headers.map((held, at) => (at === place ? pair : held));
  }

  addHeader(): void {
    this.headers = [...this.headers, ['', '']];
  }

  removeHeader(place: number): void {
    this.headers = this.headers.filter((_, at) => at !== place);
  }

  #parsed(): ReturnType<typeof fromText> {
    if (this.headerText !== null) return fromText(this.headerText);
    return { headers: [...this.headers], problem: null };
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function isHttpUrl(text: string): boolean {
  return /^https?:\/\/[^/]/i.test(text) && URL.canParse(text);
}

/** A target without a path keeps the path of the request, as a resend does. */
export function joinTarget(target: string, path: string): string {
  if (!isHttpUrl(target)) return target;
  const url = new URL(target);
  const bare = url.pathname === '/' && url.search === '' && url.hash === '';
  return bare && path.startsWith('/') ? url.origin + path : target;
}
