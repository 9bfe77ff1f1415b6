import { expect, test } from '../harness/bench';
import { post, raw } from '../harness/wire';

test('requests appear by themselves, newest first', async ({ bench }) => {
  for (const path of ['/first', '/second', '/third']) await post(bench.listener + path, '{}');
  await expect.poll(() => bench.at('request-row').allInnerTexts()).toHaveLength(3);
  const texts = await bench.at('request-row').allInnerTexts();
  expect(texts.map((text) => /\/\w+/.exec(text)?.[0])).toEqual(['/third', '/second', '/first']);
  await bench.shows('nav-all', '3');
});

test('new ones are only counted while one is open', async ({ bench }) => {
  await post(`${bench.listener}/read-me`, '{}');
  await bench.open('/read-me');
  await post(`${bench.listener}/one`, '{}');
  await post(`${bench.listener}/two`, '{}');
  await bench.shows('new-pill', '2 new');
  expect(await bench.at('request-row').count(), 'the list stays as it was').toBe(1);
  await bench.at('new-pill').click();
  await bench.shows('request-row', '/two');
  expect(await bench.at('request-row').count()).toBe(3);
  await bench.shows('detail-title', '/read-me');
});

test('a row stays under the pointer however long that rests on it', async ({ bench }) => {
  for (const path of ['/a', '/b', '/c']) await post(bench.listener + path, '{}');
  await expect.poll(() => bench.at('request-row').count()).toBe(3);
  await bench.at('request-row').first().hover();
  await post(`${bench.listener}/later`, '{}');
  await bench.shows('new-pill', '1 new');
  const under = (): Promise<string[]> =>
    bench
      .at('request-row')
      .evaluateAll((rows) => rows.filter((row) => row.matches(':hover')).map((row) => row.textContent));
  expect((await under()).join(), 'it is the one that was pointed at').toContain('/c');
  await bench.at('list-head').hover();
  await bench.shows('request-row', '/later');
});

test('a burst loses nothing and stays small on the page', async ({ bench }) => {
  const burst = Array.from({ length: 300 }, (_, at) => post(`${bench.listener}/burst/${at}`, '{}'));
  expect(new Set(await Promise.all(burst)), 'all are answered with 200').toEqual(new Set([200]));
  await bench.shows('nav-all', '300');
  await expect.poll(() => bench.at('request-list').getAttribute('aria-rowcount')).toMatch(/^(301|-1)$/);
  expect(await bench.at('request-row').count(), 'only what can be seen is drawn').toBeLessThan(80);
  await bench.page.keyboard.press('j');
  await bench.at('request-list').evaluate((list) => {
    list.scrollTop = list.scrollHeight;
  });
  await expect.poll(() => bench.at('request-row').count()).toBeGreaterThan(0);
});

test('a star is kept and can be asked for', async ({ bench }) => {
  for (const path of ['/plain', '/dear']) await post(bench.listener + path, '{}');
  await bench.open('/dear');
  await bench.page.keyboard.press('s');
  await bench.shows('nav-starred', '1');
  await bench.at('nav-starred').click();
  await expect.poll(() => bench.at('request-row').allInnerTexts()).toHaveLength(1);
  await bench.shows('request-row', '/dear');
  await bench.page.reload();
  await bench.shows('nav-starred', '1');
});

test('what the terminal does is seen', async ({ bench }) => {
  await bench.program.run('endpoint', 'add', '/from-the-terminal', '--provider', 'github');
  await bench.shows('endpoint', '/from-the-terminal');
});

test('what was refused is shown as what it was', async ({ bench }) => {
  const answer = await raw(bench.listener, 'THIS IS NO HTTP\r\n\r\n');
  expect(answer, 'the sender is told').toMatch(/^HTTP\/1\.1 400/);
  await bench.shows('request-row', 'refused');
  await bench.at('request-row').click();
  await bench.at('tab-raw').click();
  await bench.shows('raw-text', 'THIS IS NO HTTP');
});
