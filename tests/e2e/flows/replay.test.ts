import { type Bench, expect, test } from '../harness/bench';
import { post, target } from '../harness/wire';

/** Puts a text into the editor in the place of what is there, as a person does. */
async function write(bench: Bench, text: string): Promise<void> {
  await bench.at('replay-body').click();
  await bench.page.keyboard.press('Control+a');
  await bench.page.keyboard.insertText(text);
}

test('an edited copy is sent and the original stays as it was', async ({ bench }) => {
  const dev = await target({ status: 202, type: 'text/plain', body: 'edited is fine' });
  const original = '{"amount": 100}';
  await post(`${bench.listener}/pay`, original);
  await bench.open('/pay');
  const id = (await bench.at('request-row').getAttribute('data-id')) ?? '';
  const before = await bench.program.run('show', id, '--raw');
  await bench.page.keyboard.press('e');
  await bench.at('replay').waitFor();
  await bench.at('replay-method').fill('PUT');
  await bench.at('replay-url').fill(`${dev.url}/pay?edited=1`);
  await write(bench, '{"amount": 999}');
  await bench.at('replay-tab-headers').click();
  await bench.at('replay-header-add').click();
  await bench.at('replay-header-name').last().fill('X-Edited');
  await bench.at('replay-header-value').last().fill('yes');
  await bench.at('replay-send').click();
  await bench.shows('answer-status', '202');
  await bench.shows('answer-body', 'edited is fine');
  const [came] = dev.came;
  expect([came?.method, came?.url, came?.body.toString()]).toEqual([
    'PUT',
    '/pay?edited=1',
    '{"amount": 999}',
  ]);
  expect(came?.rawHeaders).toEqual(expect.arrayContaining(['X-Edited', 'yes']));
  await bench.at('replay-close').click();
  await bench.shows('payload-body', '100');
  await bench.shows('delivery-row', 'edited');
  expect(await bench.program.run('show', id, '--raw'), 'every captured byte is as it was').toBe(before);
  await dev.close();
});

test('a draft outlives the window', async ({ bench }) => {
  await post(`${bench.listener}/draft`, '{"kept": false}');
  await bench.open('/draft');
  await bench.page.keyboard.press('e');
  await write(bench, '{"kept": true}');
  await bench.at('replay-close').click();
  await bench.page.reload();
  await bench.open('/draft');
  await bench.page.keyboard.press('e');
  await bench.shows('replay-body', '{"kept": true}');
  await bench.at('replay-reset').click();
  await bench.shows('replay-body', '{"kept": false}');
});

test('what cannot be sent says why before it is sent', async ({ bench }) => {
  await post(`${bench.listener}/x`, '{}');
  await bench.open('/x');
  await bench.page.keyboard.press('e');
  await bench.at('replay-url').fill('nowhere');
  await bench.shows('replay-becomes', 'http://');
  expect(await bench.at('replay-send').isDisabled()).toBe(true);
  await bench.at('replay-url').fill('http://127.0.0.1:1/');
  await bench.at('replay-method').fill('PO ST');
  await bench.shows('replay-becomes', 'method');
});

test('bytes that are no text are sent as they came', async ({ bench }) => {
  const dev = await target();
  const bytes = Buffer.from([0, 1, 2, 0xff, 0xfe, 0x0d, 0x0a]);
  await post(`${bench.listener}/bytes`, bytes, { 'Content-Type': 'application/octet-stream' });
  await bench.open('/bytes');
  await bench.page.keyboard.press('e');
  await bench.at('replay-choice').waitFor();
  await bench.at('replay-url').fill(`${dev.url}/bytes`);
  await bench.at('replay-send').click();
  await bench.shows('answer-status', '200');
  expect(dev.came[0]?.body.equals(bytes)).toBe(true);
  await dev.close();
});

test('a captured credential stays here until the target lets it go', async ({ bench }) => {
  const dev = await target();
  await post(`${bench.listener}/hook`, '{}', { authorization: 'Bearer captured', cookie: 'a=1' });
  await bench.open('/hook');
  const id = (await bench.at('request-row').getAttribute('data-id')) ?? '';
  // What was agreed to counts as being outside, wherever it leads now.
  await bench.program.run('resend', id, '--to', dev.url, '--allow', new URL(dev.url).host);
  await bench.shows('answer-withheld', /authorization and cookie stayed here/i);
  await bench.page.keyboard.press('e');
  await bench.at('replay-url').fill(`${dev.url}/hook`);
  await bench.at('replay-tab-headers').click();
  await bench.shows('replay-withheld', /authorization and cookie will not go/i);
  await bench.at('replay-send').click();
  await expect.poll(() => dev.came.length).toBe(2);
  expect(dev.came.at(-1)?.rawHeaders.join('\n')).not.toContain('Bearer captured');
  await bench.at('replay-credentials').click();
  await bench.at('target-credentials').click();
  await bench.at('target-save').click();
  await bench.shows('replay-sent-on', /authorization and cookie will go/i);
  await bench.at('replay-send').click();
  await expect.poll(() => dev.came.length).toBe(3);
  expect(dev.came.at(-1)?.rawHeaders, 'its switch is on').toEqual(
    expect.arrayContaining(['Bearer captured', 'a=1']),
  );
  await dev.close();
});
