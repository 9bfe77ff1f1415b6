import { type Bench, expect, type Locator, test } from '../harness/bench';
import { githubHeaders, post } from '../harness/wire';

const SECRET = "It's a Secret to Everybody";
const BODY = '{"ref":"refs/heads/main","repository":{"full_name":"hook/bench"}}';

async function addEndpoint(
  bench: Bench,
  path: string,
  provider: string,
  secret: string,
  parameters: Record<string, string> = {},
): Promise<void> {
  await bench.at('endpoint-add').click();
  await bench.at('endpoint-path').fill(path);
  await bench.at('endpoint-provider').selectOption(provider);
  for (const [name, value] of Object.entries(parameters)) {
    await bench.at(`endpoint-parameter-${name}`).fill(value);
  }
  await bench.at('endpoint-save').click();
  await bench.at('secret-value').fill(secret);
  await bench.at('secret-save').click();
  await bench.at('secret-row').waitFor();
  await bench.page.keyboard.press('Escape');
  await bench.gone('endpoint-dialog');
  await bench.shows('endpoint', path);
}

/** A push comes to an endpoint for GitHub and is valid: its row. */
async function validPush(bench: Bench): Promise<Locator> {
  await addEndpoint(bench, '/github', 'github', SECRET);
  await post(`${bench.listener}/github`, BODY, githubHeaders(SECRET, BODY));
  const row = bench.at('request-row', 'push');
  await row.locator('[data-verdict="valid"]').waitFor();
  return row;
}

test('GitHub is verified once its secret is set', async ({ bench }) => {
  await validPush(bench);
  await post(`${bench.listener}/github`, `${BODY}\n`, githubHeaders(SECRET, BODY));
  await bench.at('request-row').first().locator('[data-verdict="invalid"]').waitFor();
  await bench.shows('nav-failed', '1');
});

test('TrackTik is verified by the header one has chosen', async ({ bench }) => {
  await addEndpoint(bench, '/tracktik', 'tracktik', 'a fixed secret', { header: 'X-Guard' });
  await post(`${bench.listener}/tracktik/a`, '{"id":1}', { 'x-guard': 'a fixed secret' });
  await bench.at('request-row').first().locator('[data-verdict="valid"]').waitFor();
  await post(`${bench.listener}/tracktik/b`, '{"id":1}', { 'x-guard': 'another' });
  await bench.at('request-row', '/b').locator('[data-verdict="invalid"]').waitFor();
  await post(`${bench.listener}/tracktik/c`, '{"id":1}');
  await bench.at('request-row', '/c').locator('[data-verdict="missing"]').waitFor();
});

test('a request that cannot be checked leads to where its secret is set', async ({ bench }) => {
  await bench.at('endpoint-add').click();
  await bench.at('endpoint-path').fill('/github');
  await bench.at('endpoint-save').click();
  await bench.gone('endpoint-dialog');
  await post(`${bench.listener}/github`, BODY, githubHeaders(SECRET, BODY));
  await bench.open('push');
  await bench.at('tab-signature').click();
  await bench.shows('verdict', 'No secret');
  await bench.at('add-secret').click();
  await bench.at('secret-value').fill(SECRET);
  await bench.at('secret-save').click();
  await bench.at('secret-row').waitFor();
  await bench.page.keyboard.press('Escape');
  await bench.shows('verdict', 'Valid');
});

test('a secret is never shown again', async ({ bench }) => {
  await addEndpoint(bench, '/github', 'github', 'whsec_never_shown_again');
  await bench.page.reload();
  await bench.at('endpoint').hover();
  await bench.at('endpoint-edit').click();
  await bench.at('endpoint-part-secrets').click();
  await bench.shows('secret-row', 'Secret 1');
  expect(await bench.page.content(), 'not on the page').not.toContain('never_shown');
  const kept = await bench.page.evaluate(() =>
    JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)]),
  );
  expect(kept, 'nor kept by the browser').not.toContain('never_shown');
});

test('a path is taken only once and an endpoint can be removed', async ({ bench }) => {
  await bench.program.run('endpoint', 'add', '/orders');
  await bench.shows('endpoint', '/orders');
  await bench.at('endpoint-add').click();
  await bench.at('endpoint-path').fill('/orders');
  await bench.at('endpoint-save').click();
  await bench.shows('endpoint-problem', '/orders');
  bench.forgive(/422/);
  await bench.page.keyboard.press('Escape');
  await bench.gone('endpoint-dialog');
  await bench.at('endpoint').hover();
  await bench.at('endpoint-edit').click();
  await bench.at('endpoint-remove').click();
  await bench.gone('endpoint');
});

test('an endpoint that was removed comes back with its secret, and what came to it is valid again', async ({
  bench,
}) => {
  const row = await validPush(bench);
  await bench.at('endpoint').hover();
  await bench.at('endpoint-edit').click();
  await bench.at('endpoint-remove').click();
  await bench.gone('endpoint');
  await row.locator('[data-verdict="no secret"]').waitFor();
  await bench.shows('note', 'The endpoint /github is removed');
  // Nobody types the secret again: it is where it was.
  await bench.at('note-offer').click();
  await bench.shows('endpoint', '/github');
  await bench.shows('note', 'The endpoint /github is back');
  await row.locator('[data-verdict="valid"]').waitFor();
});

test('a secret that was removed is brought back from the settings after a restart of the page', async ({
  bench,
}) => {
  const row = await validPush(bench);
  await bench.at('endpoint').hover();
  await bench.at('endpoint-edit').click();
  await bench.at('endpoint-part-secrets').click();
  await bench.at('secret-remove').click();
  await bench.gone('secret-row');
  await bench.page.reload();
  await row.locator('[data-verdict="no secret"]').waitFor();
  await bench.at('open-settings').click();
  await bench.at('settings-storage').click();
  await bench.at('discard-undo').click();
  await bench.shows('deleted-none', 'Nothing is waiting');
  await bench.page.keyboard.press('Escape');
  await row.locator('[data-verdict="valid"]').waitFor();
});
