// @vitest-environment node
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BrowserHost } from './browser';
import type { FeedMessage } from './host';
import { Lines } from './lines';
import { takeToken } from './token';

type Answer = (request: IncomingMessage, body: string, response: ServerResponse) => void;
const servers: Server[] = [];

async function serve(answer: Answer): Promise<string> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => answer(request, Buffer.concat(parts).toString(), response));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

function until(messages: FeedMessage[], enough: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = setInterval(() => {
      if (!enough()) return;
      clearInterval(look);
      resolve();
    }, 5);
    void messages;
  });
}

describe('what is asked while the page is left', () => {
  it('outlasts the page, where the browser lets as much do so', async () => {
    const page = new EventTarget();
    const kept: (boolean | undefined)[] = [];
    const fetching = vi.spyOn(globalThis, 'fetch').mockImplementation((_url, init) => {
      kept.push(init?.keepalive);
      return Promise.resolve(new Response('[]'));
    });
    const host = new BrowserHost({ base: 'http://127.0.0.1:1', token: 'secret', page });
    const ask = (name: string): Promise<unknown> => host.call('remove_template', { name });
    await ask('before');
    page.dispatchEvent(new Event('pagehide'));
    await ask('leaving');
    await ask('x'.repeat(70_000));
    await ask('\u6f22'.repeat(30_000));
    await ask('\u6f22'.repeat(15_000));
    page.dispatchEvent(new Event('pageshow'));
    await ask('back again');
    fetching.mockRestore();
    expect(kept).toEqual([
      false,
      true,
      false,
      // 90 kB in 30,000 letters.
      false,
      true,
      false,
    ]);
  });
});

describe('commands', () => {
  it('go as JSON with the token and give the JSON that comes back', async () => {
    let seen: unknown;
    const base = await serve((request, body, response) => {
      seen = [request.method, request.url, request.headers.authorization, JSON.parse(body)];
      response.end('{"rows":[],"more":false}');
    });
    const host = new BrowserHost({ base, token: 'secret' });
    const page = await host.call('list_requests', {
      before: null,
      after: 4,
      skip: 0,
      limit: 9,
      filter: 'is:starred',
    });
    expect(page).toEqual({ rows: [], more: false });
    expect(seen).toEqual([
      'POST',
      '/api/call/list_requests',
      'Bearer secret',
      { before: null, after: 4, skip: 0, limit: 9, filter: 'is:starred' },
    ]);
  });

  it('throw the error of the engine as it is', async () => {
    const error = { code: 'bad_filter', message: 'no field is called `foo`', hint: 'Fields are …' };
    const base = await serve((_, __, response) => {
      response.statusCode = 422;
      response.end(JSON.stringify(error));
    });
    await expect(new BrowserHost({ base, token: '' }).call('status', {})).rejects.toEqual(error);
  });

  it('say so where an error has no form', async () => {
    const base = await serve((_, __, response) => {
      response.statusCode = 401;
      response.end('<html>');
    });
    const failed = new BrowserHost({ base, token: '' }).call('status', {});
    await expect(failed).rejects.toMatchObject({ code: 'failed', message: 'Hookbench answered `401`' });
  });

  it('say so where nobody answers', async () => {
    const base = await serve(() => undefined);
    servers.splice(0).forEach((server) => server.close());
    const failed = new BrowserHost({ base, token: '' }).call('status', {});
    await expect(failed).rejects.toMatchObject({ message: 'Hookbench does not answer' });
  });
});

describe('bytes', () => {
  it('come as they are', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    let asked: unknown;
    const base = await serve((_, body, response) => {
      asked = JSON.parse(body);
      response.end(bytes);
    });
    const range = { source: 'request_body', id: 'a', offset: 3, length: 256 } as const;
    expect(await new BrowserHost({ base, token: '' }).readBytes(range)).toEqual(bytes);
    expect(asked).toEqual(range);
  });
});

describe('the feed', () => {
  const event = {
    number: 1,
    arrived: 2,
    requests: [],
    endpoints: false,
    status: false,
    refetch: false,
    wishes: [],
  };

  it('gives events from lines, whatever pieces they come in, and skips blank ones', async () => {
    const base = await serve((_, __, response) => {
      const text = `\n${JSON.stringify(event)}\n`;
      response.write(text.slice(0, 9));
      setTimeout(() => response.write(text.slice(9)), 20);
    });
    const heard: FeedMessage[] = [];
    const stop = new BrowserHost({ base, token: '' }).subscribe((message) => heard.push(message));
    await until(heard, () => heard.length >= 2);
    stop();
    expect(heard).toEqual([
      { kind: 'connected', again: false },
      { kind: 'event', event },
    ]);
  });

  it('connects again after it was cut, and says that it is again', async () => {
    let times = 0;
    const base = await serve((_, __, response) => {
      times += 1;
      response.write('\n');
      if (times === 1) setTimeout(() => response.destroy(), 10);
    });
    const heard: FeedMessage[] = [];
    const stop = new BrowserHost({ base, token: '', retry: 5 }).subscribe((message) => heard.push(message));
    await until(heard, () => heard.some((message) => message.kind === 'connected' && message.again));
    stop();
    expect(heard.map((message) => message.kind)).toEqual(['connected', 'lost', 'connected']);
  });

  it('is silent once it was ended', async () => {
    let close: (() => void) | undefined;
    const base = await serve((_, __, response) => {
      response.write('\n');
      close = () => response.destroy();
    });
    const heard: FeedMessage[] = [];
    const stop = new BrowserHost({ base, token: '', retry: 5 }).subscribe((message) => heard.push(message));
    await until(heard, () => heard.length === 1);
    stop();
    close?.();
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(heard).toHaveLength(1);
  });
});

describe('lines', () => {
  it('put a letter together that was cut into two pieces', () => {
    const bytes = new TextEncoder().encode('grüße\nrest');
    const lines = new Lines();
    expect([...lines.push(bytes.subarray(0, 3)), ...lines.push(bytes.subarray(3))]).toEqual(['grüße']);
  });
});

describe('the token', () => {
  it('is taken from the fragment, kept for the tab and taken out of the address', () => {
    const kept = new Map<string, string>();
    let address = '';
    const page = (hash: string) =>
      ({
        location: { hash, pathname: '/', search: '?a=1' },
        history: { replaceState: (_: unknown, __: string, url: string) => (address = url) },
        sessionStorage: {
          getItem: (key: string) => kept.get(key) ?? null,
          setItem: (key: string, value: string) => kept.set(key, value),
        },
      }) as unknown as Window;
    expect(takeToken(page('#token=ab%2Bc'))).toBe('ab+c');
    expect(address).toBe('/?a=1');
    expect(takeToken(page(''))).toBe('ab+c');
  });
});
