/** Edit and replay: signed anew, under a new id, seen before it goes; drafts and templates that stay. */
import { type Bench, expect, test } from '../harness/bench';
import { serve } from '../harness/program';
import { githubHeaders, post, target } from '../harness/wire';

const SECRET = 'the secret of both';

/** Puts a text into the editor in the place of what is there, as a person does. */
async function write(bench: Bench, text: string): Promise<void> {
  await bench.at('replay-body').click();
  await bench.page.keyboard.press('Control+a');
  await bench.page.keyboard.insertText(text);
}

test('an edited copy is signed anew under a new id, and another Hookbench finds it valid', async ({
  bench,
}) => {
  const receiver = await serve();
  for (const program of [bench.program, receiver]) {
    await program.run('endpoint', 'add', '/github', '--provider', 'github');
    await program.run('secret', 'set', '/github', SECRET);
  }
  const body = '{"ref":"refs/heads/main","id":12345678901234567890}';
  await post(`${bench.listener}/github`, body, githubHeaders(SECRET, body));
  await bench.open('push');
  await bench.page.keyboard.press('e');
  await bench.at('replay-url').fill(`${receiver.listener}/github`);
  await bench.shows('replay-verdict', 'Valid');
  expect(await bench.at('replay-signature').inputValue(), 'a known sender is signed anew').toBe('endpoint');

  await bench.at('replay-format').click();
  await bench.shows('replay-body', '"id": 12345678901234567890');
  await bench.at('replay-signature').selectOption('kept');
  await bench.shows('replay-verdict', 'Invalid');
  await bench.at('replay-signature').selectOption('endpoint');
  await bench.at('replay-new-id').check();
  await bench.at('replay-tab-goes').click();
  await bench.shows('replay-preview', 'signed anew');
  await bench.shows('replay-preview', 'the new delivery id');
  await bench.shows('replay-verdict', 'Valid');
  await bench.shows('replay-preview-body', '"ref": "refs/heads/main"');
  await bench.at('replay-send').click();
  await bench.shows('answer-status', '200');

  const came = JSON.parse((await receiver.run('list', '--json')).trim().split('\n')[0] ?? '{}') as {
    verdict?: string;
    id?: string;
  };
  expect(came.verdict, 'the other program checks it by itself').toBe('valid');
  const raw = await receiver.run('show', came.id ?? '', '--raw');
  expect(raw).not.toContain('72d3162e-cc78-11e3-81ab-4c9367dc0958');
  expect(raw).toContain('"id": 12345678901234567890');
  await receiver.end();
});

test('a draft outlives the program, is listed, discarded and had back', async ({ bench }) => {
  await post(`${bench.listener}/draft`, '{"kept": false}');
  await bench.open('/draft');
  await bench.page.keyboard.press('e');
  await write(bench, '{"kept": "over a restart"}');
  await bench.at('replay-close').click();
  await bench.at('nav-drafts').waitFor();
  await bench.program.stop();
  const again = await serve(bench.program.data);
  bench.forgive(/./);
  await bench.page.goto(again.interface);
  await bench.at('nav-drafts').click();
  await bench.shows('draft-row', '/draft');
  await bench.at('draft-discard').click();
  await bench.gone('draft-row');
  await bench.page.keyboard.press('Escape');
  await bench.at('note-offer').first().click();
  await bench.at('nav-drafts').click();
  await bench.at('draft-open').click();
  await bench.shows('replay-body', '{"kept": "over a restart"}');
  await again.stop();
});

test('a template is saved, filled in with other values and sent', async ({ bench }) => {
  const dev = await target();
  await post(`${bench.listener}/order`, '{"order": 7}');
  await bench.open('/order');
  await bench.page.keyboard.press('e');
  await bench.at('replay-url').fill(`${dev.url}/orders`);
  await write(bench, '{"order": {{json:/order}}, "tenant": "{{tenant}}", "id": "{{uuid}}"}');
  await bench.shows('replay-json', 'not JSON');
  await bench.at('replay-templates').click();
  await bench.at('template-name').fill('an order');
  await bench.at('template-save').click();
  await bench.at('template-use').click();
  await bench.at('template-value').fill('blue');
  await bench.shows('template-filled', '"tenant": "blue"');
  await bench.at('template-open').click();
  await bench.shows('replay-body', '"tenant": "blue"');
  await bench.shows('replay-json', 'valid JSON');
  await bench.at('replay-send').click();
  await bench.shows('answer-status', '200');
  expect(dev.came[0]?.body.toString()).toMatch(/^\{"order": 7, "tenant": "blue", "id": "[0-9a-f-]{36}"\}$/);
  await dev.close();
});

test('a template that is removed can be had back, until the window is left', async ({ bench }) => {
  await post(`${bench.listener}/order`, '{"order": 7}');
  await bench.open('/order');
  await bench.page.keyboard.press('e');
  await bench.at('replay-url').fill('http://127.0.0.1:9/orders');
  await bench.at('replay-templates').click();
  await bench.at('template-name').fill('an order');
  await bench.at('template-save').click();
  await bench.at('template-remove').click();
  await bench.gone('template-row');
  await bench.at('note-offer').click();
  await bench.at('template-row').waitFor();
  await bench.gone('note-offer');
  await bench.at('template-remove').click();
  await bench.gone('template-row');
  await bench.page.reload();
  await bench.open('/order');
  await bench.page.keyboard.press('e');
  await bench.at('replay-templates').click();
  await bench.shows('templates-dialog', 'No templates yet');
});

test('bytes are edited as hex or taken from a file', async ({ bench }) => {
  const dev = await target();
  await post(`${bench.listener}/bytes`, Buffer.from([0, 1, 0xff]), {
    'Content-Type': 'application/octet-stream',
  });
  await bench.open('/bytes');
  await bench.page.keyboard.press('e');
  await bench.at('replay-url').fill(`${dev.url}/bytes`);
  await bench.at('replay-choice').selectOption('hex');
  await bench.at('replay-hex').fill('00 01 fz');
  await bench.shows('replay-becomes', 'is not hex');
  await bench.at('replay-hex').fill('00 01 fe 0a');
  await bench.at('replay-send').click();
  await bench.shows('answer-status', '200');
  expect(dev.came[0]?.body).toEqual(Buffer.from([0, 1, 0xfe, 0x0a]));
  await bench
    .at('replay-file')
    .setInputFiles({ name: 'x.bin', mimeType: 'x/y', buffer: Buffer.from([9, 0, 9]) });
  await bench.shows('replay-choice', 'x.bin');
  await bench.at('replay-send').click();
  await expect.poll(() => dev.came.length).toBe(2);
  expect(dev.came[1]?.body).toEqual(Buffer.from([9, 0, 9]));
  await dev.close();
});

test('a host outside is agreed to where forwarding is set', async ({ bench }) => {
  await bench.program.run('endpoint', 'add', '/hook');
  await bench.page.reload();
  await bench.at('endpoint').first().hover();
  await bench.at('endpoint-edit').first().click();
  await bench.at('endpoint-part-forward').click();
  await bench.at('forward-add').click();
  await bench.at('forward-to').fill('http://192.0.2.1:9');
  await bench.at('forward-save').click();
  bench.forgive(/4\d\d/);
  await bench.shows('forward-allow', '192.0.2.1:9');
  await bench.at('forward-allow').click();
  await bench.gone('forward-problem');
  await bench.shows('note', 'forwarded as they come');
});
