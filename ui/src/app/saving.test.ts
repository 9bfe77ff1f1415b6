/** What is typed while a save is under way, and what it saves. */
import { describe, expect, it } from 'vitest';
import type { EndpointView } from '../bindings/EndpointView';
import { ScriptedRows } from '../host/scripted';
import { endpointOf, targetOf } from '../host/views';
import type { EndpointPart } from '../state/view.svelte';
import { one, open, settle, value, write } from './mounted';

/** The editor of an endpoint whose saves are answered when the test says so. */
async function editor(part: EndpointPart) {
  const { bench, host } = await open(new ScriptedRows(1));
  let endpoint: EndpointView = endpointOf({
    answer: { status: 200, headers: [], body: '', delayMillis: 0 },
    forwards: [{ target: 't1', filter: '', way: 'at_once', deadlineMillis: 5000 }],
    fault: { kind: 'fail', amount: 503, reach: 'next', extent: 3, struck: 0 },
  });
  let waiting: (() => void)[] = [];
  const later = (): Promise<EndpointView> =>
    new Promise((resolve) => {
      waiting = [...waiting, () => resolve(endpoint)];
    });
  host.script.endpoints = () => [endpoint];
  host.script.targets = () => [targetOf({ name: 'dev' })];
  host.script.answer_variables = () => [];
  host.script.captured_credentials = () => ({ withheld: false });
  Object.assign(host.script, { set_answer: later, set_fault: later, set_forwards: later });
  host.script.update_endpoint = ({ publicUrl }) => {
    const saved = later();
    endpoint = { ...endpoint, publicUrl };
    return saved;
  };
  await bench.around.loadAll();
  if (part === 'general') bench.view.open({ kind: 'expose' });
  else bench.view.open({ kind: 'endpoint', endpoint, path: endpoint.path, part });
  await settle();
  return {
    bench,
    host,
    endpoint,
    answer: async (): Promise<void> => {
      for (const one of waiting) one();
      waiting = [];
      await settle();
    },
    turn: async (to: EndpointPart): Promise<void> => {
      one(`endpoint-part-${to}`).click();
      await settle();
    },
    /** Whether a click beside the dialog closes it. */
    closes: async (dialog = 'endpoint-dialog'): Promise<boolean> => {
      one(dialog).dispatchEvent(new MouseEvent('mousedown', { bubbles: true, cancelable: true }));
      await settle();
      return bench.view.dialog === null;
    },
  };
}

const FORMS = [
  { part: 'answer', field: 'answer-status', text: '500', save: 'answer-save' },
  { part: 'forward', field: 'forward-filter', text: 'event:a', save: 'forward-save' },
  { part: 'faults', field: 'fault-amount-fail', text: '500', save: 'fault-set' },
] as const;

describe.each(FORMS)('a save of the part $part', ({ part, field, text, save }) => {
  it('saves what stood there and nothing that is typed elsewhere before the answer', async () => {
    const { bench, answer, closes, turn } = await editor(part);
    write(field, text);
    one(save).click();
    await settle();
    await turn('general');
    write('endpoint-path', '/orders');
    await answer();
    expect(await closes(), 'the path is not saved').toBe(false);
    expect(bench.view.dialog?.kind).toBe('endpoint');
    write('endpoint-path', '/stripe');
    expect(await closes(), 'what was saved is no work to do again').toBe(true);
  });

  it('leaves what is typed there before the answer', async () => {
    const { answer, closes } = await editor(part);
    write(field, text);
    one(save).click();
    await settle();
    write(field, `${text}1`);
    await answer();
    expect([await closes(), value(field)]).toEqual([false, `${text}1`]);
    write(field, text);
    expect(await closes(), 'that is what was saved').toBe(true);
  });
});

describe('a save', () => {
  it('of General closes nothing over what is typed there before the answer', async () => {
    const { bench, answer, turn } = await editor('answer');
    await turn('general');
    write('endpoint-path', '/orders');
    one('endpoint-save').click();
    await settle();
    write('endpoint-path', '/orders/new');
    await answer();
    expect([bench.view.dialog?.kind, value('endpoint-path')]).toEqual(['endpoint', '/orders/new']);
    one('endpoint-save').click();
    await settle();
    await answer();
    expect(bench.view.dialog, 'nothing is left').toBeNull();
  });

  it('that switches a fault off saves nothing of what is typed beside it', async () => {
    const { answer, closes } = await editor('faults');
    write('fault-amount-fail', '500');
    one('fault-off').click();
    await settle();
    await answer();
    expect(await closes()).toBe(false);
  });

  it('of what is forwarded sends all lines as they stood when it was pressed', async () => {
    const { host, answer } = await editor('forward');
    write('forward-to', 'http://new.example');
    let made: () => void = () => undefined;
    host.script.save_target = async () => {
      await new Promise<void>((resolve) => (made = resolve));
      return { id: 't9', name: 'new', url: 'http://new.example' } as never;
    };
    write('forward-filter', 'event:a');
    one('forward-save').click();
    await settle();
    write('forward-filter', 'event:b');
    made();
    await settle();
    expect(host.asked.find(([name]) => name === 'set_forwards')?.[1]).toMatchObject({
      forwards: [{ target: 't9', filter: 'event:a' }],
    });
    await answer();
  });

  it('of a public URL takes back nothing that is typed before the answer', async () => {
    const { answer, closes } = await editor('general');
    write('expose-public-url', 'https://calm-fox.example');
    one('expose-save').click();
    await settle();
    write('expose-public-url', 'https://calm-fox.example/in');
    await answer();
    expect(value('expose-public-url')).toBe('https://calm-fox.example/in');
    expect(await closes('expose-dialog'), 'it is not saved').toBe(false);
    one('expose-save').click();
    await settle();
    await answer();
    expect(value('expose-public-url')).toBe('https://calm-fox.example/in');
    expect(await closes('expose-dialog')).toBe(true);
  });
});
