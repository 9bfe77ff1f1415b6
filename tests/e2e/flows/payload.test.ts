import { expect, test } from '../harness/bench';
import { post } from '../harness/wire';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

test('a form is read field by field, and JSON inside of it too', async ({ bench }) => {
  const form = 'user=anna+b&payload=%7B%22number%22%3A12345678901234567890%7D';
  await post(`${bench.listener}/form`, form, { 'Content-Type': 'application/x-www-form-urlencoded' });
  await bench.open('/form');
  await bench.shows('payload-field-row', 'anna b');
  await bench.at('payload-field-row').nth(1).click();
  await bench.shows('body-pretty', '12345678901234567890');
  await bench.shows('payload-field-one', 'payload=%7B%22number');
});

test('parts are told apart, and a picture in one is drawn from its own bytes', async ({ bench }) => {
  const head = (name: string, more: string): string =>
    `--b\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
  const body = Buffer.concat([
    Buffer.from(
      `${head('note', '')}hello\r\n${head('photo', '; filename="p.png"\r\nContent-Type: image/png')}`,
    ),
    PNG,
    Buffer.from('\r\n--b--\r\n'),
  ]);
  await post(`${bench.listener}/parts`, body, { 'Content-Type': 'multipart/form-data; boundary=b' });
  await bench.open('/parts');
  await bench.shows('payload-part-row', 'note');
  await bench.at('payload-part-row', 'photo').click();
  await bench.shows('body-image', '1 × 1 pixels');
});

test('an SVG is text and is never drawn', async ({ bench }) => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>document.title="taken"</script><g/></svg>';
  await post(`${bench.listener}/svg`, svg, { 'Content-Type': 'image/svg+xml' });
  await bench.open('/svg');
  await bench.shows('body-xml', '<script>');
  expect(await bench.page.locator('img').count()).toBe(0);
});

test('XML with a document type is shown and not resolved', async ({ bench }) => {
  const bomb =
    '<!DOCTYPE x [<!ENTITY a "&b;&b;&b;"><!ENTITY f SYSTEM "file:///etc/passwd">]><x><y>&a;&f;</y></x>';
  await post(`${bench.listener}/xml`, bomb, { 'Content-Type': 'application/xml' });
  await bench.open('/xml');
  await bench.shows('body-xml', '<y>&a;&f;</y>');
});

test('an event is told apart from its envelope', async ({ bench }) => {
  const event = '{"specversion":"1.0","type":"order.created","source":"/shop","id":"1","data":{"order":77}}';
  await post(`${bench.listener}/event`, event, { 'Content-Type': 'application/cloudevents+json' });
  await bench.open('order.created');
  await bench.shows('body-event', '/shop');
  await bench.shows('body-pretty', '"order": 77');
  await post(`${bench.listener}/binary`, '{"order":78}', {
    'Content-Type': 'application/json',
    'ce-specversion': '1.0',
    'ce-type': 'order.paid',
    'ce-source': '/till',
    'ce-id': '2',
  });
  await bench.at('new-pill').click();
  await bench.open('order.paid');
  await bench.shows('body-event', '/till');
});

test('text is searched by the keys, in each view that knows places', async ({ bench }) => {
  const items = Array.from({ length: 2000 }, (_, at) => ({ id: `item_${at}`, note: 'nothing' }));
  await post(`${bench.listener}/search`, JSON.stringify({ items }));
  await bench.open('/search');
  await bench.at('body-pretty').click();
  await bench.page.keyboard.press('Control+f');
  await bench.at('payload-find').fill('ITEM_1999');
  await bench.shows('payload-found', '1 of 1');
  await bench.shows('json-path', '/items/1999/id');
  await expect
    .poll(() => bench.page.locator('[data-testid="body-pretty"] mark').allInnerTexts())
    .toEqual(['item_1999']);
  await bench.at('payload-view-text').click();
  await bench.page.locator('[data-testid="body-text"] mark').first().waitFor();
  await bench.page.keyboard.press('Escape');
  await bench.at('payload-view-pretty').click();
  await bench.page.getByText('"items"').click();
  await bench.page.getByText('Copy path').click();
  expect(await bench.page.evaluate(() => navigator.clipboard.readText())).toBe('/items');
});

test('what the filter looks for is marked in the list and in the payload', async ({ bench }) => {
  await post(`${bench.listener}/marked`, '{"status":"unpaid","state":"paid","deep":{"id":7}}');
  await bench.at('filter').fill('paid json:/deep/id=7');
  await bench.at('filter').press('Enter');
  await bench.open('/marked');
  const marks = bench.page.locator('[data-testid="body-pretty"] mark');
  await expect.poll(() => marks.allInnerTexts(), { message: 'only where a word begins' }).toEqual(['paid']);
  await expect.poll(() => bench.page.locator('.sought').innerText()).toContain('"id": 7');
});

test('lines of JSON are read one by one, and other charsets as what they say', async ({ bench }) => {
  await post(`${bench.listener}/lines`, '{"a":1}\n{"b":2}\n', { 'Content-Type': 'application/x-ndjson' });
  await bench.open('/lines');
  await bench.at('payload-line-row').nth(1).click();
  await bench.shows('body-pretty', '"b": 2');
  const latin = Buffer.from('café', 'latin1');
  await post(`${bench.listener}/latin`, latin, { 'Content-Type': 'text/plain; charset=iso-8859-1' });
  await bench.at('new-pill').click();
  await bench.open('/latin');
  await bench.shows('body-text', 'café');
});
