/** Who sent a request, which headers matter to them, and what can be done with it: as marks and a menu. */
import { describe } from 'vitest';
import { check, type Found, listen } from '../harness/axe';
import { type Bench, expect, test } from '../harness/bench';
import { githubHeaders, post } from '../harness/wire';

const BODY = '{"ref":"refs/heads/main"}';

async function pushes(bench: Bench, number: number): Promise<void> {
  for (let sent = 0; sent < number; sent += 1) {
    await post(`${bench.listener}/github`, BODY, githubHeaders('x', BODY));
  }
  await expect.poll(() => bench.at('request-row').count()).toBe(number);
}

/** The id of what has the keyboard: of an action in a menu, or a test id. */
function focused(bench: Bench): Promise<string> {
  return bench.page.evaluate(() => {
    const { dataset } = document.activeElement as HTMLElement;
    return dataset['testid'] === 'menu-item' ? (dataset['id'] ?? '') : (dataset['testid'] ?? '');
  });
}

describe.for(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  test.override({ look: { colorScheme } });

  test('marks, menu and tunnels keep nobody out', async ({ bench }) => {
    const found: Found = new Map();
    await listen(bench);
    await pushes(bench, 2);
    await bench.open('push');
    await bench.at('tab-headers').click();
    await bench.shows('header-meaning', 'the signature');
    await check(bench, found, 'headers that matter');
    await bench.at('more').click();
    await bench.at('request-menu').waitFor();
    await check(bench, found, 'menu');
    await bench.page.keyboard.press('Escape');
    await bench.gone('request-menu');
    await bench.at('expose').click();
    await bench.at('expose-dialog').waitFor();
    await check(bench, found, 'tunnels');
    expect(Object.fromEntries(found)).toEqual({});
  });
});

test('the headers of a push say which of them matter, also to a terminal', async ({ bench }) => {
  await pushes(bench, 1);
  await bench.shows('provider-mark', 'GH');
  await bench.open('push');
  expect(await bench.at('detail-provider').innerText()).toBe('GitHub');
  await bench.at('tab-headers').click();
  const line = bench.at('header-line', 'X-GitHub-Event');
  expect(await line.getByTestId('header-meaning').innerText()).toBe('the event');
  expect(await bench.at('header-line', 'Host').getByTestId('header-meaning').count()).toBe(0);
  const id = (await bench.at('request-row').getAttribute('data-id')) ?? '';
  const shown = JSON.parse(await bench.program.run('show', id, '--json')) as { header_meanings: string[][] };
  expect(shown.header_meanings).toContainEqual(['X-Hub-Signature-256', 'the signature']);
  await bench.at('detail-provider').click();
  expect(await bench.at('filter').inputValue()).toBe('provider:github');
  await expect.poll(() => bench.at('request-row').count()).toBe(1);
});

test('the menu of a row is opened, walked and left by keys, and by the pointer', async ({ bench }) => {
  await pushes(bench, 3);
  await bench.page.keyboard.press('j');
  await bench.page.keyboard.press('j');
  const row = await bench.page.evaluate(() => document.activeElement?.id);
  await bench.page.keyboard.press('Shift+F10');
  await bench.at('request-menu').waitFor();
  expect(await focused(bench)).toBe('request.resend');
  await bench.page.keyboard.press('ArrowUp');
  expect(await focused(bench)).toBe('request.delete');
  await bench.page.keyboard.press('Escape');
  await bench.gone('request-menu');
  expect(await bench.page.evaluate(() => document.activeElement?.id), 'the row has the keyboard again').toBe(
    row,
  );
  await bench.page.keyboard.press('ContextMenu');
  await bench.at('request-menu').waitFor();
  await bench.page.keyboard.press('e');
  expect(await focused(bench), 'a letter leads to what begins with it').toBe('request.edit');
  expect(await bench.at('replay-url').count(), 'and is no key of the window').toBe(0);
  await bench.page.keyboard.press('Escape');
  await bench.gone('request-menu');

  await bench.at('request-row').nth(2).click({ button: 'right' });
  await bench.at('request-menu').waitFor();
  const id = await bench.at('request-row').nth(2).getAttribute('data-id');
  await bench.at('menu-item', 'Copy link').click();
  await bench.gone('request-menu');
  await expect
    .poll(() => bench.page.evaluate(() => navigator.clipboard.readText()))
    .toBe(`hookbench://request/${id}`);
});

test('the URL that a tunnel gave is kept for its endpoint', async ({ bench }) => {
  await bench.program.run('endpoint', 'add', '/twilio', '--provider', 'twilio');
  await bench.shows('endpoint', '/twilio');
  await bench.page.keyboard.press('Control+k');
  await bench.page.keyboard.type('expose');
  await bench.page.keyboard.press('Enter');
  await bench.at('expose-copy-cloudflared').click();
  await expect
    .poll(() => bench.page.evaluate(() => navigator.clipboard.readText()))
    .toBe(`cloudflared tunnel --url ${bench.listener}`);
  await bench.at('expose-public-url').fill('https://calm-fox.example');
  await bench.at('expose-save').click();
  await bench.shows('note', '/twilio');
  const listed = await bench.program.run('endpoint', 'list', '--json');
  expect(listed).toContain('"public_url":"https://calm-fox.example"');
});
