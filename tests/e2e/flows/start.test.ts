import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '../harness/bench';
import { serve } from '../harness/program';
import { freePort, post } from '../harness/wire';

const run = promisify(execFile);

test('the first start says where to point a provider', async ({ bench }) => {
  await bench.shows('welcome-url', bench.listener);
  await bench.shows('welcome-curl', `${bench.listener}/hello`);
  await bench.shows('list-empty', 'No requests yet');
  await bench.at('welcome-copy-url').click();
  await expect.poll(() => bench.page.evaluate(() => navigator.clipboard.readText())).toBe(bench.listener);
});

test('the curl line works as it is copied', async ({ bench }) => {
  await bench.at('welcome-copy-curl').click();
  await bench.shows('note', 'copied');
  const line = await bench.page.evaluate(() => navigator.clipboard.readText());
  await run('sh', ['-c', line]);
  await bench.shows('request-row', '/hello');
  await bench.open('/hello');
  await bench.shows('payload-body', '"hookbench"');
});

test('a sample of the first start is on the screen, signed and valid', async ({ bench }) => {
  await bench.at('welcome').getByTestId('sample-provider').selectOption('github');
  await bench.at('welcome').getByTestId('sample-send').click();
  await bench.at('request-row').waitFor();
  await bench.at('request-row').locator('[data-verdict="valid"]').waitFor();
  await bench.at('request-row').click();
  await bench.at('tab-signature').click();
  await bench.shows('verdict', 'Valid');
  await bench.shows('endpoint', '/github');
});

test('the samples of the first providers hold', async ({ bench }) => {
  const providers = ['github', 'stripe', 'tracktik', 'trackunit', 'trakrf', 'trutac'];
  for (const [sent, provider] of providers.entries()) {
    await bench.page.keyboard.press('N');
    const dialog = bench.at('sample-dialog');
    await dialog.getByTestId('sample-provider').selectOption(provider);
    await dialog.getByTestId('sample-send').click();
    await bench.gone('sample-dialog');
    await expect.poll(() => bench.at('request-row').count()).toBe(sent + 1);
  }
  for (const verdict of ['invalid', 'malformed', 'missing', 'no secret']) {
    const wrong = bench.at('request-row').locator(`[data-verdict="${verdict}"]`);
    expect(await wrong.count(), `no sample of ours is ${verdict}`).toBe(0);
  }
});

test('the port is changed without a restart', async ({ bench }) => {
  const port = await freePort();
  await bench.at('listener').click();
  await bench.at('port-input').fill(String(port));
  await bench.at('port-save').click();
  await bench.shows('listener-url', `http://127.0.0.1:${port}`);
  expect(await post(`http://127.0.0.1:${port}/there`, '{}'), 'the new port answers').toBe(200);
  await bench.shows('request-row', '/there');
  await expect(post(`${bench.listener}/gone`, '{}'), 'the old port does not').rejects.toThrow('ECONNREFUSED');
});

test('a port that is taken at the start is told, and another one is chosen', async ({ bench }) => {
  bench.forgive(/^(request|went to): http:/);
  const taken = Number(new URL(bench.listener).port);
  const second = await serve(undefined, taken);
  try {
    await bench.page.goto(second.interface);
    await bench.shows('listener-url', second.listener);
    await bench.shows('banner', `Port ${taken} is in use by another program`);
    await bench.shows('banner', second.listener);
    expect(await post(`${second.listener}/here`, '{}'), 'requests are taken there').toBe(200);
    const port = await freePort();
    await bench.at('banner-port').click();
    await bench.at('port-input').fill(String(port));
    await bench.at('port-save').click();
    await bench.shows('listener-url', `http://127.0.0.1:${port}`);
    await bench.gone('banner');
    await bench.page.goto(bench.program.interface);
    await bench.shows('listener-url', bench.listener);
  } finally {
    await second.end();
  }
});

test('what is no port is refused before anything changes', async ({ bench }) => {
  await bench.at('listener').click();
  await bench.at('port-input').fill('70000');
  await bench.at('port-save').click();
  await bench.shows('port-error', '70000');
  await bench.shows('listener-url', bench.listener);
});

test('without the token there is no data', async ({ bench }) => {
  bench.forgive(/403/);
  await post(`${bench.listener}/secret-path`, '{"private":true}');
  await bench.shows('request-row', '/secret-path');
  await bench.page.evaluate(() => {
    sessionStorage.clear();
  });
  await bench.page.goto(new URL(bench.program.interface).origin);
  await bench.shows('banner', /not connected/i);
  const shown = await bench.page.locator('body').innerText();
  expect(shown, 'nothing captured is shown').not.toContain('secret-path');
  expect(await bench.at('request-row').count(), 'no row is there').toBe(0);
  expect(bench.complaints, 'the host refuses').toContainEqual(expect.stringContaining('403'));
});

test('an interface whose program has ended says so', async ({ bench }) => {
  bench.forgive(/Failed to load resource: net::/);
  await bench.program.stop();
  await bench.shows('banner', /not connected/i);
  await bench.shows('listener-url', 'Not connected');
});
