import { type Bench, expect, test } from '../harness/bench';
import { post } from '../harness/wire';

const picked = (bench: Bench): Promise<string[]> =>
  bench.page
    .locator('[data-testid="request-row"][aria-selected="true"]')
    .evaluateAll((rows) => rows.map((row) => /\/\w+/.exec(row.textContent)?.[0] ?? ''));

async function filled(bench: Bench, count: number): Promise<void> {
  for (let at = 1; at <= count; at += 1) await post(`${bench.listener}/n${at}`, `{"n":${at}}`);
  await expect.poll(() => bench.at('request-row').count()).toBe(count);
}

test('rows are picked out with the mouse and with the keys alone', async ({ bench }) => {
  await filled(bench, 6);
  const row = (name: string) => bench.at('request-row', new RegExp(`${name}(?!\\d)`));
  await row('/n5').click();
  await row('/n2').click({ modifiers: ['Shift'] });
  await expect.poll(() => picked(bench)).toEqual(['/n5', '/n4', '/n3', '/n2']);
  await row('/n3').click({ modifiers: ['Control'] });
  await expect.poll(() => picked(bench)).toEqual(['/n5', '/n4', '/n2']);
  await bench.shows('selection-count', '3 selected');
  await bench.shows('detail-title', '/n5');
  await bench.page.keyboard.press('Escape');
  await bench.gone('selection-bar');
  await bench.page.keyboard.press('Home');
  await bench.page.keyboard.press('Shift+ArrowDown');
  await expect.poll(() => picked(bench)).toEqual(['/n6', '/n5']);
  await bench.page.keyboard.press('Control+a');
  await bench.shows('selection-count', '6 selected');
});

test('what is picked out is starred, copied and deleted together, and brought back', async ({ bench }) => {
  await filled(bench, 4);
  await bench.page.keyboard.press('j');
  await bench.page.keyboard.press('Shift+ArrowDown');
  await bench.page.keyboard.press('s');
  await bench.shows('nav-starred', '2');
  await bench.at('selection-ids').click();
  await bench.shows('note', 'copied');
  const ids = await bench.page.evaluate(() => navigator.clipboard.readText());
  expect(ids.split('\n'), 'one id a line').toHaveLength(2);
  await bench.at('selection-delete').click();
  await expect.poll(() => bench.at('request-row').count()).toBe(2);
  await bench.shows('note', '2 requests deleted');
  await bench.page.keyboard.press('Control+z');
  await expect.poll(() => bench.at('request-row').count()).toBe(4);
});

test('the list is grouped, sorted and shown with other columns, which stay', async ({ bench }) => {
  await post(`${bench.listener}/a`, '{"long":"enough to be the largest"}');
  await post(`${bench.listener}/b`, '{}');
  await post(`${bench.listener}/c`, '{"middle":1}');
  await expect.poll(() => bench.at('request-row').count()).toBe(3);
  const order = (): Promise<string[]> =>
    bench.at('request-row').evaluateAll((rows) => rows.map((row) => /\/\w/.exec(row.textContent)?.[0] ?? ''));
  await bench.at('sort-size').click();
  await expect.poll(order).toEqual(['/a', '/c', '/b']);
  await bench.at('sort-time').click();
  await expect.poll(order).toEqual(['/c', '/b', '/a']);
  await bench.at('list-view').click();
  await bench.at('list-group').selectOption('endpoint');
  await bench.shows('request-group', 'No endpoint');
  await bench.at('column-took').click();
  await bench.page.keyboard.press('Escape');
  await bench.shows('list-head', 'Took');
  await bench.page.reload();
  await bench.shows('list-head', 'Took');
});

test('following can be stopped, and the list then stays as it is', async ({ bench }) => {
  await filled(bench, 1);
  await bench.page.keyboard.press('f');
  await post(`${bench.listener}/later`, '{}');
  await bench.shows('new-pill', '1 new');
  expect(await bench.at('request-row').count()).toBe(1);
  await bench.at('follow').click();
  await bench.shows('request-row', '/later');
});

test('both ends of a long list are a key away', async ({ bench }) => {
  const burst = Array.from({ length: 450 }, (_, at) => post(`${bench.listener}/n${at}`, '{}'));
  await Promise.all(burst);
  await bench.shows('nav-all', '450');
  await expect.poll(() => bench.at('request-list').getAttribute('aria-rowcount')).toBe('451');
  await bench.page.keyboard.press('j');
  await bench.page.keyboard.press('End');
  const focused = (): Promise<string | null | undefined> =>
    bench.page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex'));
  await expect.poll(focused, { timeout: 20_000 }).toBe('451');
  await bench.page.keyboard.press('Home');
  await expect.poll(focused, { timeout: 20_000 }).toBe('2');
});

test('the actions on a request stand on one line in a small window', async ({ bench }) => {
  await post(`${bench.listener}/small`, '{"a":1}');
  await bench.page.setViewportSize({ width: 900, height: 600 });
  await bench.open('/small');
  const middle = async (id: string): Promise<number> => {
    const box = await bench.at(id).boundingBox();
    return box === null ? NaN : Math.round(box.y + box.height / 2);
  };
  for (const id of ['edit', 'copy-request', 'compare', 'delete']) {
    expect(await middle(id), `${id} is beside the first`).toBe(await middle('resend'));
  }
});

test('a narrow window shows one pane at a time, with a way back', async ({ bench }) => {
  await post(`${bench.listener}/narrow`, '{"a":1}');
  await bench.page.setViewportSize({ width: 640, height: 400 });
  await bench.open('/narrow');
  await bench.gone('request-list');
  await bench.shows('body-pretty', '"a": 1');
  await bench.at('back').click();
  await bench.at('request-list').waitFor();
  await bench.at('toggle-sidebar').click();
  await bench.at('nav-all').waitFor();
  const wide = await bench.page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide, 'nothing runs out of the window').toBeLessThanOrEqual(640);
});
