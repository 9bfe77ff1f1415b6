/** What is around the program: senders, servers that are replayed to, and signatures made here, apart from it. */
import { createHmac } from 'node:crypto';
import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createSocket } from 'node:net';

/** Posts a body and gives the status of the answer. */
export function post(
  url: string,
  body: string | Buffer,
  headers: Record<string, string | string[]> = { 'Content-Type': 'application/json' },
  method = 'POST',
): Promise<number> {
  return new Promise((done, failed) => {
    const sent = httpRequest(url, { method, headers, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => done(answer.statusCode ?? 0));
    });
    sent.on('error', failed);
    sent.end(body);
  });
}

/** Posts a body and gives the answer. */
export async function take(url: string, body: string): Promise<{ status: number; text: string }> {
  const headers = { 'Content-Type': 'application/json', Connection: 'close' };
  const answer = await fetch(url, { method: 'POST', headers, body });
  return { status: answer.status, text: await answer.text() };
}

/** Sends bytes as they are and waits for the answer to begin. */
export function raw(url: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((done, failed) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.once('data', (answer) => {
      socket.destroy();
      done(answer.toString());
    });
    socket.once('error', failed);
  });
}

export function hmac(algorithm: 'sha1' | 'sha256', secret: string, content: string): string {
  return createHmac(algorithm, secret).update(content).digest('hex');
}

/** The headers GitHub sends with a push. */
export function githubHeaders(secret: string, body: string): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'User-Agent': 'GitHub-Hookshot/044aadd',
    'X-GitHub-Event': 'push',
    'X-GitHub-Delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    'X-Hub-Signature-256': `sha256=${hmac('sha256', secret, body)}`,
  };
}

export interface Came {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came. */
  rawHeaders: string[];
  body: Buffer;
}

export interface Target {
  url: string;
  /** What came, in its order. */
  came: Came[];
  close: () => Promise<void>;
}

/** A small dev server that keeps what it gets and answers always the same. */
export async function target(answer = { status: 200, type: 'text/plain', body: 'thanks' }): Promise<Target> {
  const came: Came[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url = '', headers, rawHeaders } = request;
      came.push({ method, url, headers, rawHeaders, body: Buffer.concat(pieces) });
      response.writeHead(answer.status, { 'Content-Type': answer.type, 'X-Handled-By': 'dev' });
      response.end(answer.body);
    });
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    came,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

/** A port on which nobody listens: it was free a moment ago. */
export async function freePort(): Promise<number> {
  const socket = createSocket();
  const port = await listen(socket);
  await new Promise<void>((done) => socket.close(() => done()));
  return port;
}

function listen(server: Server | ReturnType<typeof createSocket>): Promise<number> {
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port));
  });
}
