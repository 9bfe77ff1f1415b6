/** Where the keyboard is in a real browser once what had it is gone: never on nothing. */
import { type Bench, expect, test } from '../harness/bench';
import { post, target } from '../harness/wire';

/** Waits until the keyboard is where it should be: an element of this test id, or the active row. */
async function stands(bench: Bench, on: string, when: string): Promise<void> {
  await expect
    .poll(
      () =>
        bench.page.evaluate(() => {
          const now = document.activeElement;
          if (!(now instanceof HTMLElement) || now === document.body) return 'nothing';
          return now.dataset['testid'] ?? (now.className.split(' ')[0] || now.tagName.toLowerCase());
        }),
      { message: when, timeout: 20_000 },
    )
    .toBe(on);
}

test('the keyboard stays where something can be done with it', async ({ bench }) => {
  const { keyboard } = bench.page;
  for (let sent = 0; sent < 3; sent += 1) await post(`${bench.listener}/one`, '{"a":1}');
  await expect.poll(() => bench.at('request-row').count(), { timeout: 20_000 }).toBe(3);
  await keyboard.press('j');
  await keyboard.press('/');
  await keyboard.press('Escape');
  await stands(bench, 'request-row', 'Escape in an empty filter');
  await keyboard.press('Enter');
  await bench.at('detail-header').waitFor();

  await post(`${bench.listener}/two`, '{"a":2}');
  await bench.at('new-pill').focus();
  await keyboard.press('Enter');
  await bench.gone('new-pill');
  await stands(bench, 'request-row', 'what is new was shown');

  await keyboard.press('Control+a');
  await bench.at('selection-star').focus();
  await keyboard.press('Enter');
  await expect.poll(() => bench.at('nav-starred').innerText(), { timeout: 20_000 }).toContain('4');
  await bench.at('selection-clear').focus();
  await keyboard.press('Enter');
  await stands(bench, 'request-row', 'what was picked out is no longer');

  await bench.at('filter').fill('nothing-has-this');
  await bench.at('show-all').focus();
  await keyboard.press('Enter');
  await bench.gone('show-all');
  await stands(bench, 'request-row', 'all requests are shown again');

  await keyboard.press('t');
  await keyboard.type('red,blue');
  await keyboard.press('Enter');
  await expect.poll(() => bench.at('tag').count(), { timeout: 20_000 }).toBe(2);
  await keyboard.press('Escape');
  await bench.gone('tag-input');
  await stands(bench, 'request-row', 'the field for tags is closed');
  await bench.at('tag-remove').first().focus();
  await keyboard.press('Enter');
  await expect.poll(() => bench.at('tag').count(), { timeout: 20_000 }).toBe(1);
  await stands(bench, 'tag', 'a tag was taken away');

  await bench.at('tab-raw').click();
  await keyboard.press('1');
  await stands(bench, 'tab-payload', 'a key of the window chose the tab');

  await bench.at('edit').click();
  await bench.at('replay-close').click();
  await bench.gone('replay');
  await stands(bench, 'request-row', 'the editor is left');

  await bench.at('filter').click();
  await bench.at('status-bar').click({ position: { x: 400, y: 5 } });
  await stands(bench, 'nothing', 'one clicked beside all');
});

test('the keyboard stays in the dialog that is open, and comes back to what opened it', async ({ bench }) => {
  const { keyboard } = bench.page;
  await bench.program.run('endpoint', 'add', '/shop', '--provider', 'stripe');
  await bench.shows('endpoint', '/shop');
  await bench.at('endpoint', '/shop').focus();
  await keyboard.press('Tab');
  await stands(bench, 'endpoint-edit', 'the second button of the item');
  await keyboard.press('Enter');
  await bench.at('endpoint-part-secrets').click();
  for (const name of ['one', 'two']) {
    await bench.at('secret-add').click();
    await bench.at('secret-name').fill(name);
    await bench.at('secret-value').fill('whsec_c2VjcmV0c2VjcmV0c2VjcmV0');
    await keyboard.press('Enter');
    await bench.at('secret-row', name).waitFor();
    await stands(bench, 'secret-add', 'a secret was kept');
  }
  await bench.at('secret-remove').first().focus();
  await keyboard.press('Enter');
  await expect.poll(() => bench.at('secret-row').count(), { timeout: 20_000 }).toBe(1);
  await stands(bench, 'secret-replace', 'a secret was removed');
  await keyboard.press('Escape');
  await bench.gone('endpoint-dialog');
  await stands(bench, 'endpoint-edit', 'the dialog is closed');

  const dev = await target();
  await post(`${bench.listener}/one`, '{"a":1}');
  await bench.at('request-row').waitFor();
  await keyboard.press('S');
  await bench.at('sequence-url').fill(dev.url);
  await keyboard.press('Enter');
  await bench.at('run-close').waitFor();
  await expect
    .poll(() => bench.page.evaluate(() => document.activeElement?.closest('[data-testid="run"]') !== null), {
      message: 'a run was started and is over',
      timeout: 20_000,
    })
    .toBe(true);
  await keyboard.press('Escape');
  await bench.gone('sequence-dialog');
  await keyboard.press('Control+,');
  for (const pointer of ['/a', '/b']) {
    await bench.at('settings-masking').click();
    await bench.at('mask-pointer').fill(pointer);
    await keyboard.press('Enter');
    await bench.at('mask-path', pointer).waitFor();
  }
  await bench.at('mask-remove').first().focus();
  await keyboard.press('Enter');
  await expect.poll(() => bench.at('mask-path').count(), { timeout: 20_000 }).toBe(1);
  await stands(bench, 'mask-pointer', 'a value is masked no longer, and Enter removes no other');
  await dev.close();
});

test.describe('in a narrow window', () => {
  test.override({ look: { viewport: { width: 640, height: 700 } } });

  test('the keyboard goes from pane to pane', async ({ bench }) => {
    const { keyboard } = bench.page;
    await post(`${bench.listener}/one`, '{"a":1}');
    await bench.at('request-row').waitFor();
    await keyboard.press('j');
    await stands(bench, 'request-row', 'a move in the list');
    await keyboard.press('Enter');
    await bench.at('detail-header').waitFor();
    await stands(bench, 'back', 'the request has the place of the list');
    await keyboard.press('Enter');
    await stands(bench, 'request-row', 'the list is back');

    await keyboard.press('/');
    await keyboard.press('Control+b');
    await stands(bench, 'nav-all', 'the drawer is open');
    await keyboard.press('Shift+Tab');
    expect(
      await bench.page.evaluate(() => document.activeElement?.closest('.rest') !== null),
      'nothing behind it is reached',
    ).toBe(false);
    await bench.at('nav-starred').focus();
    await keyboard.press('Escape');
    await bench.gone('drawer');
    await stands(bench, 'filter', 'the drawer is closed');
  });
});
