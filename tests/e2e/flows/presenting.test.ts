/** While one presents, nothing that is secret is on any screen, and nothing that is copied holds it. */
import { type Bench, expect, test } from '../harness/bench';
import { hmac, post, target } from '../harness/wire';

/** Planted in a header, a cookie, the query, a signature and the body. */
const TOKEN = 'tok5ecretheader';
const COOKIE = '5ecretcookie';
const QUERY = '5ecretquery';
const MAIL = 'ann@5ecret.test';
const BODY = JSON.stringify({ ref: 'refs/heads/main', customer: { email: MAIL, id: 7 }, again: [MAIL] });
const DIGEST = hmac('sha256', 'x', BODY);
const PLANTED = [TOKEN, COOKIE, QUERY, MAIL, DIGEST];
/** The beginnings of them as bytes are shown. */
const HEX = [TOKEN, COOKIE, MAIL].map((text) =>
  Buffer.from(text.slice(0, 5))
    .toString('hex')
    .replace(/(..)(?=.)/g, '$1 '),
);

function send(bench: Bench): Promise<number> {
  return post(`${bench.listener}/github?access_token=${QUERY}`, BODY, {
    'Content-Type': 'application/json',
    'User-Agent': 'GitHub-Hookshot/044aadd',
    'X-GitHub-Event': 'push',
    'X-Hub-Signature-256': `sha256=${DIGEST}`,
    Authorization: `Bearer ${TOKEN}`,
    Cookie: `s=${COOKIE}`,
  });
}

/** All that is on the page: texts, titles, names, what stands in fields, the insides of shadow roots. */
async function everything(bench: Bench): Promise<string> {
  return bench.page.evaluate(() => {
    const told: string[] = [];
    const walk = (root: Document | ShadowRoot): void => {
      told.push(root instanceof Document ? root.documentElement.textContent : root.textContent);
      for (const element of root.querySelectorAll('*')) {
        for (const { value } of element.attributes) told.push(value);
        if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement)
          told.push(element.value);
        if (element.shadowRoot) walk(element.shadowRoot);
      }
    };
    walk(document);
    return told.join('\n');
  });
}

async function shown(bench: Bench): Promise<string[]> {
  const text = await everything(bench);
  return [...PLANTED, ...HEX].filter((planted) => text.includes(planted));
}

async function hidden(bench: Bench, screen: string): Promise<void> {
  expect(await shown(bench), `${screen} shows what is masked`).toEqual([]);
}

test('no screen shows what is masked, and a restart shows nothing first', async ({ bench }) => {
  const echo = await target({
    status: 200,
    type: 'application/json',
    body: JSON.stringify({ you: TOKEN, mail: MAIL }),
  });
  await bench.program.run('mask', 'add', '/customer/email');
  await bench.program.run('endpoint', 'add', '/github', '--provider', 'github');
  await send(bench);
  await send(bench);
  await expect.poll(() => bench.at('request-row').count()).toBe(2);
  await bench.open('push');
  await bench.shows('body-pretty', MAIL);
  await bench.page.keyboard.press('r');
  await bench.at('resend-url').fill(echo.url);
  await bench.at('resend-send').click();
  await bench.shows('answer-status', '200');
  await bench.at('tab-headers').click();
  await bench.shows('header-line', TOKEN);
  expect(await shown(bench), 'it is there to be hidden').toContain(TOKEN);

  await bench.page.keyboard.press('m');
  await bench.shows('presenting', 'Presenting');
  await bench.at('panel-headers').waitFor();
  await bench.shows('header-line', 'Authorization');
  await hidden(bench, 'headers');
  await bench.at('header-copy-all').click();
  await bench.shows('note', 'copied');
  await bench.at('tab-payload').click();
  await bench.shows('body-pretty', 'customer');
  for (const view of ['pretty', 'tree', 'text', 'hex']) {
    await bench.at(`payload-view-${view}`).click();
    const words = view === 'hex' ? '7b 22 72 65 66' : 'refs/heads/main';
    await bench.at('payload-body').getByTestId(`body-${view}`).filter({ hasText: words }).waitFor();
    await hidden(bench, view);
  }
  await bench.at('payload-copy').click();
  await expect.poll(() => bench.at('note').count()).toBe(2);
  const body = await bench.page.evaluate(() => navigator.clipboard.readText());
  expect(body, 'what is copied is masked too').toContain('refs/heads/main');
  expect(PLANTED.filter((planted) => body.includes(planted))).toEqual([]);
  await bench.at('tab-signature').click();
  await bench.at('panel-signature').waitFor();
  await bench.shows('panel-signature', 'X-Hub-Signature-256');
  await hidden(bench, 'signature');
  await bench.at('tab-deliveries').click();
  await bench.shows('answer-status', '200');
  await hidden(bench, 'deliveries');
  await bench.at('tab-raw').click();
  await bench.shows('raw-text', 'X-GitHub-Event: push');
  await hidden(bench, 'raw');
  await bench.at('raw-view-hex').click();
  await bench.shows('body-hex', '50 4f 53 54');
  await hidden(bench, 'raw bytes');

  await bench.page.keyboard.press('R');
  await bench.at('resend-popover').waitFor();
  await bench.at('resend-popover').getByTestId('preview').filter({ hasText: 'X-GitHub-Event' }).waitFor();
  await hidden(bench, 'resend');
  await bench.page.keyboard.press('Escape');
  await bench.gone('resend-popover');
  await bench.page.keyboard.press('c');
  await bench.shows('share-text', 'curl');
  expect(await bench.at('share-masked').count(), 'it cannot be unmasked').toBe(0);
  await hidden(bench, 'copying');
  await bench.page.keyboard.press('Escape');
  await bench.gone('share-dialog');
  await bench.page.keyboard.press('e');
  await bench.shows('covered-dialog', 'Edit and replay is covered');
  await hidden(bench, 'edit and replay');
  await bench.at('covered-stay').click();
  await bench.gone('covered-dialog');
  await bench.page.keyboard.press('d');
  await bench.at('compare-offer').first().click();
  for (const part of ['head', 'lines', 'bytes']) {
    await bench.at(`compare-tab-${part}`).click();
    await bench.at(part === 'head' ? 'compare-head' : 'compare-lines').waitFor();
    if (part === 'head') {
      if (await bench.at('compare-only').isChecked()) await bench.at('compare-only').click();
      await bench.shows('compare-head', 'Authorization');
    }
    await hidden(bench, `compare: ${part}`);
  }
  await bench.page.keyboard.press('Escape');
  await bench.gone('compare-page');
  for (const [section, content, words] of [
    ['masking', 'mask-path', '/customer/email'],
    ['storage', 'storage-used', '2 requests'],
    ['listener', 'settings-address', ''],
  ] as const) {
    await bench.page.keyboard.press('Control+,');
    await bench.at(`settings-${section}`).click();
    await bench.shows(content, words);
    await hidden(bench, `settings: ${section}`);
  }
  await bench.page.keyboard.press('Escape');
  await bench.at('filter').fill('');
  await hidden(bench, 'list');

  await bench.page.reload();
  await bench.at('request-row').first().waitFor();
  await bench.shows('presenting', 'Presenting');
  await hidden(bench, 'after a restart');
  await bench.open('push');
  await bench.shows('body-pretty', 'customer');
  await hidden(bench, 'opened after a restart');

  await bench.page.keyboard.press('m');
  await bench.shows('covered-dialog', 'Stop presenting?');
  await bench.at('covered-stop').click();
  await bench.gone('presenting');
  await bench.shows('body-pretty', MAIL);
  await echo.close();
});

test('a value is masked from the tree by a key, and copies are signed with a test secret', async ({
  bench,
}) => {
  await bench.program.run('endpoint', 'add', '/github', '--provider', 'github');
  await bench.shows('endpoint', '/github');
  await send(bench);
  await bench.open('push');
  await bench.at('body-pretty').getByText('"email"').click();
  await bench.shows('json-path', '/customer/email');
  await bench.page.keyboard.press('M');
  await bench.shows('note', 'Masked at /github in copies and while presenting: /customer/email');
  await bench.page.keyboard.press('c');
  await bench.shows('share-secrets', 'body /customer/email');
  await bench.shows('share-text', '"email":"[masked]"');
  await bench.at('share-signed').check();
  await bench.shows('share-text', 'with a test secret');
  const secret = await bench.at('share-test-secret').locator('code').innerText();
  await bench.shows('share-text', secret);
  await bench.at('share-format').selectOption('http');
  await bench.shows('share-text', 'HTTP/1.1');
  const text = await bench.at('share-text').innerText();
  const masked = text.slice(text.indexOf('{'));
  expect(text, 'whoever gets it can check it').toContain(`sha256=${hmac('sha256', secret, masked)}`);
  await bench.page.keyboard.press('Escape');

  await bench.page.keyboard.press('Control+,');
  await bench.at('settings-masking').click();
  await bench.shows('mask-path', 'at /github');
  await bench.at('mask-pointer').fill('customer');
  await bench.at('mask-add').click();
  bench.forgive(/400|422/);
  await bench.shows('mask-problem', 'must stand at character 1');
  await bench.at('mask-remove').click();
  await bench.at('mask-none').waitFor();
});

test('a target that is opened by ending to present has its values and keeps them', async ({ bench }) => {
  const dev = await target();
  await bench.at('target-add').click();
  await bench.at('target-name').fill('dev');
  await bench.at('target-url').fill(dev.url);
  await bench.at('target-more').click();
  await bench.at('target-header-add').click();
  await bench.at('target-header-name').fill('Authorization');
  await bench.at('target-header-value').fill(`Bearer ${TOKEN}`);
  await bench.at('target-save').click();
  await bench.gone('target-dialog');
  await bench.page.keyboard.press('m');
  await bench.shows('presenting', 'Presenting');
  await bench.at('target').click();
  await bench.shows('covered-dialog', 'The editor of targets is covered');
  await hidden(bench, 'targets');
  await bench.at('covered-stop').click();
  await bench.at('target-dialog').waitFor();
  expect(await bench.at('target-header-value').inputValue()).toBe(`Bearer ${TOKEN}`);
  await bench.at('target-save').click();
  await bench.gone('target-dialog');
  await bench.page.reload();
  await bench.at('target').click();
  expect(await bench.at('target-header-value').inputValue(), 'nothing else was saved').toBe(
    `Bearer ${TOKEN}`,
  );
  await dev.close();
});

test('a scheme that is being made shows nothing that was read before', async ({ bench }) => {
  await bench.program.run('mask', 'add', '/customer/email');
  await post(`${bench.listener}/acme`, BODY, {
    'Content-Type': 'application/json',
    'X-Acme-Signature': `v1=${DIGEST}`,
    Authorization: `Bearer ${TOKEN}`,
  });
  await bench.open('/acme');
  await bench.at('tab-signature').click();
  await bench.at('describe-scheme').click();
  await bench.at('scheme-verdict').waitFor();
  await expect.poll(() => shown(bench), { message: 'it is there to be hidden' }).toContain(DIGEST);
  await bench.at('scheme-name').fill('Acme of ours');
  await bench.page.keyboard.press('Control+k');
  await bench.page.keyboard.type('present');
  await bench.page.keyboard.press('Enter');
  await bench.shows('presenting', 'Presenting');
  await bench.at('scheme-verdict').waitFor();
  await hidden(bench, 'a scheme');
  expect(await bench.at('scheme-name').inputValue(), 'what was typed is still there').toBe('Acme of ours');
});
