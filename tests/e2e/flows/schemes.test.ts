import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { check, type Found, listen } from '../harness/axe';
import { type Bench, expect, test } from '../harness/bench';
import { post } from '../harness/wire';

const SECRET = 'a secret of theirs';
const FILE = `id = "acme"
name = "Acme"
evidence = "D"

# A remark that has to outlive the journey.
[[detect]]
when = ["header:X-Acme-Proof"]

[scheme]
algorithm = "hmac-sha1"
signature = { from = "header:X-Acme-Proof" }
`;

/** A request of a sender that nobody has described. */
async function quux(bench: Bench, number: number): Promise<void> {
  const body = JSON.stringify({ what: { happened: 'order.paid' }, uuid: `q-${number}` });
  const moment = String(Date.now());
  const proof = createHmac('sha512', SECRET).update(`POST\n/in/quux\n${moment}|${body}`).digest('base64');
  await post(`${bench.listener}/in/quux`, body, {
    'content-type': 'application/json',
    'X-Quux-Proof': `q1:${proof}`,
    'X-Quux-Moment': moment,
  });
}

const verdict = (bench: Bench, wanted: string): Promise<void> =>
  bench.page.locator(`[data-testid="scheme-verdict"][data-verdict="${wanted}"]`).waitFor();

async function ownSchemes(bench: Bench): Promise<void> {
  await bench.page.keyboard.press('Control+,');
  await bench.at('settings-schemes').click();
  await bench.at('scheme-new').waitFor();
}

describe.for(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  test.override({ look: { colorScheme } });

  test('an unknown sender is described by the form until its requests hold', async ({ bench }) => {
    const found: Found = new Map();
    await listen(bench);
    for (let number = 0; number < 3; number += 1) await quux(bench, number);
    await expect.poll(() => bench.at('request-row').count()).toBe(3);
    await bench.open('/in/quux');
    await bench.at('tab-signature').click();
    await bench.shows('verdict', 'Unknown');
    await bench.at('find-scheme-secret').fill(SECRET);
    await bench.at('describe-scheme').click();
    await verdict(bench, 'invalid');
    await check(bench, found, 'a draft');

    expect(await bench.at('scheme-places').inputValue(), 'taken from the request').toBe('X-Quux-Proof');
    expect(await bench.at('scheme-algorithm').inputValue(), 'by its length').toBe('hmac-sha512');
    await bench.at('scheme-content').fill('{metod}');
    await bench.shows('scheme-wrong', 'metod');
    await check(bench, found, 'a wrong field');
    await bench.at('scheme-content').fill('');
    for (const piece of ['{method}', '{path}']) {
      await bench.page.locator(`[data-piece="${piece}"]`).click();
      await bench.page.keyboard.type('\\n');
    }
    await bench.page.locator('[data-piece="{timestamp}"]').click();
    await bench.page.keyboard.type('|');
    await bench.page.locator('[data-piece="{body}"]').click();
    await bench.shows('scheme-wrong', 'nothing says where');
    await bench.at('scheme-timestamp-kind').selectOption('header');
    await bench.at('scheme-timestamp').fill('X-Quux-Moment');
    await bench.at('scheme-unit').selectOption('milliseconds');
    await bench.at('scheme-past').fill('600');
    await bench.at('scheme-future').fill('60');
    await verdict(bench, 'valid');
    await bench.shows('scheme-tested-sum', '3 of 3');
    await bench.at('scheme-event').fill('{json:what.happened}');
    await bench.shows('scheme-tried-event', 'order.paid');
    await bench.at('scheme-delivery-id').fill('{json:uuid}');
    await bench.shows('scheme-tried-delivery', 'q-');
    await bench.at('scheme-name').fill('Quux');
    await check(bench, found, 'a scheme that holds');
    await bench.at('scheme-face-toml').click();
    await bench.at('scheme-toml').waitFor();
    expect(await bench.at('scheme-toml').inputValue(), 'the file says it').toContain('future = 60');
    await check(bench, found, 'as TOML');
    await verdict(bench, 'valid');

    await bench.page.keyboard.press('Control+s');
    await bench.gone('scheme-builder');
    await bench.shows('verdict', 'Valid');
    await expect
      .poll(() => bench.page.locator('[data-testid="request-row"] [data-verdict="valid"]').count())
      .toBe(3);
    await quux(bench, 3);
    await bench.at('new-pill').click();
    await bench.at('request-row', 'order.paid').nth(3).locator('[data-verdict="valid"]').waitFor();
    await ownSchemes(bench);
    await bench.shows('own-scheme', 'Quux');
    await bench.shows('own-scheme-use', '/in/quux');
    await check(bench, found, 'own schemes');
    await bench.at('scheme-import').click();
    await bench.at('import-dialog').waitFor();
    await check(bench, found, 'import');
    expect(Object.fromEntries(found)).toEqual({});
  });
});

test('what is exported, removed and imported again is the same', async ({ bench }) => {
  const folder = await mkdtemp(join(tmpdir(), 'hookbench-scheme-'));
  const file = join(folder, 'acme.toml');
  await writeFile(file, FILE);
  await bench.program.run('endpoint', 'add', '/in');
  await ownSchemes(bench);
  await bench.at('schemes-none').waitFor();
  await bench.at('scheme-import').click();
  await bench.at('import-file').setInputFiles(file);
  await bench.at('import-run').click();
  await bench.gone('import-dialog');
  await bench.shows('own-scheme', 'Acme');
  const download = bench.page.waitForEvent('download');
  await bench.at('own-scheme-save').click();
  const saved = join(folder, 'saved.toml');
  await (await download).saveAs(saved);
  expect(await readFile(saved, 'utf8'), 'the file as it was written').toBe(FILE);
  await bench.at('own-scheme-copy').click();
  expect(await bench.page.evaluate(() => navigator.clipboard.readText())).toBe(FILE);

  await bench.at('own-scheme-remove').click();
  await bench.gone('own-scheme');
  await bench.page.getByRole('button', { name: 'Undo' }).click();
  await bench.shows('own-scheme', 'Acme');
  await bench.at('own-scheme-remove').click();
  await bench.gone('own-scheme');
  await bench.at('scheme-import').click();
  await bench.at('import-toml').fill(FILE);
  await bench.at('import-run').click();
  await bench.gone('import-dialog');
  await bench.shows('own-scheme', 'Acme');
  expect(await bench.program.run('providers', 'export', 'acme'), 'nothing is lost').toBe(FILE);

  await bench.at('scheme-import').click();
  await bench.at('import-toml').fill(FILE.replace('"Acme"', '"Acme the second"'));
  await bench.at('import-run').click();
  await bench.shows('import-known', 'acme');
  await bench.at('import-run').click();
  await bench.gone('import-dialog');
  await bench.shows('own-scheme', 'Acme the second');
  expect(await bench.at('own-scheme').count(), 'in its place').toBe(1);
  await rm(folder, { recursive: true });
});

test('a bad file is refused with its name, line and reason', async ({ bench }) => {
  const folder = await mkdtemp(join(tmpdir(), 'hookbench-scheme-'));
  const file = join(folder, 'broken.toml');
  await writeFile(file, FILE.replace('hmac-sha1', 'hmac-rot13'));
  await ownSchemes(bench);
  await bench.at('scheme-import').click();
  await bench.at('import-file').setInputFiles(file);
  await bench.at('import-run').click();
  await bench.shows('import-problem', /Broken\.toml, line 10, column \d+:.*hmac-rot13/i);
  await bench.page.keyboard.press('Escape');
  await bench.gone('import-dialog');
  expect(await bench.at('own-scheme').count(), 'nothing is kept').toBe(0);

  await bench.at('scheme-new').click();
  await bench.at('scheme-face-toml').click();
  await bench.at('scheme-toml').fill('id = "acme"\nname = "Acme"\nevidence = "D"\nnmae = 1\n');
  await bench.shows('scheme-toml-fault', /Line 4, column 1:.*nmae/);
  await bench.at('scheme-toml-there').click();
  const selected = await bench.page.evaluate(() => {
    const area = document.activeElement as HTMLTextAreaElement;
    return area.value.slice(area.selectionStart, area.selectionEnd);
  });
  expect(selected, 'the line is shown').toBe('nmae = 1');
  expect(await bench.at('scheme-keep').isDisabled(), 'it cannot be kept').toBe(true);
  await bench.at('scheme-back').click();
  await bench.page.getByRole('button', { name: 'Open it again' }).click();
  await bench.shows('scheme-toml-fault', 'nmae');
  await rm(folder, { recursive: true });
});

test('a kept scheme is changed where it is used, and a copy is another one', async ({ bench }) => {
  await bench.program.run('endpoint', 'add', '/in');
  await bench.program.run('secret', 'set', '/in', SECRET);
  const body = '{"n":1}';
  const proof = createHmac('sha1', SECRET).update(body).digest('hex');
  await post(`${bench.listener}/in`, body, { 'X-Acme-Proof': proof });
  await ownSchemes(bench);
  await bench.at('scheme-import').click();
  await bench.at('import-toml').fill(FILE);
  await bench.at('import-run').click();
  await bench.shows('own-scheme', 'Acme');
  await bench.at('own-scheme-edit').click();
  await verdict(bench, 'valid');
  await bench.at('scheme-encoding').selectOption('base64');
  await bench.page.locator('[data-testid="scheme-verdict"]:not([data-verdict="valid"])').waitFor();
  await bench.shows('scheme-tested-sum', '0 of 1');
  await bench.at('scheme-encoding').selectOption('hex-any');
  await verdict(bench, 'valid');
  await bench.at('scheme-id').fill('acme-two');
  await verdict(bench, 'valid');
  await bench.at('scheme-keep').click();
  await bench.gone('scheme-builder');
  expect(await bench.program.run('providers', '--own'), 'one, under its new id').toMatch(
    /^acme-two\b[^\n]*\n$/,
  );
  await bench.at('own-scheme-duplicate').click();
  await bench.at('scheme-keep').waitFor();
  expect(await bench.at('scheme-id').inputValue()).toBe('acme-two-own');
  await verdict(bench, 'valid');
  await bench.at('scheme-keep').click();
  await bench.gone('scheme-builder');
  await expect.poll(() => bench.at('own-scheme').count()).toBe(2);
});

test('a search for a scheme is stopped', async ({ bench }) => {
  // Long enough that the search cannot be over by itself before it is stopped.
  const body = `{"x":"${'y'.repeat(4 * 1024 * 1024)}"}`;
  await post(`${bench.listener}/long`, body, {
    'content-type': 'application/json',
    'X-Long-Proof': 'ab'.repeat(32),
  });
  await bench.open('/long');
  await bench.at('tab-signature').click();
  await bench.at('find-scheme-secret').fill('not this one');
  await bench.at('find-scheme-run').click();
  await bench.at('find-scheme-progress').waitFor();
  await bench.at('find-scheme-stop').click();
  await bench.shows('find-scheme-stopped', /Stopped after[^]*nothing was found until then/);
  expect(await bench.at('find-scheme-run').isEnabled(), 'and can be begun again').toBe(true);
});
