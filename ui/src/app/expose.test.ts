/** The commands of tunnels to the listener, and the URL that they give. */
import { describe, expect, it } from 'vitest';
import { ScriptedRows } from '../host/scripted';
import { endpointOf } from '../host/views';
import { all, choose, one, open, settle, write } from './mounted';

describe('exposing the listener', () => {
  it('is a button beside the address, and says what it means', async () => {
    const { bench } = await open(new ScriptedRows(0));
    one('expose').click();
    await settle();
    expect(one('expose-ngrok').textContent).toBe('ngrok http 4665');
    expect(one('expose-warning').textContent).toContain('the listener faces the internet');
    expect(all('expose-not-listening')).toHaveLength(0);
    bench.view.close();
    await settle();
    expect(all('expose-dialog')).toHaveLength(0);
  });

  it('puts a host of one’s own into the command, and nothing that a shell reads as more', async () => {
    const { bench } = await open(new ScriptedRows(0));
    bench.view.open({ kind: 'expose' });
    await settle();
    write('expose-ssh-host', 'me@box.example');
    await settle();
    expect(one('expose-ssh').textContent).toBe('ssh -N -R 4665:127.0.0.1:4665 me@box.example');
    write('expose-ssh-host', 'box; rm -r .');
    await settle();
    expect(one('expose-ssh').textContent).not.toContain('rm');
    expect(one('expose-ssh-wrong').textContent).toContain('user@host');
  });

  it('says that nobody would be found while capturing is paused', async () => {
    const { bench, host } = await open(new ScriptedRows(0));
    const before = await host.call('status', {});
    host.script.status = () => ({
      ...before,
      listener: { ...before.listener, listening: false, paused: true, url: '' },
    });
    await bench.around.loadStatus();
    bench.view.open({ kind: 'expose' });
    await settle();
    expect(one('expose-not-listening').textContent).toContain('Capturing is paused');
  });

  it('keeps the public URL of the endpoint and all else of it as it was', async () => {
    const { bench, host } = await open(new ScriptedRows(0));
    const two = [
      endpointOf({ id: 'e1', path: '/stripe' }),
      endpointOf({ id: 'e2', path: '/twilio', provider: 'twilio', parameters: { a: 'b' }, past: 60 }),
    ];
    host.script.endpoints = () => two;
    host.script.update_endpoint = ({ id, publicUrl }) => ({ ...endpointOf({ id }), publicUrl });
    await bench.around.loadEndpoints();
    bench.view.open({ kind: 'expose' });
    await settle();
    choose('expose-endpoint', 'e2');
    await settle();
    write('expose-public-url', ' https://calm-fox.example ');
    one('expose-save').click();
    await settle();
    expect(host.asked.find(([name]) => name === 'update_endpoint')?.[1]).toEqual({
      id: 'e2',
      path: '/twilio',
      provider: 'twilio',
      parameters: { a: 'b' },
      publicUrl: 'https://calm-fox.example',
      past: 60,
      future: null,
      answersHandshakes: false,
    });
  });

  it('keeps what is typed for the endpoint that was shown, and for no other', async () => {
    const { bench, host } = await open(new ScriptedRows(0));
    const [first, other] = [endpointOf({ id: 'e1', path: '/stripe' }), endpointOf({ id: 'e0', path: '/a' })];
    const known = { endpoints: [first] };
    host.script.endpoints = () => known.endpoints;
    await bench.around.loadEndpoints();
    bench.view.open({ kind: 'expose' });
    await settle();
    write('expose-public-url', 'https://calm-fox.example');
    const shown = (): string[] =>
      ['expose-endpoint', 'expose-public-url'].map((id) => (one(id) as HTMLInputElement).value);
    known.endpoints = [other, first];
    await bench.around.loadEndpoints();
    await settle();
    expect(shown(), 'one that is first by now').toEqual(['e1', 'https://calm-fox.example']);
    known.endpoints = [other];
    await bench.around.loadEndpoints();
    await settle();
    expect(shown(), 'it goes with its endpoint').toEqual(['e0', '']);
  });

  it('leads to an endpoint where there is none to keep a URL for', async () => {
    const { bench } = await open(new ScriptedRows(0));
    bench.view.open({ kind: 'expose' });
    await settle();
    expect(all('expose-public')).toHaveLength(0);
    one('expose-add-endpoint').click();
    await settle();
    expect(bench.view.dialog?.kind).toBe('endpoint');
  });
});
