/** How soon bodies are open that would freeze a window which draws all of them. */
import { chromium, type Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { serve } from '../harness/program';
import { post } from '../harness/wire';
import { spread } from './page';

const MEGABYTE = 1_000_000;
const item =
  '{"id":"evt_1NkB2x","object":"event","amount":1990,"live":false,"note":"a line of some length"},';
const CASES: readonly [name: string, shows: string, body: () => string][] = [
  ['json-10mb', 'body-pretty', () => `[${item.repeat((10 * MEGABYTE) / item.length)}null]`],
  ['deep-100000', 'body-pretty', () => '['.repeat(100_000) + ']'.repeat(100_000)],
  ['items-300000', 'body-pretty', () => `[${'7,'.repeat(299_999)}7]`],
  ['line-2mb', 'body-pretty', () => `{"line":"${'x'.repeat(2 * MEGABYTE)}"}`],
  ['lines-100000', 'body-text', () => 'a line of text\n'.repeat(100_000)],
  ['values-5000000', 'payload-fault', () => `[${'0,'.repeat(4_900_000)}0]`],
];

/** From the click until it is on the screen, and the longest the window was not free meanwhile. */
function opened(page: Page, name: string, shows: string): Promise<{ open: number; stuck: number }> {
  return page.evaluate(
    async ([name, shows]) => {
      const row = [...document.querySelectorAll<HTMLElement>('[data-testid="request-row"]')].find((one) =>
        one.textContent.includes(name),
      );
      const begun = performance.now();
      let [last, stuck] = [begun, 0];
      row?.click();
      for (;;) {
        await new Promise((done) => requestAnimationFrame(done));
        const now = performance.now();
        stuck = Math.max(stuck, now - last);
        last = now;
        const title = document.querySelector('[data-testid="detail-title"]')?.textContent ?? '';
        const shown = document.querySelector(`[data-testid="${shows}"]`)?.textContent.trim() ?? '';
        if (title.includes(name) && shown !== '') return { open: now - begun, stuck };
      }
    },
    [name, shows] as const,
  );
}

test('bodies that are large, deep or long', async () => {
  const program = await serve();
  try {
    for (const [name, , body] of CASES) await post(`${program.listener}/${name}`, body());
    await post(`${program.listener}/small`, '{}');
    const browser = await chromium.connect(inject('browser'));
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    await page.goto(program.interface);
    for (const [name, shows] of CASES) {
      const times: { open: number; stuck: number }[] = [];
      for (let round = 0; round < 4; round += 1) {
        await page.getByTestId('request-row').filter({ hasText: '/small' }).click();
        await page.getByTestId('detail-title').filter({ hasText: '/small' }).waitFor();
        times.push(await opened(page, name, shows));
      }
      const open = spread(times.map((time) => time.open));
      const stuck = spread(times.map((time) => time.stuck));
      console.log(
        `${name}: open in ${open.median} ms (worst ${open.worst}), stuck ${stuck.worst} ms at most`,
      );
      expect(stuck.worst, `${name} never freezes the window`).toBeLessThan(300);
    }
    await page.getByTestId('request-row').filter({ hasText: 'json-10mb' }).click();
    await page.getByTestId('body-pretty').waitFor();
    await page.getByTestId('payload-find-open').click();
    const begun = performance.now();
    await page.getByTestId('payload-find').fill('nowhere in it');
    await page.getByTestId('payload-found').filter({ hasText: 'Not found' }).waitFor();
    console.log(`a search through 10 MB takes ${Math.round(performance.now() - begun)} ms`);
  } finally {
    await program.end();
  }
});
