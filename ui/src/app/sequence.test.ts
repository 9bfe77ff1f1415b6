/** What the sheet that sends several says before it does. */
import { describe, expect, it, vi } from 'vitest';
import { ScriptedRows } from '../host/scripted';
import { all, one, open, settle, write } from './mounted';

/** It is asked once typing has come to rest. */
const PATIENCE = { timeout: 4_000 };

describe('signatures that have grown too old', () => {
  async function sheet() {
    const { bench, host } = await open(new ScriptedRows(2));
    host.script.run_ages = () => ({
      tooOld: 1,
      lookedAt: 2,
      of: 2,
      sentence: '1 of the 2 requests carry a signature that is too old by now',
      withheld: 'credentials that came for another host will not go',
    });
    bench.view.open({ kind: 'sequence', chosen: ['r1', 'r2'] });
    await settle();
    return { bench, host };
  }

  it('are told of before anything goes, beside the switch that makes new ones', async () => {
    const { host } = await sheet();
    await vi.waitFor(() => {
      expect(one('sequence-ages').textContent).toContain('1 of the 2 requests');
    }, PATIENCE);
    expect(
      host.asked.filter(([name]) => name === 'start_run'),
      'nothing goes for that',
    ).toEqual([]);
    expect(host.asked.find(([name]) => name === 'run_ages')?.[1]).toMatchObject({ requests: ['r1', 'r2'] });
    one('sequence-resign').click();
    await settle();
    expect(all('sequence-ages'), 'with a new signature its age is no matter').toEqual([]);
    expect(one('sequence-withheld').textContent, 'credentials stay here all the same').toContain(
      'will not go',
    );
  });

  it('are not asked about again where targets were read again and are the same', async () => {
    const { bench, host } = await sheet();
    const asked = (): number => host.asked.filter(([name]) => name === 'run_ages').length;
    let answer = (): void => undefined;
    const told = host.script.run_ages;
    host.script.run_ages = async (args) => {
      await new Promise<void>((resolve) => (answer = resolve));
      if (told === undefined) throw new Error('it is scripted');
      return told(args);
    };
    await vi.waitFor(() => {
      expect(asked()).toBe(1);
    }, PATIENCE);
    // As with every request that comes.
    await bench.around.loadEndpoints();
    await settle();
    answer();
    await settle();
    expect(all('sequence-ages'), 'the answer counts, however long it took').toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(asked(), 'nothing was asked anew').toBe(1);
  });

  it('are said nothing of beside something else than a URL', async () => {
    await sheet();
    await vi.waitFor(() => {
      expect(all('sequence-ages')).toHaveLength(1);
    }, PATIENCE);
    write('sequence-url', 'localhost');
    await settle();
    expect([all('sequence-ages'), all('sequence-withheld')], 'they were of another').toEqual([[], []]);
  });
});

describe('where several are sent to', () => {
  it.each([
    ['sequence', 'sequence-url'],
    ['idempotency', 'idempotency-url'],
  ] as const)('is told by its start, however long it is: %s', async (kind, field) => {
    const { bench } = await open(new ScriptedRows(2));
    bench.view.open(kind === 'sequence' ? { kind, chosen: ['r1', 'r2'] } : { kind, request: 'r1' });
    await settle();
    const input = one(field) as HTMLInputElement;
    input.focus();
    const { selectionStart, selectionEnd, selectionDirection } = input;
    expect([selectionStart, selectionEnd, selectionDirection], 'the caret stands at the start').toEqual([
      0,
      input.value.length,
      'backward',
    ]);
  });
});
