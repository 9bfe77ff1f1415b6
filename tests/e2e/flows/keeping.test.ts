import { expect, test } from '../harness/bench';
import { post } from '../harness/wire';

test('a filter is saved, used from the sidebar and the palette, renamed and removed', async ({ bench }) => {
  const { page } = bench;
  await post(`${bench.listener}/orders`, '{"n":1}');
  await post(`${bench.listener}/invoices`, '{"n":2}');
  await expect.poll(() => bench.at('request-row').count()).toBe(2);
  await bench.at('filter').fill('path:/orders');
  await expect.poll(() => bench.at('request-row').count()).toBe(1);
  await bench.at('filter-save').click();
  await bench.at('save-filter-name').waitFor();
  await expect
    .poll(() => bench.page.evaluate(() => document.getSelection()?.toString()))
    .toBe('path:/orders');
  await bench.page.keyboard.type('Orders');
  await bench.at('save-filter-confirm').click();
  await bench.shows('saved', 'Orders');
  await bench.at('nav-all').click();
  await expect.poll(() => bench.at('request-row').count()).toBe(2);
  await bench.at('saved').click();
  await expect.poll(() => bench.at('request-row').count()).toBe(1);
  expect(await bench.program.run('list', '--saved', 'Orders'), 'the terminal knows it').toContain('/orders');
  await bench.at('saved').hover();
  await bench.at('saved-edit').click();
  await bench.at('saved-name').fill('What was ordered');
  await bench.at('saved-save').click();
  await bench.shows('saved', 'What was ordered');
  await bench.at('nav-all').click();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('ordered');
  await page.keyboard.press('Enter');
  await expect.poll(() => bench.at('filter').inputValue()).toBe('path:/orders');
  await bench.at('saved').hover();
  await bench.at('saved-edit').click();
  await bench.at('saved-remove').click();
  await bench.gone('saved');
});

test('the filters that were used last come into the empty box', async ({ bench }) => {
  await post(`${bench.listener}/orders`, '{}');
  await bench.shows('request-row', '/orders');
  await bench.at('filter').fill('path:/orders');
  await bench.at('filter').press('Enter');
  await bench.at('filter').fill('');
  await bench.shows('filter-suggestion', 'path:/orders');
  await bench.at('filter').press('ArrowDown');
  await bench.at('filter').press('Enter');
  expect(await bench.at('filter').inputValue()).toBe('path:/orders');
});

test('a wrong filter is marked where it is wrong', async ({ bench }) => {
  bench.forgive(/422/);
  await post(`${bench.listener}/orders`, '{}');
  await bench.shows('request-row', '/orders');
  await bench.at('filter').fill('paid evnt:push');
  await bench.shows('filter-error', 'evnt');
  await expect.poll(() => bench.at('filter-wrong').locator('u').innerText()).toBe('evnt');
});

test('a note and tags are written from the keyboard, shown on the row and found', async ({ bench }) => {
  const { page } = bench;
  await post(`${bench.listener}/orders`, '{}');
  await post(`${bench.listener}/other`, '{}');
  await bench.open('/orders');
  await page.keyboard.press('n');
  await page.keyboard.type('sent twice');
  await page.keyboard.press('Control+Enter');
  await bench.shows('request-note', 'sent twice');
  await page.keyboard.press('t');
  await page.keyboard.type('bug');
  await page.keyboard.press('Enter');
  await bench.shows('tag', 'bug');
  await page.keyboard.press('Escape');
  await bench.shows('request-row', 'bug');
  await bench.at('filter').fill('has:note tag:bug');
  await expect.poll(() => bench.at('request-row').count()).toBe(1);
  const shown = await bench.program.run('list', '--json', '--filter', 'has:note');
  expect(JSON.parse(shown)).toMatchObject({ note: 'sent twice', tags: ['bug'] });
  await bench.at('tag-remove').click();
  await bench.gone('tag');
});

test('a tag is written right after a note, without waiting for it', async ({ bench }) => {
  const { page } = bench;
  await post(`${bench.listener}/orders`, '{}');
  await bench.open('/orders');
  await page.keyboard.press('n');
  await page.keyboard.type('sent twice');
  await page.keyboard.press('Control+Enter');
  await page.keyboard.press('t');
  await page.keyboard.type('bug');
  await page.keyboard.press('Enter');
  await bench.shows('tag', 'bug');
  await bench.shows('request-note', 'sent twice');
});

test('how much is kept is chosen, and what was deleted is brought back', async ({ bench }) => {
  // What the limits took while the page asked for it.
  bench.forgive(/404/);
  for (let number = 0; number < 6; number += 1) await post(`${bench.listener}/n/${number}`, '{}');
  await expect.poll(() => bench.at('request-row').count()).toBe(6);
  await bench.program.run('delete', '--filter', 'path:/n/5', '--yes');
  await bench.at('open-settings').click();
  await bench.at('settings-storage').click();
  await bench.shows('storage-used', '5 requests');
  await bench.shows('deleted', 'path:/n/5');
  await bench.at('deleted-undo').click();
  await bench.shows('storage-used', '6 requests');
  await bench.at('keep-requests').fill('none');
  await bench.at('keep-save').click();
  await bench.shows('keep-problem', 'above 0');
  await bench.at('keep-requests').fill('2');
  await bench.at('keep-save').click();
  await bench.shows('storage-used', '2 requests');
  const kept = JSON.parse(await bench.program.run('storage', '--json')) as { keep: { requests: number } };
  expect(kept.keep.requests).toBe(2);
});
