/** What was typed is not lost without a word. */
import { describe, expect, it } from 'vitest';
import { ScriptedRows } from '../host/scripted';
import { endpointOf } from '../host/views';
import { all, one, open, press, settle } from './mounted';

function write(id: string, text: string): void {
  const field = one(id) as HTMLInputElement;
  field.focus();
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
const value = (id: string): string => (one(id) as HTMLInputElement).value;
const beside = (id: string): boolean =>
  one(id).dispatchEvent(new MouseEvent('mousedown', { bubbles: true, cancelable: true }));

describe('a click beside a dialog', () => {
  it('closes it, unless something was typed there', async () => {
    const { bench } = await open(new ScriptedRows(1));
    const wanted = { kind: 'endpoint', endpoint: null, path: '', part: 'general' } as const;
    bench.view.open(wanted);
    await settle();
    beside('endpoint-dialog');
    await settle();
    expect(bench.view.dialog, 'nothing is lost').toBeNull();
    bench.view.open(wanted);
    await settle();
    write('endpoint-path', '/orders');
    const [went, told] = [beside('endpoint-dialog'), (): string => one('dialog-stays').textContent];
    await settle();
    expect([bench.view.dialog, went], 'the keyboard stays in the field too').toEqual([wanted, false]);
    expect([value('endpoint-path'), told()]).toEqual(['/orders', expect.stringContaining('not kept yet')]);
    write('endpoint-path', '');
    beside('endpoint-dialog');
    await settle();
    expect(bench.view.dialog, 'it is as it was').toBeNull();
  });

  it('closes it once what was typed is saved, though it still stands there', async () => {
    const { bench, host } = await open(new ScriptedRows(1));
    const endpoint = endpointOf({ answer: { status: 200, headers: [], body: '', delayMillis: 0 } });
    bench.around.endpoints = [endpoint];
    host.script.endpoints = () => [endpoint];
    host.script.answer_variables = () => [];
    host.script.set_answer = () => endpoint;
    bench.view.open({ kind: 'endpoint', endpoint, path: endpoint.path, part: 'answer' });
    await settle();
    write('answer-status', '500');
    await settle();
    beside('endpoint-dialog');
    await settle();
    expect(bench.view.dialog?.kind).toBe('endpoint');
    one('answer-save').click();
    await settle();
    beside('endpoint-dialog');
    await settle();
    expect(bench.view.dialog, 'nothing is lost').toBeNull();
  });

  it('closes the palette whatever was looked for', async () => {
    const { bench } = await open(new ScriptedRows(1));
    press('k', { ctrlKey: true });
    await settle();
    const field = one('palette').querySelector('input');
    if (field === null) throw new Error('the palette has no field');
    field.value = 'sort';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    beside('palette');
    await settle();
    expect(bench.view.palette).toBe(false);
  });
});

describe('what was typed in the settings and not saved', () => {
  it('is offered again where they are left by Escape', async () => {
    const { bench, host } = await open(new ScriptedRows(0));
    bench.view.openSettings('limits');
    await settle();
    write('limit-body', '10 MiB');
    await settle();
    press('Escape');
    await settle();
    expect(all('settings')).toEqual([]);
    expect(one('note').textContent).toContain('not saved');
    one('note-offer').click();
    await settle();
    expect(value('limit-body')).toBe('10 MiB');
    one('limits-save').click();
    await settle();
    expect(host.asked.filter(([name]) => name === 'set_limits')).toHaveLength(1);
    press('Escape');
    await settle();
    expect(all('note-offer'), 'what was taken up or saved is not offered').toEqual([]);
  });

  it('is offered again where another section is opened, and put where it was', async () => {
    const { bench } = await open(new ScriptedRows(0));
    bench.view.openSettings('listener');
    await settle();
    write('settings-port', '4700');
    await settle();
    one('settings-limits').click();
    await settle();
    one('note-offer').click();
    await settle();
    expect([one('settings-section').dataset['section'], value('settings-port')]).toEqual([
      'listener',
      '4700',
    ]);
  });

  it('is not spoken of where nothing was typed', async () => {
    const { bench } = await open(new ScriptedRows(0));
    for (const section of ['limits', 'listener', 'storage']) {
      bench.view.openSettings(section);
      await settle();
      press('Escape');
      await settle();
    }
    expect(all('note-offer')).toEqual([]);
  });

  it('stays in the other fields where one limit goes back to the usual', async () => {
    const { bench, host } = await open(new ScriptedRows(0));
    const body = {
      name: 'body',
      title: 'Body',
      meaning: 'Most.',
      unit: 'bytes',
      least: 1,
      most: 2 ** 30,
    } as const;
    const head = { ...body, name: 'head', title: 'Head', value: 2048, usual: 1024 };
    host.script.limits = () => [{ ...body, value: 4096, usual: 1024 }, head];
    host.script.set_limits = () => [{ ...body, value: 1024, usual: 1024 }, head];
    bench.view.openSettings('limits');
    await settle();
    write('limit-head', '9 KiB');
    one('limit-body-reset').click();
    await settle();
    expect(value('limit-head')).toBe('9 KiB');
  });
});
