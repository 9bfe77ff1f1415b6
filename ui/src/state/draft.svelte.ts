/** A copy of a request that is being edited. The captured request is never touched; the draft is kept until it is left. */
import type { EditedBody } from '../bindings/EditedBody';
import type { RequestDetail } from '../bindings/RequestDetail';
import { fromText, type HeaderPair, nameProblem, toText } from '../lib/headers';
import { forget, recall, remember } from '../lib/remember';

export type BodyChoice = 'text' | 'captured';

interface Kept {
  method: string;
  url: string;
  headers: HeaderPair[];
  choice: BodyChoice;
  text: string;
}

export class Draft {
  readonly request: string;
  method = $state('');
  url = $state('');
  headers = $state.raw<readonly HeaderPair[]>([]);
  /** The text form of the headers while it is being edited; null while the table is. */
  headerText = $state<string | null>(null);
  choice = $state<BodyChoice>('text');
  text = $state('');
  readonly binary: boolean;
  readonly capturedText: string;
  readonly capturedLength: number;
  readonly #original: Kept;

  constructor(detail: RequestDetail, capturedText: string | null, target: string) {
    this.request = detail.row.id;
    this.binary = capturedText === null;
    this.capturedText = capturedText ?? '';
    this.capturedLength = detail.row.bodyLength;
    this.#original = {
      method: detail.row.method,
      url: joinTarget(target, detail.row.target),
      headers: detail.headers.map(({ name, value }) => [name, value]),
      choice: capturedText === null ? 'captured' : 'text',
      text: this.capturedText,
    };
    this.#take(recall(`draft.${this.request}`, this.#original, isKept));
  }

  /** What is wrong with it, or null. */
  get problem(): string | null {
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(this.method)) return 'the method is not a token';
    if (!isHttpUrl(this.url)) return 'the URL must begin with http:// or https:// and name a host';
    const parsed = this.#parsed();
    if (parsed.headers === null) return `headers: ${parsed.problem}`;
    for (const [place, [name]] of parsed.headers.entries()) {
      const problem = nameProblem(name);
      if (problem !== null) return `header ${place + 1} ${problem}`;
    }
    return null;
  }

  get changed(): boolean {
    return JSON.stringify(this.#kept()) !== JSON.stringify(this.#original);
  }

  /** What will be sent as `Host` and `Content-Length`, whatever the lines above say. */
  get willBecome(): { host: string; length: number } {
    const length =
      this.choice === 'captured' ? this.capturedLength : new TextEncoder().encode(this.text).length;
    return { host: isHttpUrl(this.url) ? new URL(this.url).host : '', length };
  }

  body(): EditedBody {
    if (this.choice === 'captured' || (!this.binary && this.text === this.capturedText)) return 'captured';
    return { text: this.text };
  }

  /** The headers to send; the two that the sending sets itself are left out. */
  sentHeaders(): [string, string][] {
    const pairs = this.#parsed().headers ?? [];
    return pairs
      .filter(([name]) => !/^(host|content-length)$/i.test(name))
      .map(([name, value]) => [name, value]);
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

  keep(): void {
    if (this.changed) remember(`draft.${this.request}`, this.#kept());
    else forget(`draft.${this.request}`);
  }

  reset(): void {
    this.#take(this.#original);
    forget(`draft.${this.request}`);
  }

  #parsed(): ReturnType<typeof fromText> {
    if (this.headerText !== null) return fromText(this.headerText);
    return { headers: [...this.headers], problem: null };
  }

  #kept(): Kept {
    const { method, url, choice, text } = this;
    return { method, url, headers: this.#parsed().headers ?? [...this.headers], choice, text };
  }

  #take({ method, url, headers, choice, text }: Kept): void {
    this.method = method;
    this.url = url;
    this.headers = headers;
    this.headerText = null;
    this.choice = this.binary && choice === 'text' && text === '' ? 'captured' : choice;
    this.text = text;
  }
}

function isKept(value: unknown): value is Kept {
  const kept = value as Partial<Kept> | null;
  return (
    typeof kept === 'object' &&
    kept !== null &&
    typeof kept.method === 'string' &&
    typeof kept.url === 'string' &&
    typeof kept.text === 'string' &&
    (kept.choice === 'text' || kept.choice === 'captured') &&
    Array.isArray(kept.headers) &&
    kept.headers.every((pair) => Array.isArray(pair) && pair.length === 2)
  );
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
