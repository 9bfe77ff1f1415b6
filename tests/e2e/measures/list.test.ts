/** The list with a million requests, and under a flood. `HOOKBENCH_ROWS` says how many; the binary should be a release one. */
import { Agent, request } from 'node:http';
import { chromium, type Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { serve, type Serving } from '../harness/program';
import { post } from '../harness/wire';
import { fill } from './million';
import { answersToKeys, spread, workOfFrames } from './page';

const ROWS = Number(process.env['HOOKBENCH_ROWS'] ?? 1_000_000);
const RATE = Number(process.env['HOOKBENCH_RATE'] ?? 2000);

async function pageOf(program: Serving): Promise<Page> {
  const browser = await chromium.connect(inject('browser'));
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  await page.goto(program.interface);
  await page.getByTestId('request-list').waitFor();
  return page;
}

function say(what: string, times: readonly number[]): void {
  const { median, p95, worst } = spread(times);
  console.log(`${what}: median ${median} ms, p95 ${p95} ms, worst ${worst} ms (${times.length})`);
}

test('a million requests', async () => {
  const empty = await serve();
  await empty.stop();
  await fill(`${empty.data}/hookbench.db`, ROWS);
  const program = await serve(empty.data);
  try {
    const page = await pageOf(program);
    const list = page.getByTestId('request-list');
    await expect.poll(() => list.getAttribute('aria-rowcount')).toBe(String(ROWS + 1));

    const jumps: number[] = [];
    for (let jump = 1; jump <= 20; jump += 1) {
      jumps.push(
        await list.evaluate(
          async (grid, part) => {
            const begun = performance.now();
            grid.scrollTop = (grid.scrollHeight - grid.clientHeight) * part;
            const sees = (): boolean => {
              const edges = grid.getBoundingClientRect();
              const middle = document.elementFromPoint(edges.left + 90, edges.top + edges.height / 2);
              return (middle?.closest('[data-testid="request-row"]') ?? null) !== null;
            };
            await new Promise((done) => requestAnimationFrame(done));
            while (!sees()) await new Promise((done) => requestAnimationFrame(done));
            return performance.now() - begun;
          },
          (jump * 0.37) % 1,
        ),
      );
    }
    say('the scroll bar is dragged somewhere, until rows are there', jumps);
    const work = await workOfFrames(page, 400, 40);
    say('scrolling in the middle, work of a frame', work);
    const fast = await workOfFrames(page, 200, 2000);
    say('scrolling by screens, work of a frame', fast);
    await page.keyboard.press('End');
    await expect
      .poll(() => page.getByTestId('request-row').last().getAttribute('aria-rowindex'))
      .toBe(String(ROWS + 1));
    expect(spread(work).p95, 'a frame has 16 ms').toBeLessThanOrEqual(16);
    expect(spread(jumps).p95, 'a jump is there at once').toBeLessThanOrEqual(500);
  } finally {
    await program.end();
  }
});

test('a flood', async () => {
  const program = await serve();
  try {
    await post(`${program.listener}/first`, '{}');
    const page = await pageOf(program);
    let sent = 0;
    const agent = new Agent({ keepAlive: true, maxSockets: 64 });
    const body = JSON.stringify({ id: 'evt', type: 'invoice.paid', data: 'x'.repeat(2000) });
    const one = (): Promise<void> =>
      new Promise((done) => {
        const asked = request(`${program.listener}/flood/${sent}`, { method: 'POST', agent }, (answer) => {
          answer.resume();
          answer.on('end', done);
        });
        asked.on('error', () => done());
        asked.end(body);
      });
    const begun = performance.now();
    let flooding = true;
    const senders = Array.from({ length: 64 }, async () => {
      while (flooding) {
        const due = ((performance.now() - begun) / 1000) * RATE;
        if (sent < due) {
          sent += 1;
          await one();
        } else await new Promise((done) => setTimeout(done, 1));
      }
    });
    await new Promise((done) => setTimeout(done, 1000));
    const following = await answersToKeys(page, 5);
    await page.getByTestId('request-row').first().click();
    const reading = await answersToKeys(page, 5);
    flooding = false;
    await Promise.all(senders);
    console.log(`${Math.round(sent / ((performance.now() - begun) / 1000))} requests a second`);
    say('while the list follows, a key is answered in', following);
    say('while a request is open, a key is answered in', reading);
    expect(spread(following).p95, 'an input is answered within 100 ms').toBeLessThanOrEqual(100);
    expect(spread(reading).p95, 'an input is answered within 100 ms').toBeLessThanOrEqual(100);
  } finally {
    await program.end();
  }
});
