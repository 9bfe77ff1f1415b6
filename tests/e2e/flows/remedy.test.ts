import { expect, test } from '../harness/bench';
import { githubHeaders, hmac, post } from '../harness/wire';

const BODY = '{"ref":"refs/heads/main","repository":{"full_name":"hook/bench"}}';

test('a secret of another endpoint is used with one button, and that is undone', async ({ bench }) => {
  for (const [path, secret] of [
    ['/github', 'the live one'],
    ['/github-test', 'the test one'],
  ] as const) {
    await bench.program.run('endpoint', 'add', path, '--provider', 'github');
    await bench.program.run('secret', 'set', path, secret);
  }
  await post(`${bench.listener}/github`, BODY, githubHeaders('the test one', BODY));
  await bench.open('push');
  await bench.at('tab-signature').click();
  await bench.at('diagnosis').and(bench.page.locator('[data-cause="other-secret"]')).waitFor();
  await bench.shows('remedy-apply', 'default of /github-test');
  await bench.at('remedy-apply').click();
  await bench.shows('remedy-applied', '/github checks with the secret');
  await bench.shows('verdict', 'Valid');
  await bench.at('request-row', 'push').locator('[data-verdict="valid"]').waitFor();
  await bench.at('remedy-undo').click();
  await bench.gone('remedy-applied');
  await bench.shows('verdict', 'Invalid');
  await bench.at('remedy-apply').waitFor();
});

test('the body that was signed stands beside the one that came', async ({ bench }) => {
  await bench.program.run('endpoint', 'add', '/github', '--provider', 'github');
  await bench.program.run('secret', 'set', '/github', 'secret');
  const spaced = BODY.replaceAll('":', '": ');
  await post(`${bench.listener}/github`, spaced, githubHeaders('secret', BODY));
  await bench.open('push');
  await bench.at('tab-signature').click();
  await bench.shows('diagnosis-difference', 'What was signed');
  expect(await bench.at('diagnosis-difference').locator('figure').count(), 'two bodies').toBe(2);
});

test('the scheme of an unknown sender is found, kept and can be taken back', async ({ bench }) => {
  const signature = hmac('sha256', 'their secret', BODY);
  await post(`${bench.listener}/acme`, BODY, {
    'content-type': 'application/json',
    'x-acme-hash': signature,
  });
  await bench.open('/acme');
  await bench.at('tab-signature').click();
  await bench.at('find-scheme-secret').fill('another secret');
  await bench.at('find-scheme-run').click();
  await bench.at('find-scheme-none').waitFor();
  await bench.at('find-scheme-secret').fill('their secret');
  await bench.at('find-scheme-run').click();
  await bench.shows('found-scheme', /holds for 1 of 1/);
  await bench.at('keep-scheme').first().click();
  await bench.shows('verdict', 'Valid');
  expect(await bench.program.run('providers', '--own'), 'it is kept').toContain('acme-own');
  await bench.at('server-value').locator('summary').click();
  await bench.at('server-value-text').fill(hmac('sha1', 'their secret', BODY));
  await bench.at('server-value-run').click();
  await bench.at('server-value-found').locator('[data-testid="diagnosis-digests"]').waitFor();
  await bench.at('remedy-undo').click();
  await bench.shows('verdict', 'Unknown');
  expect(await bench.program.run('providers', '--own'), 'nothing is left').not.toContain('acme-own');
});
