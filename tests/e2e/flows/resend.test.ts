import { createServer } from 'node:net';
import { type Bench, expect, test } from '../harness/bench';
import { freePort, post, raw, target } from '../harness/wire';

async function resendTo(bench: Bench, url: string): Promise<void> {
  await bench.page.keyboard.press('Shift+R');
  await bench.at('resend-url').fill(url);
  await bench.at('resend-send').click();
}

test('a request is sent again byte for byte and the answer stands beside it', async ({ bench }) => {
  const dev = await target({ status: 201, type: 'application/json', body: '{"made":true}' });
  const body = '{"n":1.0,  "é":"\\u00e9"}\n';
  const head = `POST /orders?x=%2F HTTP/1.1\r\nHost: provider.example\r\nx-CaSe: a\r\nX-Twice: 1\r\nX-Twice: 2\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  await raw(bench.listener, head + body);
  await bench.open('/orders');
  await bench.page.keyboard.press('r');
  await bench.at('resend-url').fill(dev.url);
  await bench.at('resend-send').click();
  await bench.shows('answer-status', '201');
  await bench.shows('answer-body', '"made"');
  await bench.at('answer-tab-headers').click();
  await bench.shows('answer-headers', 'X-Handled-By');
  await bench.at('answer-tab-timings').click();
  await bench.at('timings').waitFor();
  const [came] = dev.came;
  expect([came?.method, came?.url], 'the same request line').toEqual(['POST', '/orders?x=%2F']);
  expect(came?.body.toString(), 'the same bytes').toBe(body);
  expect(came?.rawHeaders, 'headers in their order and case').toEqual(
    expect.arrayContaining(['x-CaSe', 'a', 'X-Twice', '1', 'X-Twice', '2']),
  );
  await bench.page.keyboard.press('r');
  await expect.poll(() => bench.at('delivery-row').count()).toBe(2);
  expect(dev.came, 'the target is remembered').toHaveLength(2);
  await dev.close();
});

test('a target that refuses is said to refuse', async ({ bench }) => {
  await post(`${bench.listener}/x`, '{}');
  await bench.open('/x');
  await resendTo(bench, `http://127.0.0.1:${await freePort()}`);
  await bench.shows('answer-status', 'refused');
  await bench.shows('answer-problem', '127.0.0.1');
});

test('a target whose name does not resolve is said not to', async ({ bench }) => {
  await post(`${bench.listener}/x`, '{}');
  await bench.open('/x');
  await resendTo(bench, 'http://devbox.invalid');
  await bench.shows('answer-status', 'no such host');
  await bench.shows('answer-problem', 'devbox.invalid');
});

test('a target that does not speak HTTP is said not to', async ({ bench }) => {
  const port = await freePort();
  const ssh = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')).listen(port, '127.0.0.1');
  await post(`${bench.listener}/x`, '{}');
  await bench.open('/x');
  await resendTo(bench, `http://127.0.0.1:${port}`);
  await bench.shows('answer-status', 'not HTTP');
  await bench.at('answer-problem').waitFor();
  ssh.close();
});

test('what is no URL is not sent', async ({ bench }) => {
  await post(`${bench.listener}/x`, '{}');
  await bench.open('/x');
  await resendTo(bench, 'localhost:3000');
  await bench.shows('resend-problem', 'localhost:3000');
  expect(await bench.at('delivery-row').count()).toBe(0);
});

test('a target that is added is offered and used', async ({ bench }) => {
  const dev = await target();
  await bench.at('target-add').click();
  await bench.at('target-name').fill('dev');
  await bench.at('target-url').fill(dev.url);
  await bench.at('target-save').click();
  await bench.shows('target', 'dev');
  await post(`${bench.listener}/x`, '{}');
  await bench.open('/x');
  await bench.page.keyboard.press('r');
  await bench.shows('answer-status', '200');
  expect(dev.came.map((request) => request.url)).toEqual(['/x']);
  await bench.at('tab-deliveries').click();
  await bench.shows('delivery-row', dev.url);
  await dev.close();
});

test('what the terminal sends again is shown too', async ({ bench }) => {
  const dev = await target();
  await post(`${bench.listener}/x`, '{}');
  await bench.open('/x');
  const id = await bench.at('request-row').getAttribute('data-id');
  await bench.program.run('resend', id ?? '', '--to', dev.url);
  await bench.shows('answer-status', '200');
  await dev.close();
});
