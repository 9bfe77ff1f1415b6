import { createServer } from 'node:net';
import { expect, test } from '../harness/bench';
import { freePort, post, target } from '../harness/wire';

test('a target keeps its rules, and what goes there follows them', async ({ bench }) => {
  const dev = await target({ status: 200, type: 'text/plain', body: 'ok' });
  await post(`${bench.listener}/stripe/a`, '{}');
  await bench.at('target-add').click();
  await bench.at('target-name').fill('dev');
  await bench.at('target-url').fill(dev.url);
  await bench.at('target-more').click();
  await bench.at('target-path').selectOption('prefix');
  await bench.at('target-from').fill('/stripe');
  await bench.at('target-to').fill('/hooks');
  await bench.at('target-header-add').click();
  await bench.at('target-header-name').fill('X-Env');
  await bench.at('target-header-value').fill('dev');
  await bench.at('target-save').click();
  await bench.shows('target', 'dev');
  await expect
    .poll(() => bench.at('target-dot').getAttribute('aria-label'), { message: 'it is looked at' })
    .toBe('reachable');
  await bench.open('/stripe/a');
  await bench.page.keyboard.press('Shift+R');
  await bench.at('resend-url').fill(dev.url);
  await bench.shows('resend-goes', `${dev.url}/hooks/a`);
  await bench.shows('preview', 'X-Env: dev');
  await bench.at('resend-send').click();
  await bench.shows('answer-status', '200');
  expect(dev.came[0]?.url, 'by the rule').toBe('/hooks/a');
  expect(dev.came[0]?.rawHeaders).toEqual(expect.arrayContaining(['X-Env', 'dev']));
  await dev.close();
});

test('a host outside is asked about by name, and a no sends nothing', async ({ bench }) => {
  bench.forgive(/409/);
  await post(`${bench.listener}/x`, '{}');
  await bench.open('/x');
  await bench.page.keyboard.press('Shift+R');
  // A documentation address: nobody is there, and nothing is sent to it.
  await bench.at('resend-url').fill('http://192.0.2.1:9');
  await bench.at('resend-send').click();
  await bench.shows('confirm-host', '192.0.2.1:9');
  await bench.at('confirm-no').click();
  await bench.gone('confirm-dialog');
  expect(await bench.at('delivery-row').count(), 'nothing was sent').toBe(0);
});

test('what is under way can be cancelled', async ({ bench }) => {
  const port = await freePort();
  const silent = createServer(() => undefined).listen(port, '127.0.0.1');
  await post(`${bench.listener}/x`, '{}');
  await bench.open('/x');
  await bench.page.keyboard.press('Shift+R');
  await bench.at('resend-url').fill(`http://127.0.0.1:${port}`);
  await bench.at('resend-send').click();
  await bench.at('sending-cancel').first().click();
  await bench.shows('answer-status', 'cancelled');
  silent.close();
});

test('several are sent as a sequence, with a report', async ({ bench }) => {
  const dev = await target({ status: 200, type: 'text/plain', body: 'ok' });
  for (const path of ['a', 'b', 'c']) await post(`${bench.listener}/${path}`, '{}');
  await bench.shows('request-row', '/c');
  await bench.page.keyboard.press('Shift+S');
  await bench.at('sequence-url').fill(dev.url);
  await bench.at('sequence-times').fill('2');
  await bench.at('sequence-start').click();
  await bench.shows('run-phase', 'All sent');
  await bench.shows('run-tally', 'Delivered6');
  expect(
    dev.came.map((came) => came.url),
    'in the order in which they came, each twice',
  ).toEqual(['/a', '/a', '/b', '/b', '/c', '/c']);
  const saved = bench.page.waitForEvent('download');
  await bench.at('run-save-csv').click();
  expect((await saved).suggestedFilename()).toMatch(/^hookbench-run-.*\.csv$/);
  await bench.at('run-close').click();
  await bench.page.keyboard.press('Control+k');
  await bench.page.keyboard.type('runs…');
  await bench.page.keyboard.press('Enter');
  await bench.shows('run-row', '6 of 6 delivered');
  await bench.at('run-row').click();
  await bench.shows('run-tally', 'Delivered6');
  const again = bench.page.waitForEvent('download');
  await bench.at('run-save-csv').click();
  expect((await again).suggestedFilename(), 'its report is had again').toMatch(/^hookbench-run-.*\.csv$/);
  await bench.at('run-close').click();
  await bench.shows('run-row', 'each twice');
  await bench.at('run-row').click();
  await expect.poll(() => bench.at('run-step').count()).toBe(6);
  await bench.at('run-step').nth(4).click();
  await bench.gone('runs-dialog');
  await bench.shows('detail-title', '/c');
  await expect
    .poll(() => bench.at('delivery-row').nth(1).getAttribute('aria-current'), {
      message: 'the older of its two, which that step was',
    })
    .toBe('true');
  await dev.close();
});

test('a check of idempotency says what the repetitions got', async ({ bench }) => {
  const dev = await target({ status: 200, type: 'text/plain', body: 'ok' });
  await post(`${bench.listener}/x`, '{}');
  await bench.open('/x');
  await bench.page.keyboard.press('i');
  await bench.at('idempotency-url').fill(dev.url);
  await bench.at('idempotency-start').click();
  await bench.shows('idempotency-table', 'second call');
  await bench.shows('idempotency-verdict', 'Every repetition got the answer of the first call');
  expect(dev.came, 'two in a row, three at once; without an id there is no control').toHaveLength(5);
  await bench.page.keyboard.press('Escape');
  await bench.page.keyboard.press('Control+k');
  await bench.page.keyboard.type('runs…');
  await bench.page.keyboard.press('Enter');
  await bench.shows('run-row', 'taken well');
  await bench.at('run-row').click();
  await bench.shows('idempotency-table', 'second call');
  await bench.at('runs-back').click();
  await bench.shows('run-row', 'Check of idempotency');
  await dev.close();
});
