/** What the sheet that sends one again says before it does. */
import { expect, it, vi } from 'vitest';
import type { PreviewView } from '../bindings/PreviewView';
import { ScriptedRows } from '../host/scripted';
import { previewOf } from '../host/views';
import { all, one, open, press, settle, write } from './mounted';

/** It is asked once typing has come to rest. */
const PATIENCE = { timeout: 4_000 };

const PREVIEW = previewOf('staging.example', {
  changes: [{ before: 'Cookie: a=1', after: null, why: 'it was meant for another host' }],
  withheld: ['Cookie'],
});

async function sheet(preview: PreviewView): Promise<void> {
  const { host } = await open(new ScriptedRows(1));
  host.script.preview = () => preview;
  host.script.retry_presets = () => [];
  all('request-row')[0]?.click();
  await settle();
  press('R', { shiftKey: true });
  await vi.waitFor(() => {
    expect(one('preview').textContent).toContain('Host: staging.example');
  }, PATIENCE);
}

it('names the credentials that will not go', async () => {
  await sheet(PREVIEW);
  expect(one('preview-withheld').textContent).toContain('Cookie will not go');
});

it('names the credentials that the target lets go', async () => {
  await sheet({ ...PREVIEW, changes: [], withheld: [], sentOn: ['Cookie'] });
  expect(one('preview-sent-on').textContent).toContain('Cookie will go, though meant for another host');
});

it('says nothing of credentials where all goes', async () => {
  await sheet({ ...PREVIEW, changes: [], withheld: [] });
  expect([...all('preview-withheld'), ...all('preview-sent-on')]).toEqual([]);
});

it('says nothing of another URL than the one that is written', async () => {
  const { host } = await open(new ScriptedRows(1));
  let answer = (): void => undefined;
  let asked = 0;
  host.script.retry_presets = () => [];
  host.script.preview = async () => {
    asked += 1;
    await new Promise<void>((resolve) => (answer = resolve));
    return PREVIEW;
  };
  all('request-row')[0]?.click();
  await settle();
  press('R', { shiftKey: true });
  await vi.waitFor(() => {
    expect(asked).toBe(1);
  }, PATIENCE);
  write('resend-url', 'https://staging.example');
  await settle();
  answer();
  await settle();
  expect(all('preview'), 'the answer was for the URL before').toEqual([]);
  await vi.waitFor(() => {
    expect(asked).toBe(2);
  }, PATIENCE);
  answer();
  await vi.waitFor(() => {
    expect(all('preview')).toHaveLength(1);
  }, PATIENCE);
  write('resend-url', 'staging');
  await settle();
  expect(all('preview'), 'this is no URL').toEqual([]);
});
