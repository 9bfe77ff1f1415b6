import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from '../harness/bench';
import { post } from '../harness/wire';

const CHROME = resolve(import.meta.dirname, '../../fixtures/har/chrome.har');

interface Entry {
  request: { url: string; headers: { name: string; value: string }[]; postData?: { text: string } };
}

async function entries(file: string): Promise<Entry[]> {
  const log = JSON.parse(await readFile(file, 'utf8')) as { log: { entries: Entry[] } };
  return log.log.entries;
}

test('the selection is exported with its secrets masked, and everything when that is asked for', async ({
  bench,
}) => {
  const { page } = bench;
  for (let number = 1; number <= 3; number += 1)
    await post(`${bench.listener}/orders/${number}`, `{"n":${number}}`, { Authorization: 'Bearer 5ec7e7' });
  await expect.poll(() => bench.at('request-row').count()).toBe(3);
  await bench.open('/orders/3');
  await page.keyboard.press('Control+a');
  await bench.at('selection-export').click();
  await bench.shows('export-what', 'The 3 selected requests');
  await bench.at('export-run').click();
  await bench.shows('export-written', '3 requests');
  await bench.shows('export-masked-in', 'masked in all of them');
  const written = await bench.at('export-written').locator('code').innerText();
  const masked = await entries(written);
  expect(masked.map((entry) => new URL(entry.request.url).pathname)).toEqual([
    '/orders/1',
    '/orders/2',
    '/orders/3',
  ]);
  expect(masked[0]?.request.postData?.text).toBe('{"n":1}');
  expect(await readFile(written, 'utf8'), 'no secret is in it').not.toContain('5ec7e7');
  await bench.at('export-copy-path').click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(written);
  await bench.at('export-close').click();
  await bench.gone('export-dialog');

  await page.keyboard.press('Escape');
  await bench.open('/orders/2');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('export as har');
  await page.keyboard.press('Enter');
  await bench.shows('export-what', 'This request');
  await bench.at('export-masked').uncheck();
  await bench.shows('export-unmasked', 'credentials');
  await page.keyboard.press('Enter');
  await bench.shows('export-written', '1 request');
  const shown = await bench.at('export-written').locator('code').innerText();
  expect(await readFile(shown, 'utf8')).toContain('Bearer 5ec7e7');
});

test('what was exported and deleted is imported again, once', async ({ bench }) => {
  const { page } = bench;
  await post(`${bench.listener}/orders`, '{"n":1}');
  await bench.shows('request-row', '/orders');
  const file = join(await mkdtemp(join(tmpdir(), 'hookbench-har-')), 'orders.har');
  await bench.program.run('export', '--all', '--unmasked', '--har', file);
  await bench.program.run('delete', '--all', '--yes');
  await bench.gone('request-row');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('import har');
  await page.keyboard.press('Enter');
  await bench.at('import-har-file').setInputFiles(file);
  await bench.at('import-har-run').click();
  await bench.shows('import-har-result', /1 request imported\s+from Hookbench/);
  await bench.at('import-har-show').click();
  await expect.poll(() => bench.at('filter').inputValue()).toBe('is:imported');
  await expect.poll(() => bench.at('request-row').count()).toBe(1);
  await bench.at('row-imported').waitFor();
  await bench.open('/orders');
  await bench.shows('detail-imported', 'from Hookbench');

  await page.keyboard.press('Control+k');
  await page.keyboard.type('import har');
  await page.keyboard.press('Enter');
  await bench.at('import-har-file').setInputFiles(file);
  await bench.at('import-har-run').click();
  await bench.shows('import-har-known', '1 was in the history already');
  await bench.at('import-har-close').click();
  await expect.poll(() => bench.at('request-row').count()).toBe(1);
});

test('a file of a browser is taken, what is no request in it is named, and what is no file of this kind is said', async ({
  bench,
}) => {
  const { page } = bench;
  const open = async (): Promise<void> => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('import har');
    await page.keyboard.press('Enter');
  };
  await open();
  await bench.at('import-har-file').setInputFiles(CHROME);
  await bench.at('import-har-run').click();
  await bench.shows('import-har-result', '2 requests imported');
  await bench.shows('import-har-result', 'The head of 2 was rebuilt');
  await bench.shows('import-har-skipped', 'chrome-extension');
  await bench.at('import-har-show').click();
  await bench.open('/hooks/github');
  await bench.shows('detail-answer', 'answered 204, as the file tells');
  await bench.at('tab-headers').click();
  await page.getByText('Its head was rebuilt from a HAR file').waitFor();

  const other = join(await mkdtemp(join(tmpdir(), 'hookbench-har-')), 'other.har');
  await writeFile(other, '{"no":"har"}');
  await open();
  await bench.at('import-har-file').setInputFiles(other);
  await bench.at('import-har-run').click();
  await bench.shows('import-har-broken', 'no HAR file');
});
