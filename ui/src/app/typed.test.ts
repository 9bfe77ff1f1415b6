/** What was typed is not lost without a word. */
import { describe, expect, it } from 'vitest';
import { ScriptedRows } from '../host/scripted';
import { endpointOf, limitOf, providerOf } from '../host/views';
import type { EndpointPart } from '../state/view.svelte';
import { all, choose, one, open, press, settle, write } from './mounted';

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

  it('closes it though what is saved as it is typed stands there, and not where it cannot be saved', async () => {
    const { bench } = await open(new ScriptedRows(0));
    bench.view.open({ kind: 'expose' });
    await settle();
    write('expose-ssh-host', 'box; rm');
    beside('expose-dialog');
    await settle();
    expect(bench.view.dialog?.kind).toBe('expose');
    write('expose-ssh-host', 'me@box.example');
    beside('expose-dialog');
    await settle();
    expect(bench.view.dialog).toBeNull();
    bench.view.open({ kind: 'expose' });
    await settle();
    expect(value('expose-ssh-host')).toBe('me@box.example');
  });

  it('closes it once a public URL is saved', async () => {
    const { bench, host } = await open(new ScriptedRows(0));
    const kept = { publicUrl: null as string | null };
    host.script.endpoints = () => [endpointOf(kept)];
    host.script.update_endpoint = ({ publicUrl }) => endpointOf(Object.assign(kept, { publicUrl }));
    await bench.around.loadEndpoints();
    bench.view.open({ kind: 'expose' });
    await settle();
    write('expose-public-url', 'https://calm-fox.example');
    beside('expose-dialog');
    await settle();
    expect(bench.view.dialog?.kind).toBe('expose');
    one('expose-save').click();
    await settle();
    expect(value('expose-public-url')).toBe('https://calm-fox.example');
    beside('expose-dialog');
    await settle();
    expect(bench.view.dialog).toBeNull();
  });

  it('closes the palette whatever was looked for', async () => {
    const { bench } = await open(new ScriptedRows(1));
    press('k', { ctrlKey: true });
    await settle();
    write('palette-input', 'sort');
    beside('palette');
    await settle();
    expect(bench.view.palette).toBe(false);
  });
});

describe('what was typed in a part of an endpoint', () => {
  async function editor(part: EndpointPart) {
    const { bench, host } = await open(new ScriptedRows(1));
    const kept = {
      endpoint: endpointOf({ answer: { status: 200, headers: [], body: '', delayMillis: 0 } }),
    };
    host.script.endpoints = () => [kept.endpoint];
    host.script.providers = () => [{ ...providerOf('acme', 'Acme'), answerWithin: 5 }];
    host.script.answer_variables = () => [];
    host.script.set_answer = () => kept.endpoint;
    await bench.around.loadAll();
    bench.view.open({ kind: 'endpoint', endpoint: kept.endpoint, path: kept.endpoint.path, part });
    await settle();
    const turn = async (to: EndpointPart): Promise<void> => {
      one(`endpoint-part-${to}`).click();
      await settle();
    };
    return { bench, host, kept, turn };
  }

  it('is there again after another one', async () => {
    const { turn } = await editor('answer');
    write('answer-status', '503');
    await turn('secrets');
    one('secret-add').click();
    await settle();
    write('secret-value', 'whsec_1');
    await turn('general');
    write('endpoint-path', '/orders');
    await turn('answer');
    await turn('secrets');
    expect([value('answer-status'), value('secret-value'), value('endpoint-path')]).toEqual([
      '503',
      'whsec_1',
      '/orders',
    ]);
    const shown = [...one('endpoint-panel').children].filter((part) => !(part as HTMLElement).hidden);
    expect(shown, 'one part is in sight').toHaveLength(1);
    expect(shown[0]?.contains(one('secret-value'))).toBe(true);
    for (const id of ['answer-status', 'secret-value', 'endpoint-path']) expect(all(id)).toHaveLength(1);
  });

  it('is not lost by a click beside the dialog while another is shown, nor once that one is saved', async () => {
    const { bench, turn } = await editor('general');
    write('endpoint-path', '/orders');
    await turn('answer');
    beside('endpoint-dialog');
    await settle();
    expect(bench.view.dialog?.kind, 'it is out of sight').toBe('endpoint');
    write('answer-status', '503');
    one('answer-save').click();
    await settle();
    beside('endpoint-dialog');
    await settle();
    expect(bench.view.dialog?.kind, 'the other is not saved by it').toBe('endpoint');
  });

  it('stays open where General is saved, which closes the dialog where there is nothing', async () => {
    const { bench, host, kept, turn } = await editor('answer');
    host.script.update_endpoint = () => (kept.endpoint = { ...kept.endpoint, provider: 'acme' });
    write('answer-delay', '9000');
    await turn('general');
    one('endpoint-save').click();
    await settle();
    expect([bench.view.dialog?.kind, value('answer-delay')]).toEqual(['endpoint', '9000']);
    expect(one('endpoint-panel').textContent, 'a part knows what was saved in another').toContain(
      'Acme gives up after 5 s',
    );
    await turn('answer');
    one('answer-save').click();
    await settle();
    await turn('general');
    one('endpoint-save').click();
    await settle();
    expect(bench.view.dialog).toBeNull();
  });

  it('closes no other dialog that is open once General is saved', async () => {
    const { bench, host, kept } = await editor('general');
    let save = (): void => undefined;
    host.script.update_endpoint = () =>
      new Promise((resolve) => {
        save = () => resolve(kept.endpoint);
      });
    one('endpoint-save').click();
    await settle();
    bench.view.open({ kind: 'keys' });
    await settle();
    save();
    await settle();
    expect(bench.view.dialog?.kind).toBe('keys');
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

  it('is offered again where it is a pointer to what is masked, with where that holds', async () => {
    const { bench, host } = await open(new ScriptedRows(0));
    host.script.endpoints = () => [endpointOf()];
    await bench.around.loadEndpoints();
    bench.view.openSettings('masking');
    await settle();
    write('mask-pointer', '/customer/email');
    choose('mask-where', '/stripe');
    await settle();
    press('Escape');
    await settle();
    one('note-offer').click();
    await settle();
    expect([value('mask-pointer'), value('mask-where')]).toEqual(['/customer/email', '/stripe']);
  });

  it('is not spoken of where nothing was typed', async () => {
    const { bench } = await open(new ScriptedRows(0));
    for (const section of ['limits', 'listener', 'masking', 'storage']) {
      bench.view.openSettings(section);
      await settle();
      press('Escape');
      await settle();
    }
    expect(all('note-offer')).toEqual([]);
  });

  it('stays in the other fields where one limit goes back to the usual', async () => {
    const { bench, host } = await open(new ScriptedRows(0));
    const head = limitOf({ name: 'head', title: 'Head', value: 2048, usual: 1024 });
    host.script.limits = () => [limitOf({ value: 4096, usual: 1024 }), head];
    host.script.set_limits = () => [limitOf({ value: 1024, usual: 1024 }), head];
    bench.view.openSettings('limits');
    await settle();
    write('limit-head', '9 KiB');
    one('limit-body-reset').click();
    await settle();
    expect(value('limit-head')).toBe('9 KiB');
  });
});
