/** What axe-core finds on the main screens, light and dark: nothing. */
import { describe } from 'vitest';
import { check, type Found, listen } from '../harness/axe';
import { expect, test } from '../harness/bench';
import { freePort, githubHeaders, post, target } from '../harness/wire';

describe.for(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  test.override({ look: { colorScheme } });

  test('no screen keeps anyone out', async ({ bench }) => {
    const found: Found = new Map();
    const dev = await target({ status: 404, type: 'application/json', body: '{"error":"not here"}' });
    await listen(bench);
    await bench.at('welcome').waitFor();
    await check(bench, found, 'first start');

    const body = '{"ref":"refs/heads/main","commits":[{"id":1,"added":true,"by":null}]}';
    await bench.program.run('endpoint', 'add', '/github', '--provider', 'github');
    for (let sent = 0; sent < 3; sent += 1) {
      await post(`${bench.listener}/github`, body, githubHeaders('x', body));
    }
    await post(`${bench.listener}/plain`, 'just text', { 'Content-Type': 'text/plain' });
    await expect.poll(() => bench.at('request-row').count()).toBe(4);
    await check(bench, found, 'list');

    await bench.open('push');
    for (const tab of ['payload', 'headers', 'signature', 'deliveries', 'raw']) {
      await bench.at(`tab-${tab}`).click();
      await bench.at(`panel-${tab}`).waitFor();
      await check(bench, found, tab);
    }
    await bench.page.keyboard.press('r');
    await bench.at('resend-popover').waitFor();
    await check(bench, found, 'resend');
    await bench.at('resend-url').fill(dev.url);
    await bench.at('resend-send').click();
    await bench.shows('answer-status', '404');
    await check(bench, found, 'answer');
    await bench.page.keyboard.press('1');
    await bench.at('payload-view-tree').click();
    await check(bench, found, 'tree beside an answer');

    await bench.at('payload-find-open').click();
    await bench.at('payload-find').fill('main');
    await bench.shows('payload-found', '1 of 1');
    await check(bench, found, 'finding in the body');
    await bench.page.keyboard.press('Escape');

    await bench.page.keyboard.press('e');
    await bench.at('replay-body').waitFor();
    await check(bench, found, 'edit and replay');
    await bench.at('replay-url').fill(`${dev.url}/x`);
    await bench.at('replay-tab-goes').click();
    await bench.at('replay-preview').waitFor();
    await check(bench, found, 'what goes out');
    await bench.at('replay-tab-body').click();
    await bench.at('replay-choice').selectOption('hex');
    await check(bench, found, 'bytes as hex');
    await bench.at('replay-choice').selectOption('text');
    await bench.at('replay-templates').click();
    await bench.at('template-name').fill('mine');
    await bench.at('template-save').click();
    await bench.at('template-row').waitFor();
    await check(bench, found, 'templates');
    await bench.at('template-use').click();
    await bench.at('template-filled').waitFor();
    await check(bench, found, 'a template');
    await bench.page.keyboard.press('Escape');
    await bench.gone('templates-dialog');
    await bench.at('replay-close').click();

    await bench.page.keyboard.press('c');
    await bench.shows('share-text', 'curl');
    await check(bench, found, 'copying a request');
    await bench.page.keyboard.press('Escape');

    await bench.at('request-row').first().click();
    await bench
      .at('request-row')
      .nth(2)
      .click({ modifiers: ['Shift'] });
    await bench.at('selection-bar').waitFor();
    await check(bench, found, 'a selection');
    await bench.page.keyboard.press('Escape');
    await bench.at('list-view').click();
    await check(bench, found, 'columns and groups');
    await bench.at('list-group').selectOption('endpoint');
    await bench.page.keyboard.press('Escape');
    await bench.at('request-group').first().waitFor();
    await check(bench, found, 'grouped');
    for (const [name, type, body, shows] of [
      ['form', 'application/x-www-form-urlencoded', 'a=1&b=%7B%7D', 'payload-field'],
      [
        'event',
        'application/json',
        '{"specversion":"1.0","type":"t","source":"/s","id":"1","data":{}}',
        'body-event',
      ],
      ['xml', 'application/xml', '<a><b>1</b></a>', 'body-xml'],
    ] as const) {
      await post(`${bench.listener}/kind-${name}`, body, { 'Content-Type': type });
      await bench.at('new-pill').click();
      await bench.open(`/kind-${name}`);
      await bench.at(shows).waitFor();
      await check(bench, found, name);
    }

    await bench.page.keyboard.press('d');
    await bench.at('compare-offer').first().waitFor();
    await check(bench, found, 'compare with');
    await bench.at('compare-offer').first().click();
    for (const part of ['head', 'lines', 'bytes']) {
      await bench.at(`compare-tab-${part}`).click();
      await bench.at(part === 'head' ? 'compare-head' : 'compare-lines').waitFor();
      await check(bench, found, `compare: ${part}`);
    }
    await bench.at('compare-ignore').click();
    await check(bench, found, 'compare: what is ignored');
    await bench.page.keyboard.press('Escape');
    await bench.at('compare-close').click();
    await bench.gone('compare-page');

    for (const [key, id] of [
      ['?', 'keys-sheet'],
      ['Control+k', 'palette'],
      ['N', 'sample-dialog'],
    ] as const) {
      await bench.page.keyboard.press(key);
      await bench.at(id).waitFor();
      await check(bench, found, id);
      await bench.page.keyboard.press('Escape');
      await bench.gone(id);
    }
    await bench.at('endpoint').hover();
    await bench.at('endpoint-edit').click();
    await check(bench, found, 'endpoint');
    await bench.page.keyboard.press('Escape');
    await bench.at('filter').fill('evnt:x');
    await bench.at('filter-error').waitFor();
    await check(bench, found, 'wrong filter');
    bench.forgive(/422/);
    await bench.at('filter').fill('');

    await bench.page.keyboard.press('Control+,');
    for (const section of ['listener', 'limits', 'schemes', 'masking', 'appearance', 'storage']) {
      await bench.at(`settings-${section}`).click();
      await bench.at('settings-section').waitFor();
      await check(bench, found, `settings: ${section}`);
    }
    // With something in them.
    await bench.at('settings-listener').click();
    await bench.at('settings-address').selectOption('0.0.0.0');
    await bench.at('settings-address-warning').waitFor();
    await check(bench, found, 'settings: a listener that others reach');
    await bench.at('settings-address').selectOption('127.0.0.1');
    await bench.at('settings-masking').click();
    for (const where of ['', '/github']) {
      await bench.at('mask-pointer').fill('/ref');
      await bench.at('mask-where').selectOption(where);
      await bench.at('mask-add').click();
      await bench.shows('mask-path', where === '' ? 'everywhere' : `at ${where}`);
    }
    await check(bench, found, 'settings: what is masked');
    await bench.page.keyboard.press('Escape');
    await bench.gone('settings');
    await bench.page.keyboard.press('m');
    await bench.at('presenting').waitFor();
    await check(bench, found, 'presenting');
    await bench.page.keyboard.press('m');
    await bench.at('covered-dialog').waitFor();
    await check(bench, found, 'stop presenting');
    await bench.at('covered-stop').click();
    await bench.gone('presenting');
    await dev.close();
    expect(Object.fromEntries(found)).toEqual({});
  });

  test('no dialog keeps anyone out', async ({ bench }) => {
    const found: Found = new Map();
    const kind = await target();
    await listen(bench);
    const body = '{"ref":"refs/heads/main"}';
    await bench.program.run('endpoint', 'add', '/github', '--provider', 'github');
    await bench.shows('endpoint', '/github');
    for (let sent = 0; sent < 2; sent += 1) {
      await post(`${bench.listener}/github`, body, githubHeaders('x', body));
    }
    await expect.poll(() => bench.at('request-row').count()).toBe(2);
    await bench.program.run('resend', '--filter', 'path:/github', '--to', kind.url);
    await bench.open('push');
    await bench.page.keyboard.press('e');
    await bench.at('replay-url').fill(`${kind.url}/x`);
    await bench.at('replay-close').click();
    await bench.gone('replay');
    const down = await freePort();
    // By the keyboard, which stays with the row where what arrives moves it away from under the pointer.
    await bench.at('endpoint').focus();
    await bench.at('endpoint-edit').click();
    await bench.at('endpoint-part-forward').click();
    await bench.at('forward-add').click();
    await bench.at('forward-to').fill(`http://127.0.0.1:${down}`);
    await check(bench, found, 'forwarding');
    await bench.at('forward-save').click();
    await bench.shows('endpoint-part-forward', '1');
    await bench.page.keyboard.press('Escape');
    await bench.gone('endpoint-dialog');
    await post(`${bench.listener}/github`, body, githubHeaders('x', body));
    for (const [action, id, shows] of [
      ['all that match as har', 'export-dialog', 'export-dialog'],
      ['import har', 'import-har-dialog', 'import-har-dialog'],
      ['runs…', 'runs-dialog', 'run-row'],
      ['drafts…', 'drafts-dialog', 'draft-row'],
      ['what waits', 'queue-dialog', 'held-row'],
      ['add a target', 'target-dialog', 'target-name'],
      ['send all that match', 'sequence-dialog', 'sequence-dialog'],
      ['check idempotency', 'idempotency-dialog', 'idempotency-dialog'],
      ['delete all that match', 'delete-dialog', 'delete-dialog'],
      ['import a scheme', 'import-dialog', 'import-dialog'],
    ] as const) {
      await bench.page.keyboard.press('Control+k');
      await bench.page.keyboard.type(action);
      await bench.page.keyboard.press('Enter');
      await bench.at(shows).first().waitFor();
      if (id === 'target-dialog') await bench.at('target-more').click();
      await check(bench, found, id);
      if (id === 'runs-dialog') {
        await bench.at('run-row').first().click();
        await bench.at('run-close').waitFor();
        await bench.at('run-step').first().focus();
        await check(bench, found, 'a run and its steps');
      }
      await bench.page.keyboard.press('Escape');
      await bench.gone(id);
    }
    await kind.close();
    expect(Object.fromEntries(found)).toEqual({});
  });

  test('no list that cannot be read keeps anyone out', async ({ bench }) => {
    const found: Found = new Map();
    const { page } = bench;
    const locked = {
      code: 'store',
      message: 'the data file is locked',
      hint: 'Close what else has it open.',
    };
    const pages = '**/api/call/list_requests';
    const refuse = (): Promise<unknown> =>
      page.route(pages, (route) => route.fulfill({ status: 500, json: locked }));
    bench.forgive(/500/);
    await listen(bench);
    for (let sent = 0; sent < 3; sent += 1) await post(`${bench.listener}/held`, '{}');
    await expect.poll(() => bench.at('request-row').count()).toBe(3);
    await bench.at('list-head').hover();
    await refuse();
    await post(`${bench.listener}/missed`, '{}');
    await bench.shows('list-stale', 'the data file is locked');
    expect((await bench.at('request-row').allInnerTexts()).join(), 'what is held stays').toContain('/held');
    await check(bench, found, 'the newest cannot be read');
    await page.unroute(pages);
    await bench.at('list-again').click();
    await bench.gone('list-stale');
    await bench.shows('request-row', '/missed');

    await refuse();
    await page.reload();
    await listen(bench);
    await bench.shows('list-error', 'Close what else has it open.');
    await check(bench, found, 'no request can be read');
    await page.unroute(pages);
    await bench.at('list-error').getByRole('button').click();
    await bench.shows('request-row', '/missed');
    expect(Object.fromEntries(found)).toEqual({});
  });

  test('no state keeps anyone out', async ({ bench }) => {
    const found: Found = new Map();
    const { keyboard } = bench.page;
    const dev = await target({ status: 200, type: 'text/plain', body: 'ok' });
    const action = async (words: string): Promise<void> => {
      await keyboard.press('Control+k');
      await keyboard.type(words);
      await keyboard.press('Enter');
    };
    await listen(bench);
    await bench.program.run('endpoint', 'add', '/shop', '--provider', 'stripe');
    await bench.program.run('endpoint', 'fault', '/shop', '--fail', '503');
    await bench.at('fault-banner').waitFor();
    await check(bench, found, 'a fault');
    await bench.at('endpoint').focus();
    await bench.at('endpoint-edit').click();
    for (const part of ['secrets', 'answer', 'faults']) {
      await bench.at(`endpoint-part-${part}`).click();
      if (part === 'secrets') await bench.at('secret-add').click();
      if (part === 'answer') await bench.at('answer-own').check();
      await check(bench, found, `endpoint: ${part}`);
      if (part !== 'secrets') continue;
      await bench.at('secret-value').fill('whsec_c2VjcmV0c2VjcmV0c2VjcmV0');
      await keyboard.press('Enter');
      await bench.at('secret-row').waitFor();
      await check(bench, found, 'a secret');
    }
    await keyboard.press('Escape');
    await bench.gone('endpoint-dialog');
    await bench.at('fault-banner-off').click();
    await bench.gone('fault-banner');

    const wrong = { 'Content-Type': 'application/json', 'Stripe-Signature': 't=1,v1=(none)' };
    await post(`${bench.listener}/shop`, '{"id":"evt_1","object":"event","type":"invoice.paid"}', wrong);
    await bench.open('invoice.paid');
    await keyboard.press('3');
    await expect
      .poll(() => bench.at('verdict').getAttribute('data-verdict'), { timeout: 20_000 })
      .toBe('malformed');
    await check(bench, found, 'malformed');
    await bench.at('snippet').locator('summary').click();
    await bench.at('snippet-code').waitFor();
    await check(bench, found, 'a snippet');
    await keyboard.press('t');
    await keyboard.type('one,another');
    await keyboard.press('Enter');
    await expect.poll(() => bench.at('tag').count(), { timeout: 20_000 }).toBe(2);
    await check(bench, found, 'tags');
    await keyboard.press('Escape');
    await keyboard.press('n');
    await bench.at('note-text').fill('of the test');
    await check(bench, found, 'a note that is written');
    await bench.at('note-save').click();
    await bench.at('request-note').waitFor();
    await check(bench, found, 'a note');

    await keyboard.press('r');
    await bench.at('resend-url').fill(dev.url);
    await bench.at('resend-send').click();
    await bench.shows('answer-status', '200');
    await bench.at('answer-tab-timings').click();
    await bench.at('timings').waitFor();
    await check(bench, found, 'timings');
    await action('check idempotency');
    await bench.at('idempotency-url').fill(dev.url);
    await bench.at('idempotency-start').click();
    await bench.at('idempotency-verdict').waitFor();
    await check(bench, found, 'idempotency');
    await keyboard.press('Escape');
    await bench.gone('idempotency-dialog');

    await bench.at('filter').fill('path:/shop');
    await bench.at('filter-save').click();
    await bench.at('save-filter-name').fill('Shop');
    await check(bench, found, 'saving a filter');
    await bench.at('save-filter-confirm').click();
    await bench.at('saved').waitFor();
    await check(bench, found, 'a saved filter');
    await bench.at('saved').focus();
    await bench.at('saved-edit').click();
    await bench.at('saved-dialog').waitFor();
    await check(bench, found, 'editing a saved filter');
    await bench.at('saved-remove').click();
    await bench.gone('saved-dialog');
    await bench.shows('note', 'is removed');
    await check(bench, found, 'a removal that can be undone');
    await post(`${bench.listener}/gone`, 'x', {});
    await bench.program.run('delete', '--filter', 'path:/gone', '--yes');
    await keyboard.press('Control+,');
    await bench.at('settings-storage').click();
    await bench.shows('deleted', '1 request');
    await bench.shows('deleted', 'The filter “Shop”');
    await check(bench, found, 'settings: what was removed');
    await keyboard.press('Escape');
    await bench.gone('settings');

    await bench.at('listener').click();
    await bench.at('port-popover').waitFor();
    await check(bench, found, 'the port');
    await keyboard.press('Escape');
    await bench.gone('port-popover');
    await action('pause or resume');
    await bench.at('resume').waitFor();
    await check(bench, found, 'paused');
    await dev.close();
    expect(Object.fromEntries(found)).toEqual({});
  });
});

describe('at 200 %', () => {
  // A window of 1280 by 800 has half as many pixels of its own each way.
  test.override({ look: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 } });

  test('nothing is cut off and nothing has to be scrolled sideways', async ({ bench }) => {
    const fits = async (screen: string): Promise<void> => {
      const beyond = await bench.page.evaluate(() => {
        const { clientWidth, scrollWidth } = document.documentElement;
        return scrollWidth - clientWidth;
      });
      expect(beyond, `${screen} is as wide as the window`).toBe(0);
    };
    const inside = async (id: string): Promise<void> => {
      const box = await bench.at(id).first().boundingBox();
      expect(box, `${id} is there`).not.toBeNull();
      if (box === null) return;
      expect(box.x, `${id} begins inside`).toBeGreaterThanOrEqual(0);
      expect(box.y, `${id} begins below the upper edge`).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width, `${id} ends inside`).toBeLessThanOrEqual(640);
      expect(box.y + box.height, `${id} ends above the lower edge`).toBeLessThanOrEqual(400);
    };
    await fits('first start');
    for (const id of ['welcome-url', 'welcome-copy-url']) await inside(id);
    for (const id of ['welcome-copy-curl', 'sample-send']) {
      await bench.at(id).scrollIntoViewIfNeeded();
      await inside(id);
    }
    await post(`${bench.listener}/zoomed?a=1`, '{"a":{"b":[1,2,3]}}');
    await bench.at('request-row').first().waitFor();
    await fits('list');
    for (const id of ['filter', 'request-row', 'listener-url', 'actions', 'open-settings', 'status-bar'])
      await inside(id);
    await bench.open('/zoomed');
    for (const tab of ['payload', 'headers', 'signature', 'deliveries', 'raw']) {
      await bench.at(`tab-${tab}`).click();
      await bench.at(`panel-${tab}`).waitFor();
      await fits(tab);
      await inside(`tab-${tab}`);
      await inside(`panel-${tab}`);
    }
    for (const [key, id] of [
      ['e', 'replay-send'],
      ['c', 'share-copy'],
      ['r', 'resend-send'],
      ['Control+k', 'palette'],
      ['Control+,', 'settings-section'],
    ] as const) {
      await bench.page.keyboard.press(key);
      await bench.at(id).waitFor();
      await fits(id);
      // A page that is longer than the window is scrolled in itself.
      if (id === 'settings-section') await bench.at(id).scrollIntoViewIfNeeded();
      else await inside(id);
      await bench.page.keyboard.press('Escape');
      await bench.gone(id);
    }
    for (const [action, id] of [
      ['send all that match', 'sequence-start'],
      ['check idempotency', 'idempotency-start'],
      ['delete all that match', 'delete-cancel'],
      ['all that match as har', 'export-run'],
      ['import har', 'import-har-run'],
      ['send a sample', 'sample-send'],
      ['add a target', 'target-save'],
      ['add an endpoint', 'endpoint-save'],
    ] as const) {
      await bench.page.keyboard.press('Control+k');
      await bench.page.keyboard.type(action);
      await bench.page.keyboard.press('Enter');
      await bench.at(id).waitFor();
      await fits(id);
      await inside('dialog-close');
      await bench.at(id).scrollIntoViewIfNeeded();
      await inside(id);
      await bench.page.keyboard.press('Escape');
      await bench.gone(id);
    }
  });
});

test('where less motion is asked for nothing moves', async ({ bench }) => {
  const moving = (): Promise<number> =>
    bench.page.evaluate(() => {
      const seconds = (list: string): number => Math.max(...list.split(',').map((text) => parseFloat(text)));
      return [...document.querySelectorAll('*')].filter((element) => {
        const { animationDuration, transitionDuration } = getComputedStyle(element);
        return seconds(animationDuration) > 0.01 || seconds(transitionDuration) > 0.01;
      }).length;
    });
  await bench.at('welcome').waitFor();
  // A bar that runs while something is under way; it is the one thing that moves.
  const style = 'document.adoptedStyleSheets = [Object.assign(new CSSStyleSheet())]; ';
  await bench.page.evaluate(
    `${style} document.adoptedStyleSheets[0].replaceSync('body { animation: x 900ms infinite }')`,
  );
  expect(await moving(), 'whatever a style says').toBe(0);
  await bench.page.emulateMedia({ reducedMotion: 'no-preference' });
  expect(await moving(), 'it is what was asked for that stops it').toBe(1);
});
