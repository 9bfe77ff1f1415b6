import { type Bench, expect, test } from '../harness/bench';
import { post, take } from '../harness/wire';

async function edit(bench: Bench, part: string): Promise<void> {
  await bench.at('endpoint').hover();
  await bench.at('endpoint-edit').click();
  await bench.at(`endpoint-part-${part}`).click();
}

test('senders get the answer that was set, and the request shows it', async ({ bench }) => {
  await bench.program.run('endpoint', 'add', '/in');
  await bench.shows('endpoint', '/in');
  await edit(bench, 'answer');
  await bench.at('answer-own').check();
  await bench.at('answer-status').fill('202');
  await bench.at('answer-body').fill('{"got":');
  await bench.at('answer-body').press('End');
  await bench.at('answer-variable', 'id').first().click();
  await bench.at('answer-body').press('End');
  await bench.page.keyboard.type(',"n":"{{json:/n}}"}');
  await bench.at('answer-save').click();
  await bench.shows('endpoint-part-answer', '202');
  await bench.page.keyboard.press('Escape');
  await bench.gone('endpoint-dialog');

  const answer = await take(`${bench.listener}/in`, '{"n":"<b>{{id}}"}');
  expect(answer.status, 'as set').toBe(202);
  expect(answer.text, 'captured data is put in as it is').toContain('"n":"<b>{{id}}"');
  await bench.open('/in');
  await bench.shows('detail-answer', /answered 202 in .*s, as set/);
  await bench.at('tab-raw').click();
  await bench.at('raw-side-answer').click();
  await bench.shows('raw-text', 'HTTP/1.1 202 Accepted');
  await bench.shows('raw-text', '"n":"<b>{{id}}"');
});

test('what is no answer is refused where it is typed', async ({ bench }) => {
  await bench.program.run('endpoint', 'add', '/in');
  await bench.shows('endpoint', '/in');
  await edit(bench, 'answer');
  await bench.at('answer-own').check();
  await bench.at('answer-body').fill('{{nonsense}}');
  await bench.at('answer-save').click();
  await bench.shows('answer-problem', 'nonsense');
  bench.forgive(/422/);
});

test('a fault is seen everywhere, strikes whom it should and ends', async ({ bench }) => {
  await bench.program.run('endpoint', 'add', '/in');
  await bench.shows('endpoint', '/in');
  await edit(bench, 'faults');
  await bench.at('fault-amount-fail').fill('500');
  await bench.at('fault-extent-next').fill('2');
  await bench.at('fault-set').click();
  await bench.shows('fault-on', 'answers 500 to the next 2 requests');
  await bench.page.keyboard.press('Escape');
  await bench.shows('fault-banner', '/in answers 500 to the next 2 requests on purpose');
  await bench.at('endpoint-fault').waitFor();
  const given = [];
  for (let turn = 0; turn < 3; turn += 1) given.push(await post(`${bench.listener}/in`, '{}'));
  expect(given, 'two and no more').toEqual([500, 500, 200]);
  await bench.gone('fault-banner');
  await bench.at('request-row').nth(1).click();
  await bench.shows('detail-answer', 'by a fault');
});

test('a fault is switched off from where it is seen, and what is told there moves no row', async ({
  bench,
}) => {
  await bench.program.run('endpoint', 'add', '/in');
  await post(`${bench.listener}/before`, '{}');
  const row = bench.at('request-row').first();
  const before = await row.boundingBox();
  await bench.program.run('endpoint', 'fault', '/in', '--fail', '503');
  await bench.shows('fault-banner', 'answers 503 to every request');
  expect((await row.boundingBox())?.y, 'somebody may be about to click on it').toBe(before?.y);
  await expect.poll(() => post(`${bench.listener}/in`, '{}'), { timeout: 20_000 }).toBe(503);
  await bench.at('fault-banner-off').click();
  await bench.gone('fault-banner');
  expect(await post(`${bench.listener}/in`, '{}'), 'over').toBe(200);
});
