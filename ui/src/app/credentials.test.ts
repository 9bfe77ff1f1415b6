/** Where the window says what becomes of credentials that a request came with. */
import { describe, expect, it, vi } from 'vitest';
import type { PreviewView } from '../bindings/PreviewView';
import type { TargetView } from '../bindings/TargetView';
import { type ScriptedHost, ScriptedRows } from '../host/scripted';
import { deliveryOf, endpointOf, previewOf, rulesOf, targetOf } from '../host/views';
import { all, one, open, press, settle, write } from './mounted';

/** It is asked once typing has come to rest. */
const PATIENCE = { timeout: 4_000 };

const PREVIEW = previewOf('far.example');

const TARGET = targetOf({ name: 'staging', url: 'https://far.example' });

const pause = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

function said(id: string): string {
  return one(id).textContent.replace(/\s+/g, ' ');
}

describe('the edit page', () => {
  async function editor(preview: PreviewView, targets: TargetView[]) {
    const made = await open(new ScriptedRows(1));
    Object.assign(made.host.script, {
      draft: () => ({ written: null }),
      drafts: () => [],
      templates: () => [],
      save_draft: () => ({}),
      preview: () => preview,
      targets: () => structuredClone(targets),
    });
    await made.bench.around.loadEndpoints();
    all('request-row')[0]?.click();
    await settle();
    press('e');
    await settle();
    write('replay-url', 'https://far.example/a');
    await settle();
    one('replay-tab-headers').click();
    await settle();
    return made;
  }

  it('says by the headers and with what goes out that they stay, and leads to the switch', async () => {
    const { bench } = await editor({ ...PREVIEW, withheld: ['Authorization'] }, [TARGET]);
    await vi.waitFor(() => {
      expect(said('replay-withheld')).toContain('Authorization will not go to far.example');
    }, PATIENCE);
    expect(said('replay-becomes')).toContain('by the target staging');
    one('replay-tab-goes').click();
    await settle();
    expect(said('replay-withheld'), 'there too').toContain('Authorization will not go');
    one('replay-credentials').click();
    await settle();
    expect(bench.view.dialog).toMatchObject({ kind: 'target', target: 't1' });
    expect(one('target-credentials').closest('details')?.open, 'its switch is in sight').toBe(true);
    expect(document.activeElement, 'and has the keyboard').toBe(one('target-credentials'));
  });

  it('asks again only where the targets are others', async () => {
    const { bench, host } = await editor({ ...PREVIEW, withheld: ['Authorization'] }, [TARGET]);
    const asked = (): number =>
      host.asked.filter(
        ([name, args]) => name === 'preview' && (args as { url: string }).url === 'https://far.example/a',
      ).length;
    await vi.waitFor(() => {
      expect(asked()).toBe(1);
    }, PATIENCE);
    const before = asked();
    // As with every request that comes.
    await bench.around.loadEndpoints();
    await pause(400);
    expect(asked(), 'nothing is another').toBe(before);
    const lets = { ...TARGET, rules: rulesOf({ sendCredentials: true }) };
    Object.assign(host.script, {
      targets: () => [structuredClone(lets)],
      preview: () => ({ ...PREVIEW, sentOn: ['Authorization'] }),
    });
    await bench.around.loadEndpoints();
    await vi.waitFor(() => {
      expect(said('replay-sent-on'), 'its rules are').toContain('Authorization will go to far.example');
    }, PATIENCE);
    expect(asked()).toBe(before + 1);
  });

  it('keeps the button that leads to the rules once these let them go', async () => {
    const { bench, host } = await editor({ ...PREVIEW, withheld: ['Authorization'] }, [TARGET]);
    await vi.waitFor(() => {
      expect(all('replay-withheld')).toHaveLength(1);
    }, PATIENCE);
    const button = one('replay-credentials');
    button.focus();
    Object.assign(host.script, {
      targets: () => [{ ...TARGET, rules: rulesOf({ sendCredentials: true }) }],
      preview: () => ({ ...PREVIEW, sentOn: ['Authorization'] }),
    });
    await bench.around.loadEndpoints();
    await vi.waitFor(() => {
      expect(all('replay-sent-on')).toHaveLength(1);
    }, PATIENCE);
    expect(document.activeElement, 'it has the keyboard').toBe(button);
    expect(button.isConnected).toBe(true);
  });

  it('offers to make a target of a host that is none', async () => {
    await editor({ ...PREVIEW, withheld: ['Cookie'] }, []);
    await vi.waitFor(() => {
      expect(said('replay-credentials')).toContain('Make it a target');
    }, PATIENCE);
    one('replay-credentials').click();
    await settle();
    expect((one('target-url') as HTMLInputElement).value).toBe('https://far.example');
  });

  it('says that they go where the target lets them, and nothing where there are none', async () => {
    const { host } = await editor({ ...PREVIEW, sentOn: ['Cookie'] }, [TARGET]);
    await vi.waitFor(() => {
      expect(said('replay-sent-on')).toContain('Cookie will go to far.example as captured');
    }, PATIENCE);
    host.script.preview = () => PREVIEW;
    write('replay-url', 'https://far.example/b');
    await settle();
    await vi.waitFor(() => {
      expect([...all('replay-withheld'), ...all('replay-sent-on')]).toEqual([]);
    }, PATIENCE);
  });
});

describe('a delivery', () => {
  it.each([
    [['Authorization', 'Cookie'], 'Authorization and Cookie stayed here'],
    [[], null],
  ])('that left %j here says so', async (withheld, words) => {
    const { host } = await open(new ScriptedRows(1));
    host.script.deliveries = () => [
      deliveryOf({ kind: 'forward', url: 'https://far.example/a', target: 't1', withheld }),
    ];
    all('request-row')[0]?.click();
    await settle();
    one('delivery-row').click();
    await settle();
    if (words === null) expect(all('answer-withheld')).toEqual([]);
    else expect(said('answer-withheld')).toContain(words);
  });
});

describe('what is forwarded', () => {
  async function form(script: Partial<ScriptedHost['script']>) {
    const { bench, host } = await open(new ScriptedRows(1));
    const endpoint = endpointOf({ path: '/a' });
    Object.assign(host.script, { endpoints: () => [structuredClone(endpoint)], ...script });
    await bench.around.loadEndpoints();
    bench.view.open({ kind: 'endpoint', endpoint, path: '/a', part: 'forward' });
    await settle();
    one('forward-add').click();
    await settle();
    return bench;
  }

  it('is told of where its target is chosen', async () => {
    await form({ captured_credentials: ({ url }) => ({ withheld: url === 'https://far.example' }) });
    expect(all('forward-withheld'), 'nothing is known yet').toEqual([]);
    write('forward-to', 'https://far.example');
    await settle();
    await vi.waitFor(() => {
      expect(said('forward-withheld')).toContain('Authorization and Cookie of what is forwarded stay here');
    }, PATIENCE);
    write('forward-to', 'http://localhost:3000');
    await settle();
    expect(all('forward-withheld'), 'that was said of another').toEqual([]);
  });

  it('is told of without a break while requests come', async () => {
    const bench = await form({
      captured_credentials: () => ({ withheld: true }),
      targets: () => [structuredClone(TARGET)],
    });
    await vi.waitFor(() => {
      expect(all('forward-withheld')).toHaveLength(1);
    }, PATIENCE);
    await bench.around.loadEndpoints();
    await settle();
    expect(all('forward-withheld')).toHaveLength(1);
  });
});
