import { expect, test } from '../harness/bench';
import { githubHeaders, post } from '../harness/wire';

test('a filter narrows the list and is cleared again', async ({ bench }) => {
  await post(`${bench.listener}/github`, '{}', githubHeaders('x', '{}'));
  await post(`${bench.listener}/orders`, '{}');
  await expect.poll(() => bench.at('request-row').count()).toBe(2);
  await bench.page.keyboard.press('/');
  // All at once: what is half typed when one pauses is asked too, and is a wrong filter.
  await bench.page.keyboard.insertText('event:push');
  await expect.poll(() => bench.at('request-row').allInnerTexts()).toHaveLength(1);
  await bench.shows('request-row', 'push');
  await bench.at('filter').fill('event:nothing-like-this');
  await bench.shows('list-nothing', 'Nothing matches');
  await bench.at('show-all').click();
  await expect.poll(() => bench.at('request-row').count()).toBe(2);
});

test('a wrong filter says what is wrong and leaves the list as it was', async ({ bench }) => {
  await post(`${bench.listener}/orders`, '{}');
  await bench.shows('request-row', '/orders');
  await bench.at('filter').fill('evnt:push');
  await bench.shows('filter-error', 'evnt');
  expect(await bench.at('request-row').count(), 'the list shows what it showed').toBe(1);
  bench.forgive(/422/);
  await bench.at('filter').fill('');
  await bench.gone('filter-error');
});

test('what is typed into the filter does nothing else', async ({ bench }) => {
  await post(`${bench.listener}/orders`, '{}');
  await bench.open('/orders');
  await bench.at('filter').click();
  await bench.page.keyboard.type('rejs?');
  expect(await bench.at('filter').inputValue()).toBe('rejs?');
  for (const id of ['resend-popover', 'replay', 'keys-sheet']) {
    expect(await bench.at(id).count(), `${id} is not opened`).toBe(0);
  }
});
