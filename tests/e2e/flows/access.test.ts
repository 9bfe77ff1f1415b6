/** What axe-core finds on the main screens, light and dark: nothing. */
import { describe } from 'vitest';
import { check, type Found, listen } from '../harness/axe';
import { expect, test } from '../harness/bench';
import { githubHeaders, post, target } from '../harness/wire';

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
    for (const [action, id] of [
      ['all that match as har', 'export-dialog'],
      ['import har', 'import-har-dialog'],
    ] as const) {
      await bench.page.keyboard.press('Control+k');
      await bench.page.keyboard.type(action);
      await bench.page.keyboard.press('Enter');
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
    await dev.close();
    expect(Object.fromEntries(found)).toEqual({});
  });
});
