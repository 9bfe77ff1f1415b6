/** What an edited copy is at first, and what of it goes out. */
import { describe, expect, it } from 'vitest';
import type { PreviewView } from '../bindings/PreviewView';
import { ScriptedRows } from '../host/scripted';
import { previewOf } from '../host/views';
import { all, one, open, press, settle } from './mounted';

async function editor(body: string) {
  const made = await open(new ScriptedRows(1), body);
  const { script } = made.host;
  script.draft = () => ({ written: null });
  script.drafts = () => [];
  script.templates = () => [];
  script.preview = (): PreviewView => previewOf('localhost:3000');
  all('request-row')[0]?.click();
  await settle();
  press('e');
  await settle();
  return made;
}

async function goesOut(body: string): Promise<void> {
  const { bench } = await editor(body);
  const { draft } = bench;
  if (draft === null) throw new Error('nothing is being edited');
  draft.preview = previewOf('localhost:3000', { bodyLength: body.length });
  one('replay-tab-goes').click();
  await settle();
}

describe('an edited copy', () => {
  it('goes at first to where a server under development usually is, and not to an error', async () => {
    const { bench } = await editor('{"a":1}');
    expect(bench.around.chosenTarget, 'none is known').toBeNull();
    expect((one('replay-url') as HTMLInputElement).value).toBe('http://localhost:3000/stripe');
    expect(one('replay').querySelector('[role=alert]'), 'nothing was typed yet').toBeNull();
    expect(bench.draft?.changed, 'it is no draft by that alone').toBe(false);
  });
});

describe('what goes out', () => {
  it('is drawn whole where it is short', async () => {
    await goesOut('{\n"a": 1\n}');
    expect(one('replay-preview-body').querySelectorAll('.line')).toHaveLength(3);
  });

  it.each([
    ['of many lines', Array.from({ length: 5000 }, (_, at) => `"${at}"`).join('\n'), 5000],
    ['of long lines', `${'x'.repeat(90_000)}\nlast`, 1000],
  ])('is there to its end in a body %s', async (_, body, least) => {
    await goesOut(body);
    const lines = one('replay-preview-body').querySelector<HTMLElement>('.whole');
    expect(lines, 'only what is on the screen is drawn').not.toBeNull();
    const rows = parseFloat(lines?.style.height ?? '0') / 20;
    expect(rows, 'one can scroll to the last').toBeGreaterThanOrEqual(least);
  });
});
