/** P01, P02, P03, P05 and P07 of the catalogue of faults: what is captured is shown and never acted upon. */
import { expect, test } from '../harness/bench';
import { post, target } from '../harness/wire';

test('markup in body, headers, path and method is only text', async ({ bench }) => {
  const canary = await target();
  const attack = [
    `<script>fetch('${canary.url}/script')</script>`,
    `<img src="${canary.url}/img" onerror="document.title='taken'; alert(1)">`,
    `<svg onload="location='${canary.url}/svg'"></svg>`,
    `<iframe src="${canary.url}/frame"></iframe>`,
    `<style>@import '${canary.url}/style'; body { background: url(${canary.url}/css) }</style>`,
    `<link rel="stylesheet" href="${canary.url}/link"><meta http-equiv="refresh" content="0;${canary.url}">`,
  ].join('');
  const types = ['text/html', 'image/svg+xml', 'application/json', 'application/xhtml+xml', '<img src=x>'];
  for (const [at, type] of types.entries()) {
    const body = type === 'application/json' ? JSON.stringify({ [attack]: attack }) : attack;
    await post(
      `${bench.listener}/html/${at}?q=<script>alert(1)</script>`.replace(/[<>]/g, encodeURIComponent),
      body,
      {
        'Content-Type': type,
        'X-Attack': attack,
        'User-Agent': attack,
      },
    );
  }
  await expect.poll(() => bench.at('request-row').count()).toBe(types.length);
  for (const at of types.keys()) {
    await bench.open(`/html/${at}`);
    await bench.shows('payload-body', 'onerror=');
    await bench.at('tab-headers').click();
    await bench.shows('header-line', attack);
    await bench.at('tab-raw').click();
    await bench.shows('raw-text', '<iframe src=');
    await bench.page.keyboard.press('e');
    await bench.shows('replay-body', 'onerror=');
    await bench.at('replay-close').click();
    await bench.page.keyboard.press('1');
  }
  const foreign = await bench.page.evaluate(
    () => document.querySelectorAll('main iframe, main img, main script, main link, main object').length,
  );
  expect(foreign, 'no element was made of what was captured').toBe(0);
  expect(await bench.page.title(), 'the title is ours').not.toContain('taken');
  expect(canary.came, 'nobody called the canary').toEqual([]);
  await canary.close();
});

test('an answer with markup is only text', async ({ bench }) => {
  const canary = await target();
  const body = `<script src="${canary.url}/a"></script><img src="${canary.url}/b"><h1>Error</h1>`;
  const dev = await target({ status: 500, type: 'text/html', body });
  await post(`${bench.listener}/x`, '{}');
  await bench.open('/x');
  await bench.page.keyboard.press('r');
  await bench.at('resend-url').fill(dev.url);
  await bench.at('resend-send').click();
  await bench.shows('answer-status', '500');
  await bench.shows('answer-body', '<h1>Error</h1>');
  expect(canary.came).toEqual([]);
  await Promise.all([dev.close(), canary.close()]);
});

test('what cannot be seen is made visible', async ({ bench }) => {
  const body = 'red \u001b[31m bell \u0007 bidi \u202eevil\u202c zero\u200bwidth title \u001b]0;owned\u0007';
  await post(`${bench.listener}/escapes`, body, { 'Content-Type': 'text/plain' });
  await bench.open('/escapes');
  await bench.shows('body-text', /red \\e\[31m bell \\x07 bidi \\u202Eevil\\u202C zero\\u200Bwidth/);
  await expect.poll(() => bench.at('body-text').innerText()).not.toMatch(/[\u001b\u0007\u202e\u200b]/);
  await bench.page.keyboard.press('e');
  await bench.at('replay-body').waitFor();
});

test('nothing that is dropped into the window takes its place', async ({ bench }) => {
  const prevented = await bench.page.evaluate(() => {
    const event = new DragEvent('drop', { bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
    return event.defaultPrevented;
  });
  expect(prevented).toBe(true);
});

test('deep and long bodies do not hold the window up', async ({ bench }) => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  await post(`${bench.listener}/deep`, deep);
  await post(`${bench.listener}/long`, JSON.stringify({ line: 'x'.repeat(2_000_000) }));
  await expect.poll(() => bench.at('request-row').count()).toBe(2);
  await bench.open('/deep');
  await bench.shows('payload-body', '[');
  await bench.open('/long');
  await bench.shows('payload-body', 'xxxx');
  await bench.page.keyboard.press('2');
  await bench.shows('header-line', '2000');
});
