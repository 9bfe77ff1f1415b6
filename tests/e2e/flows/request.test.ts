import { expect, test } from '../harness/bench';
import { post, raw } from '../harness/wire';

test('headers are shown in the order, case and number they came in', async ({ bench }) => {
  const head =
    'POST /exact?q=1 HTTP/1.1\r\nHost: hooks\r\nx-LOWER-Upper: one\r\nX-Twice: a\r\nContent-Length: 2\r\nX-Twice: b\r\n\r\n{}';
  await raw(bench.listener, head);
  await bench.open('/exact?q=1');
  await bench.at('tab-headers').click();
  await expect
    .poll(async () =>
      (await bench.at('header-line').locator('dt').allInnerTexts()).map((name) => name.trim()),
    )
    .toEqual(['Host', 'x-LOWER-Upper', 'X-Twice', 'Content-Length', 'X-Twice']);
  await bench.at('header-search').fill('lower');
  await expect.poll(() => bench.at('header-line').count()).toBe(1);
  await bench.at('tab-raw').click();
  await bench.shows('raw-text', 'x-LOWER-Upper: one');
  await bench.page.keyboard.press('2');
  await bench.at('panel-headers').waitFor();
});

test('a body can be read as JSON, tree, text and bytes', async ({ bench }) => {
  await post(`${bench.listener}/json`, '{"order":{"id":12345678901234567890,"total":1.10},"lines":[1,2,3]}');
  await bench.open('/json');
  await bench.shows('body-pretty', '12345678901234567890');
  await bench.shows('body-pretty', '1.10');
  await bench.at('payload-view-tree').click();
  await bench.shows('body-tree', 'order');
  await bench.at('payload-view-text').click();
  await bench.shows('body-text', '{"order":{"id":12345678901234567890,"total":1.10},"lines":[1,2,3]}');
  await bench.at('payload-view-hex').click();
  await bench.shows('body-hex', '7b 22 6f 72 64 65 72 22');
});

test('keys that come twice are both shown and marked', async ({ bench }) => {
  await post(`${bench.listener}/twice`, '{"amount":1,"amount":2,"__proto__":{"polluted":true}}');
  await bench.open('/twice');
  await bench.shows('body-pretty', '__proto__');
  expect(await bench.at('body-pretty').getByText('"amount"').count()).toBe(2);
  expect(await bench.at('body-pretty').getByText('double').count(), 'both are marked').toBe(2);
  expect(await bench.page.evaluate(() => 'polluted' in {}), 'no prototype is touched').toBe(false);
});

test('what says it is JSON and is not is shown as text, with the place', async ({ bench }) => {
  await post(`${bench.listener}/broken`, '{"a": 1,}');
  await bench.open('/broken');
  await bench.shows('payload-fault', 'at byte 8');
  await bench.shows('body-text', '{"a": 1,}');
});

test('bytes that are no text are shown as bytes', async ({ bench }) => {
  const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0xff, 0xfe]);
  await post(`${bench.listener}/bytes`, bytes, { 'Content-Type': 'application/octet-stream' });
  await bench.open('/bytes');
  await bench.shows('body-hex', '89 50 4e 47 0d 0a 1a 0a');
});

test('a request without a body says so', async ({ bench }) => {
  await post(`${bench.listener}/nothing`, '', {}, 'GET');
  await bench.open('/nothing');
  await bench.shows('payload-empty', 'no body');
});

test('a large body opens at once and only what is seen is drawn', async ({ bench }) => {
  const items = Array.from({ length: 60_000 }, (_, at) => ({ id: at, name: `item ${at}` }));
  await post(`${bench.listener}/large`, JSON.stringify(items));
  await bench.open('/large');
  await bench.shows('payload-body', 'item 0');
  expect(await bench.page.locator('*').count(), 'the page stays small').toBeLessThan(3000);
});

test('the cURL line is safe to paste and masks what is secret unless asked', async ({ bench }) => {
  await post(`${bench.listener}/quote`, `{"it's":"$(touch x) \`id\` \\"}`, {
    "X-O'Clock": `'; exit 3; '`,
    'X-Token': 'abc123',
  });
  await bench.open('/quote');
  await bench.page.keyboard.press('c');
  await bench.shows('share-text', 'curl');
  await bench.shows('share-secrets', 'Masked: X-Token');
  await bench.page.keyboard.press('Enter');
  await bench.shows('note', 'copied');
  const line = await bench.page.evaluate(() => navigator.clipboard.readText());
  expect(line, 'quotes are closed and opened around each quote').toContain(`'\\''; exit 3; '\\''`);
  expect(line, 'the token is not given away').not.toContain('abc123');

  await bench.page.keyboard.press('c');
  await bench.at('share-format').selectOption('python');
  await bench.shows('share-text', 'requests.request(');
  await bench.at('share-masked').uncheck();
  await bench.shows('share-text', 'abc123');
  await bench.at('share-url').fill('http://localhost:9/x');
  await bench.shows('share-text', 'http://localhost:9/x');
  await bench.at('share-copy').click();
  const program = await bench.page.evaluate(() => navigator.clipboard.readText());
  expect(program, 'it was asked for').toContain(`'abc123'`);
});
