import { createServer, type Server } from 'node:http';
import { type Bench, expect, test } from '../harness/bench';
import { freePort, post, take, target } from '../harness/wire';

async function forward(bench: Bench, to: string, way = 'at_once'): Promise<void> {
  await bench.program.run('endpoint', 'add', '/in');
  await bench.shows('endpoint', '/in');
  await bench.at('endpoint').hover();
  await bench.at('endpoint-edit').click();
  await bench.at('endpoint-part-forward').click();
  await bench.at('forward-add').click();
  await bench.at('forward-to').fill(to);
  await bench.at('forward-way').selectOption(way);
  await bench.at('forward-save').click();
  await bench.shows('endpoint-part-forward', '1');
  await bench.page.keyboard.press('Escape');
  await bench.gone('endpoint-dialog');
}

/** A server on a port that was free, that keeps the bodies it gets. */
async function startOn(port: number, bodies: string[]): Promise<Server> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      bodies.push(body);
      response.end('thanks');
    });
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  return server;
}

test('each request goes on to the target as it comes, and its row says so', async ({ bench }) => {
  const dev = await target();
  await forward(bench, dev.url);
  expect(await post(`${bench.listener}/in/a?b=1`, '{"n":1}')).toBe(200);
  await bench.at('row-forwarded').waitFor();
  expect(dev.came.map((came) => `${came.method} ${came.url} ${came.body.toString()}`)).toEqual([
    'POST /in/a?b=1 {"n":1}',
  ]);
  await dev.close();
});

test('the sender gets the answer of the target where it goes through', async ({ bench }) => {
  const dev = await target({ status: 201, type: 'text/plain', body: 'made' });
  await forward(bench, dev.url, 'through');
  expect(await take(`${bench.listener}/in`, '{}')).toEqual({ status: 201, text: 'made' });
  await bench.open('/in');
  await bench.shows('detail-answer', /answered 201 in .*s by the target/);
  await dev.close();
});

test('what comes while the target is down waits, is steered by hand and goes when it is back', async ({
  bench,
}) => {
  const port = await freePort();
  await forward(bench, `http://127.0.0.1:${port}`);
  for (const name of ['a', 'b', 'c', 'd']) await post(`${bench.listener}/in`, name);
  await expect.poll(() => bench.at('row-held').count(), { timeout: 20_000 }).toBe(4);
  await bench.shows('target', '4 waiting');
  await bench.at('target').hover();
  await bench.at('target-queue').click();
  await bench.shows('queue-state', '4 requests wait');
  await bench.shows('queue-state', 'Down:');
  await bench.at('queue-pause').click();
  await bench.shows('queue-state', 'Paused');
  await bench.at('held-row').nth(3).getByTestId('held-earlier').click();
  await bench.at('held-row').nth(1).getByTestId('held-drop').click();
  await expect.poll(() => bench.at('held-row').count(), { timeout: 20_000 }).toBe(3);
  const bodies: string[] = [];
  const dev = await startOn(port, bodies);
  await bench.at('queue-pause').click();
  // The queue may have seen the target by itself in between; then there is nothing left to press.
  await bench
    .at('queue-drain')
    .click({ timeout: 2_000 })
    .catch(() => undefined);
  await expect.poll(() => bodies, { timeout: 20_000 }).toEqual(['a', 'd', 'c']);
  await bench.shows('queue-state', 'nothing waits').catch(() => bench.at('queue-empty').waitFor());
  await bench.page.keyboard.press('Escape');
  await expect.poll(() => bench.at('row-forwarded').count(), { timeout: 20_000 }).toBe(3);
  dev.closeAllConnections();
  dev.close();
});
