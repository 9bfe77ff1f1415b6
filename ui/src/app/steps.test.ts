/** What came of the steps of a run, beside its figures. */
import { describe, expect, it, vi } from 'vitest';
import type { RunView } from '../bindings/RunView';
import type { StepView } from '../bindings/StepView';
import { ScriptedRows } from '../host/scripted';
import { runOf } from '../host/views';
import { all, one, open, settle } from './mounted';

const RUN = runOf({ total: 1000, delivered: 998, refused: 1, failed: 1 });

const FAILED: readonly Partial<StepView>[] = [
  { step: 7, status: 500 },
  { step: 9, status: null, outcome: 'refused', message: 'nobody listens there' },
  { step: 11, status: 200, outcome: 'closed', message: 'the answer broke off' },
  { step: 12, status: null, outcome: 'unresolved' },
];

function stepOf(place: number): StepView {
  return {
    step: place,
    request: `r${(place % 3) + 1}`,
    delivery: `d${place}`,
    method: 'POST',
    path: '/stripe',
    endpoint: null,
    provider: null,
    event: 'invoice.paid',
    outcome: 'answered',
    status: 200,
    micros: 4_200,
    message: null,
    ...FAILED[place],
  };
}

async function shown(run: RunView = RUN, total = 1000) {
  const { bench, host } = await open(new ScriptedRows(3));
  host.script.runs = () => [run];
  host.script.run = () => run;
  host.script.run_steps = ({ skip, limit }) => ({
    steps: Array.from({ length: Math.max(0, Math.min(limit, total - skip)) }, (_, at) => stepOf(skip + at)),
    total,
  });
  bench.view.open({ kind: 'runs' });
  await settle();
  one('run-row').click();
  await settle();
  return { bench, host };
}

const words = (): string[] => all('run-step').map((row) => row.textContent.replace(/\s+/g, ' ').trim());
const asked = (host: { asked: [string, unknown][] }): unknown[] =>
  host.asked.filter(([name]) => name === 'run_steps').map(([, args]) => args);

describe('the steps of a run', () => {
  it('are listed with what failed first, each with its status, time and request', async () => {
    await shown();
    expect(words()[0]).toBe('7 500 4.2 ms invoice.paid POST /stripe');
    expect(words()[1]).toBe('9 refused 4.2 ms invoice.paid POST /stripe');
    expect(all('run-step')[1]?.title, 'with the reason').toBe('nobody listens there');
    expect(words()[2]).toContain('200');
    expect(all('run-step')[2]?.querySelector('.outcome.bad'), 'it did not come whole').not.toBeNull();
    expect(words()[3], 'in the words of the deliveries').toContain('no such host');
    expect(words()[4]).toContain('200');
    expect(all('run-step')[4]?.querySelector('.outcome.ok')).not.toBeNull();
  });

  it('are read as far as they are on the screen, and no more rows are made than that', async () => {
    const { host } = await shown();
    expect(asked(host)).toEqual([{ id: 'run-1', skip: 0, limit: 100 }]);
    expect(all('run-step').length).toBeLessThan(60);
  });

  it('open their request with what was sent', async () => {
    const { bench } = await shown();
    all('run-step')[1]?.click();
    const { opened } = bench;
    expect([opened?.id, opened?.shownDelivery, bench.view.tab]).toEqual(['r2', 'd1', 'deliveries']);
    await settle();
    expect(bench.view.dialog, 'the dialog gives way').toBeNull();
  });

  it('are walked through by the keys', async () => {
    await shown();
    const first = all('run-step')[0];
    first?.focus();
    const down = new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true, cancelable: true });
    first?.dispatchEvent(down);
    await vi.waitFor(() => {
      expect((document.activeElement as HTMLElement).dataset['place']).toBe('1');
    });
    const end = new KeyboardEvent('keydown', { key: 'End', bubbles: true, cancelable: true });
    document.activeElement?.dispatchEvent(end);
    await vi.waitFor(() => {
      expect((document.activeElement as HTMLElement).dataset['place'], 'once it has been read').toBe('999');
    });
    expect(
      all('run-step').filter((row) => row.tabIndex === 0),
      'one of them is a stop of the Tab key',
    ).toHaveLength(1);
  });

  it('that are none are not there', async () => {
    await shown({ ...RUN, total: 0, delivered: 0, refused: 0, failed: 0 }, 0);
    expect(all('run-steps')).toEqual([]);
  });

  it('that could not be read are read again when one asks for it', async () => {
    const { bench, host } = await shown();
    bench.view.close();
    await settle();
    const read = host.script.run_steps;
    const fail = (): never => {
      throw { code: 'failed', message: 'the disk is gone', hint: 'Put it back.' };
    };
    host.script.run_steps = fail;
    bench.view.open({ kind: 'runs' });
    await settle();
    one('run-row').click();
    await settle();
    expect([all('run-step').length, one('run-steps-problem').textContent]).toEqual([
      0,
      expect.stringContaining('The disk is gone'),
    ]);
    one('run-steps-again').click();
    await settle();
    expect(all('run-steps-problem'), 'it fails once more').toHaveLength(1);
    expect((one('run-steps-again') as HTMLButtonElement).disabled).toBe(false);
    Object.assign(host.script, { run_steps: read });
    one('run-steps-again').click();
    await settle();
    expect(words()[0]).toMatch(/^7 500/);
    expect([...all('run-steps-problem'), ...all('run-steps-again')]).toEqual([]);
  });

  it('that could not be read say so although others on the screen could', async () => {
    const { host } = await shown();
    const read = host.script.run_steps;
    const fail = (): never => {
      throw { code: 'failed', message: 'the disk is gone', hint: 'Put it back.' };
    };
    host.script.run_steps = fail;
    const lines = one('run-steps').querySelector<HTMLElement>('.lines');
    if (lines === null) throw new Error('there are no rows');
    lines.scrollTop = 95 * 28;
    lines.dispatchEvent(new Event('scroll'));
    await settle();
    expect(asked(host).at(-1), 'both pages are in sight').toMatchObject({ skip: 100 });
    expect(all('run-steps-problem')).toHaveLength(1);
    host.script.run_steps = async (asks) => {
      if (asks.skip === 0) return fail();
      await Promise.resolve();
      return read?.(asks) ?? fail();
    };
    const before = asked(host).length;
    one('run-steps-again').click();
    await settle();
    expect(asked(host).slice(before)).toMatchObject([{ skip: 0 }, { skip: 100 }]);
    expect(Number(all('run-step').at(-1)?.dataset['place']), 'one of them came').toBeGreaterThan(99);
    expect(all('run-steps-problem'), 'the other did not').toHaveLength(1);
    Object.assign(host.script, { run_steps: read });
    one('run-steps-again').click();
    await settle();
    expect(all('run-steps-problem')).toEqual([]);
  });

  it('are read again while the run goes on', async () => {
    const { host } = await shown({ ...RUN, phase: 'running', delivered: 1 });
    const before = asked(host).length;
    let delivered = 1;
    host.script.run = () => ({ ...RUN, phase: 'running', delivered: (delivered += 1) });
    await vi.waitFor(
      () => {
        expect(asked(host).length).toBeGreaterThan(before);
      },
      { timeout: 4000 },
    );
  });

  it('are not read again while none has ended', async () => {
    const { host } = await shown({ ...RUN, phase: 'running', delivered: 1 });
    host.script.run = () => ({ ...RUN, phase: 'running', delivered: 1 });
    const polls = (): number => host.asked.filter(([name]) => name === 'run').length;
    const read = asked(host).length;
    const before = polls();
    await vi.waitFor(
      () => {
        expect(polls()).toBeGreaterThan(before + 5);
      },
      { timeout: 4000 },
    );
    await settle();
    expect(asked(host).length).toBe(read);
  });

  it('stay as they were read last where an older answer comes late', async () => {
    const { host } = await shown({ ...RUN, phase: 'running', delivered: 1 });
    let delivered = 1;
    let late: (() => void) | null = null;
    host.script.run = () => ({ ...RUN, phase: 'running', delivered: (delivered += 1) });
    host.script.run_steps = async () => {
      if (late !== null) return { steps: [stepOf(5)], total: 2 };
      await new Promise<void>((resolve) => (late = resolve));
      return { steps: [stepOf(6)], total: 1 };
    };
    await vi.waitFor(
      () => {
        expect(words()[0]).toMatch(/^5 /);
      },
      { timeout: 4000 },
    );
    host.script.run = () => ({ ...RUN, phase: 'running', delivered });
    const answer = late as (() => void) | null;
    answer?.();
    await settle();
    expect(words()[0]).toMatch(/^5 /);
  });
});
