import { type Bench, expect, test } from '../harness/bench';
import { post, target } from '../harness/wire';

const FIRST = '{"id":"evt_1NkQabcdef","amount":12345678901234567890,"lines":[{"id":1,"n":1},{"id":2,"n":1}]}';
const SECOND = '{"id":"evt_2NkQabcdef","amount":12345678901234567891,"lines":[{"id":2,"n":2}],"new":true}';

async function two(bench: Bench, first = FIRST, second = SECOND): Promise<void> {
  await post(`${bench.listener}/pay?a=1`, first, { 'Content-Type': 'application/json', 'X-One': '1' });
  await post(`${bench.listener}/pay?a=2`, second, { 'Content-Type': 'application/json', 'x-one': '1' });
  await expect.poll(() => bench.at('request-row').count()).toBe(2);
}

const texts = async (bench: Bench, id: string): Promise<string[]> =>
  (await bench.at(id).allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());

test('two rows that are picked out are compared by their structure', async ({ bench }) => {
  await two(bench);
  await bench
    .at('request-row')
    .nth(0)
    .click({ modifiers: ['Control'] });
  await bench
    .at('request-row')
    .nth(1)
    .click({ modifiers: ['Control'] });
  await bench.page.keyboard.press('d');
  await bench.shows('compare-said', 'The bodies differ');
  const changes = await texts(bench, 'compare-change');
  expect(changes[0]).toMatch(/\/id changed "evt_1NkQabcdef" ?→ ?"evt_2NkQabcdef"/);
  expect(changes[1], 'no digit is lost').toMatch(/12345678901234567890 ?→ ?12345678901234567891/);
  expect(changes[2]).toContain('/lines/0 removed');
  expect(changes[3], 'an element is known by its id').toContain('/lines/1/n → /lines/0/n changed');
  expect(changes[4]).toContain('/new added true');
  await bench.page.keyboard.press(']');
  await bench.shows('compare-place', '1 of 5');
  await bench.at('compare-tab-head').click();
  const pairs = await texts(bench, 'compare-pair');
  expect(pairs.find((pair) => pair.includes('x-one'))).toMatch(/was X-One/);
  await bench.page.keyboard.press('Escape');
  await bench.gone('compare-page');
  expect(await bench.at('request-row').count()).toBe(2);
});

test('what is ignored does not count, and is remembered', async ({ bench }) => {
  await two(bench, '{"id":"evt_1NkQabcdef"}', '{"id":"evt_2NkQabcdef"}');
  await bench.open('/pay');
  await bench.page.keyboard.press('d');
  await bench.at('compare-offer').first().click();
  await bench.shows('compare-change', '/id');
  await bench.at('compare-ignore').click();
  await bench.at('ignore-ids').click();
  await bench.shows('compare-change', 'ignored');
  await bench.at('ignore-names').fill('a');
  await bench.at('ignore-apply').click();
  await bench.shows('compare-ignore', 'Ignoring 2');
  await bench.shows('compare-said', 'Nothing differs that counts');
});

test('long texts are read by what differs, side by side and unified', async ({ bench }) => {
  const lines = Array.from({ length: 5000 }, (_, at) => `line ${at}`);
  const other = lines.with(2500, 'another line 2500');
  for (const body of [lines, other]) {
    await post(`${bench.listener}/text`, body.join('\n'), { 'Content-Type': 'text/plain' });
  }
  await expect.poll(() => bench.at('request-row').count()).toBe(2);
  await bench.open('/text');
  await bench.page.keyboard.press('Control+k');
  await bench.page.keyboard.type('before it of its kind');
  await bench.page.keyboard.press('Enter');
  await bench.shows('compare-lines', 'another line 2500');
  expect(await bench.at('compare-fold').count(), 'what is the same is folded').toBe(2);
  expect(await bench.at('compare-lines').innerText()).toContain('2,497 lines the same');
  await bench.page.keyboard.press('v');
  await expect.poll(() => bench.at('compare-layout-unified').getAttribute('aria-selected')).toBe('true');
  await bench.page.keyboard.press('o');
  await bench.shows('compare-lines', 'line 1');
  await bench.page.keyboard.press(']');
  await bench.shows('compare-lines', 'another line 2500');
});

test('an edited copy is compared with its original, and answers with the one before', async ({ bench }) => {
  const good = await target({ status: 200, type: 'application/json', body: '{"ok":true}' });
  const bad = await target({ status: 500, type: 'application/json', body: '{"ok":false}' });
  await post(`${bench.listener}/pay`, '{"amount":1}');
  const [row] = await bench.program.run('list', '--json').then((text) => text.trim().split('\n'));
  const { id } = JSON.parse(row ?? '{}') as { id: string };
  await bench.program.run('resend', id, '--to', good.url);
  await bench.program.run('resend', id, '--to', bad.url);
  await bench.open('/pay');
  await bench.page.keyboard.press('4');
  await bench.at('compare-sent').click();
  await bench.shows('compare-said', 'The bodies are the same');
  await bench.shows('compare-pair', 'changed');
  await bench.page.keyboard.press('Escape');
  await bench.at('compare-answers').click();
  await bench.shows('compare-change', '/ok');
  await bench.at('compare-tab-head').click();
  expect((await texts(bench, 'compare-pair'))[0]).toMatch(/Status 200 500/);
  await good.close();
  await bad.close();
});
