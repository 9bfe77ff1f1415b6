import { mockIPC } from '@tauri-apps/api/mocks';
import { afterEach, describe, expect, it } from 'vitest';
import type { FeedMessage } from './host';
import { openHost } from './index';
import { TauriHost } from './tauri';

interface Internals {
  __TAURI_INTERNALS__?: { runCallback: (id: number, message: unknown) => void };
}

afterEach(() => {
  delete (window as Internals).__TAURI_INTERNALS__;
  sessionStorage.clear();
});

describe('in the window', () => {
  it('commands go by name with their arguments', async () => {
    const seen: unknown[] = [];
    mockIPC((command, payload) => {
      seen.push(command, payload);
      return { text: 'rows' };
    });
    expect(await new TauriHost().call('run_report', { id: 'a', form: 'csv' })).toEqual({ text: 'rows' });
    expect(seen).toEqual(['call', { name: 'run_report', args: { id: 'a', form: 'csv' } }]);
  });

  it('errors come as they were thrown', async () => {
    const error = { code: 'not_found', message: 'no request `a`', hint: null };
    mockIPC(() => {
      throw error;
    });
    await expect(new TauriHost().call('request', { id: 'a' })).rejects.toEqual(error);
  });

  it('bytes come as they are', async () => {
    mockIPC((command) => (command === 'read_bytes' ? Uint8Array.of(0, 255, 7).buffer : null));
    const range = { source: 'request_body', id: 'a', offset: 0, length: 3 } as const;
    expect(await new TauriHost().readBytes(range)).toEqual(Uint8Array.of(0, 255, 7));
  });

  it('the feed comes through a channel until it is ended', async () => {
    let channel = 0;
    mockIPC((command, payload) => {
      if (command === 'subscribe') channel = (payload as { channel: { id: number } }).channel.id;
    });
    const heard: FeedMessage[] = [];
    const stop = new TauriHost().subscribe((message) => heard.push(message));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const event = {
      number: 1,
      arrived: 1,
      requests: [],
      endpoints: false,
      status: false,
      refetch: false,
      wishes: [],
    };
    const tell = (index: number) =>
      (window as Internals).__TAURI_INTERNALS__?.runCallback(channel, { index, message: event });
    tell(0);
    stop();
    tell(1);
    expect(heard).toEqual([
      { kind: 'connected', again: false },
      { kind: 'event', event },
    ]);
  });
});

describe('the transport', () => {
  it('is chosen by whether the shell is there', async () => {
    expect((await openHost()).place).toBe('browser');
    mockIPC(() => null);
    expect((await openHost()).place).toBe('window');
  });
});
