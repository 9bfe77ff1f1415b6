/**
 * The one door to the engine. The window and a browser reach it by different transports; nothing beyond this folder
 * knows which one it is. What is absent on purpose: no caching, no retries of commands, no knowledge of the screen.
 */
import type { ApiError } from '../bindings/ApiError';
import type { ByteRange } from '../bindings/ByteRange';
import type { Commands } from '../bindings/Commands';
import type { FeedEvent } from '../bindings/FeedEvent';

export type CommandName = keyof Commands;
export type Args<K extends CommandName> = Commands[K]['args'];
export type Result<K extends CommandName> = Commands[K]['result'];

/** What the feed tells: an event of the engine, or that the connection to it was lost or came back. */
export type FeedMessage =
  | { kind: 'event'; event: FeedEvent }
  | { kind: 'connected'; again: boolean }
  | { kind: 'lost'; reason: string };

export interface Host {
  /** Where the page runs: in the window of the program or in a browser. */
  readonly place: 'window' | 'browser';
  /** Runs a command; throws an `ApiError`. */
  call<K extends CommandName>(name: K, args: Args<K>): Promise<Result<K>>;
  /** Reads bytes of a head or body. Fewer than asked for means that there are no more. */
  readBytes(range: ByteRange): Promise<Uint8Array>;
  /** Listens to what changes; the answer ends it. */
  subscribe(onMessage: (message: FeedMessage) => void): () => void;
}

/** Makes an `ApiError` of whatever was thrown. */
export function asApiError(thrown: unknown): ApiError {
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'code' in thrown) {
    const { code, message } = thrown as { code: unknown; message: unknown };
    const hint = 'hint' in thrown && typeof thrown.hint === 'string' ? thrown.hint : null;
    return { code: code as ApiError['code'], message: String(message), hint };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'failed', message, hint: null };
}
