import { expect, type Locator, test } from '../harness/bench';
import { post } from '../harness/wire';

test('everything of a request is done from the keyboard', async ({ bench }) => {
  for (const path of ['/one', '/two', '/three']) await post(bench.listener + path, '{"a":1}');
  await expect.poll(() => bench.at('request-row').count()).toBe(3);
  const keys = bench.page.keyboard;
  await keys.press('j');
  await keys.press('Enter');
  await bench.shows('detail-title', '/three');
  await keys.press('j');
  await bench.shows('detail-title', '/two');
  await keys.press('j');
  await bench.shows('detail-title', '/one');
  await keys.press('k');
  await bench.shows('detail-title', '/two');
  for (const [at, tab] of ['payload', 'headers', 'signature', 'deliveries', 'raw'].entries()) {
    await keys.press(String(at + 1));
    await bench.at(`panel-${tab}`).waitFor();
  }
  await keys.press('e');
  await bench.at('replay').waitFor();
  await keys.press('Escape');
  await bench.gone('replay');
  await keys.press('r');
  await bench.at('resend-popover').waitFor();
  await keys.press('Escape');
  await bench.gone('resend-popover');
  await keys.press('Escape');
  await bench.at('detail-none').waitFor();
});

test('the sheet of keys has every action of the palette that has a key, with its keys', async ({ bench }) => {
  const told = (rows: Locator): Promise<[string, string[]][]> =>
    rows.evaluateAll((elements) =>
      elements.map((row) => [
        row.querySelector('.title, dt')?.textContent ?? '',
        [...row.querySelectorAll('kbd')].map((cap) => cap.textContent),
      ]),
    );
  await bench.page.keyboard.press('Control+k');
  const all = Number(await bench.at('palette-action').first().getAttribute('aria-setsize'));
  await expect
    .poll(() => bench.at('palette-action').count(), { message: 'those out of sight come later' })
    .toBe(all);
  const actions = await told(bench.at('palette-action'));
  await bench.page.keyboard.press('Escape');
  await bench.gone('palette');
  await bench.page.keyboard.press('?');
  const sheet = new Map(await told(bench.at('keys-sheet').locator('dl > div')));
  expect(actions.length, 'all are there, whether they can be done now or not').toBeGreaterThan(60);
  for (const [title, keys] of actions) expect(sheet.get(title) ?? [], title).toEqual(keys);
  await bench.page.keyboard.press('Escape');
  await bench.gone('keys-sheet');
  await bench.page.keyboard.press('Control+k');
  await bench.page.keyboard.type('add a target');
  await bench.page.keyboard.press('Enter');
  await bench.at('target-dialog').waitFor();
});

test('focus comes back to where it was when a dialog closes', async ({ bench }) => {
  await bench.at('endpoint-add').focus();
  await bench.page.keyboard.press('Enter');
  await bench.at('endpoint-dialog').waitFor();
  await bench.page.keyboard.press('Escape');
  await bench.gone('endpoint-dialog');
  const focused = await bench.page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
  expect(focused).toBe('endpoint-add');
});
