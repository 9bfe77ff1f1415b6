import { Channel, invoke } from '@tauri-apps/api/core';
import type { ByteRange } from '../bindings/ByteRange';
import type { FeedEvent } from '../bindings/FeedEvent';
import { type Args, asApiError, type CommandName, type FeedMessage, type Host, type Result } from './host';

/** The transport of the window: three Tauri commands carry everything. */
export class TauriHost implements Host {
  readonly place = 'window';

  async call<K extends CommandName>(name: K, args: Args<K>): Promise<Result<K>> {
    try {
      return await invoke<Result<K>>('call', { name, args });
    } catch (thrown) {
      throw asApiError(thrown);
    }
  }

  async readBytes(range: ByteRange): Promise<Uint8Array> {
    try {
      return new Uint8Array(await invoke<ArrayBuffer>('read_bytes', { range }));
    } catch (thrown) {
      throw asApiError(thrown);
    }
  }

  subscribe(onMessage: (message: FeedMessage) => void): () => void {
    let ended = false;
    const channel = new Channel<FeedEvent>();
    channel.onmessage = (event) => {
      if (!ended) onMessage({ kind: 'event', event });
    };
    invoke('subscribe', { channel }).then(
      () => {
        if (!ended) onMessage({ kind: 'connected', again: false });
      },
      (thrown: unknown) => {
        if (!ended) onMessage({ kind: 'lost', reason: asApiError(thrown).message });
      },
    );
    return () => {
      ended = true;
    };
  }
}
