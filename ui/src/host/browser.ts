import type { ByteRange } from '../bindings/ByteRange';
import type { FeedEvent } from '../bindings/FeedEvent';
import { type Args, asApiError, type CommandName, type FeedMessage, type Host, type Result } from './host';
import { Lines } from './lines';

/** A browser lets no more than 64 KiB outlast their page; with room for headers. */
const OUTLASTING = 60_000;

export interface BrowserHostOptions {
  /** Where the loopback host is; empty for the page's own origin. */
  base: string;
  token: string;
  /** Milliseconds before the first try to connect again; doubles up to twenty times as much. */
  retry?: number;
  /** The page that asks: it says when it is being left. */
  page?: EventTarget;
}

/** The transport of a browser: the loopback host of `hookbench`, over HTTP with a token. */
export class BrowserHost implements Host {
  readonly place = 'browser';
  readonly #base: string;
  readonly #headers: Record<string, string>;
  readonly #retry: number;
  /** The page is being left: what is asked for now has to outlast it. */
  #leaving = false;

  constructor({ base, token, retry = 250, page }: BrowserHostOptions) {
    this.#base = base;
    this.#headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    this.#retry = retry;
    page?.addEventListener('pagehide', () => (this.#leaving = true));
    page?.addEventListener('pageshow', () => (this.#leaving = false));
  }

  async call<K extends CommandName>(name: K, args: Args<K>): Promise<Result<K>> {
    const response = await this.#post(`/api/call/${name}`, args);
    return (await response.json()) as Result<K>;
  }

  async readBytes(range: ByteRange): Promise<Uint8Array> {
    const response = await this.#post('/api/bytes', range);
    return new Uint8Array(await response.arrayBuffer());
  }

  subscribe(onMessage: (message: FeedMessage) => void): () => void {
    const stop = new AbortController();
    void this.#follow(onMessage, stop.signal);
    return () => {
      stop.abort();
    };
  }

  async #post(path: string, body: unknown): Promise<Response> {
    let response: Response;
    const text = JSON.stringify(body);
    try {
      response = await fetch(this.#base + path, {
        method: 'POST',
        headers: this.#headers,
        body: text,
        // Bytes are counted, not letters, and only where it matters.
        keepalive: this.#leaving && new Blob([text]).size < OUTLASTING,
      });
    } catch {
      throw asApiError({
        code: 'failed',
        message: 'Hookbench does not answer',
        hint: 'Is it still running? Start it again and reload this page.',
      });
    }
    if (response.ok) return response;
    throw await failure(response);
  }

  /** Reads the feed for as long as the subscription lasts, connecting again with growing pauses. */
  async #follow(onMessage: (message: FeedMessage) => void, signal: AbortSignal): Promise<void> {
    let pause = this.#retry;
    let again = false;
    while (!signal.aborted) {
      let reason = 'the feed ended';
      try {
        const response = await fetch(`${this.#base}/api/feed`, { headers: this.#headers, signal });
        if (!response.ok || response.body === null) throw await failure(response);
        onMessage({ kind: 'connected', again });
        again = true;
        pause = this.#retry;
        await this.#read(response.body, onMessage);
      } catch (thrown) {
        reason = asApiError(thrown).message;
      }
      if (signal.aborted) return;
      onMessage({ kind: 'lost', reason });
      await sleep(pause, signal);
      pause = Math.min(pause * 2, this.#retry * 20);
    }
  }

  async #read(body: ReadableStream<Uint8Array>, onMessage: (message: FeedMessage) => void): Promise<void> {
    const reader = body.getReader();
    const lines = new Lines();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      for (const line of lines.push(value)) {
        if (line.trim() !== '') onMessage({ kind: 'event', event: JSON.parse(line) as FeedEvent });
      }
    }
  }
}

async function failure(response: Response): Promise<unknown> {
  try {
    return asApiError(await response.json());
  } catch {
    return asApiError({
      code: 'failed',
      message: `Hookbench answered \`${response.status}\``,
      hint: response.status === 401 ? 'Open the address with its token again, as it was printed.' : null,
    });
  }
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
