import { describe, expect, it } from 'vitest';
import type { RunView } from '../bindings/RunView';
import { ScriptedRows } from '../host/scripted';
import { rowOf, runOf } from '../host/views';
import { all, one, open, settle } from './mounted';

async function withRuns(...runs: RunView[]) {
  const { bench, host } = await open(new ScriptedRows(1));
  host.script.runs = () => runs;
  host.script.run_report = () => ({ text: 'a report' });
  bench.view.open({ kind: 'runs' });
  await settle();
  return { bench, host };
}

describe('runs of the past', () => {
  it('are listed with how each went', async () => {
    await withRuns(
      runOf({ id: 'a', how: '2 at once, each twice' }),
      runOf({ id: 'b', delivered: 4, refused: 2 }),
      runOf({ id: 'c', kind: 'idempotency', passed: false }),
      runOf({ id: 'd', phase: 'cut_off', delivered: 3, unknown: 2, endedAt: null }),
      runOf({ id: 'e', phase: 'running', delivered: 1, endedAt: null }),
    );
    const rows = all('run-row').map((row) => row.textContent.replace(/\s+/g, ' '));
    for (const [row, words] of [
      [0, '6 of 6 delivered'],
      [0, 'each twice'],
      [1, '4 of 6 delivered, 2 answered otherwise'],
      [2, 'not taken well'],
      [3, 'cut off: 3 of 6 delivered'],
      [4, 'sending, 1 of 6'],
    ] as const) {
      expect(rows[row], `row ${row}`).toContain(words);
    }
  });

  it('that could not be read are read again when one asks for it', async () => {
    const { bench, host } = await open(new ScriptedRows(1));
    host.script.runs = () => {
      throw { code: 'failed', message: 'the disk is gone', hint: 'Put it back.' };
    };
    bench.view.open({ kind: 'runs' });
    await settle();
    expect([all('run-row'), one('runs-problem').textContent]).toEqual([
      [],
      expect.stringContaining('The disk is gone'),
    ]);
    host.script.runs = () => [runOf({})];
    one('runs-again').click();
    await settle();
    expect([all('run-row').length, all('runs-problem').length, all('runs-again').length]).toEqual([1, 0, 0]);
  });

  it('are opened with their figures and their report, and left for the list', async () => {
    const { host } = await withRuns(
      runOf({ id: 'd', phase: 'cut_off', delivered: 3, unknown: 2, endedAt: null }),
    );
    one('run-row').click();
    await settle();
    expect(one('run-phase').textContent).toContain('Cut off');
    expect(one('run').textContent).toContain('of 6 to http://localhost:3000, begun');
    expect(one('run-unknown').textContent, 'what may have gone is said').toContain('up to 2 steps');
    expect(
      host.asked.filter(([name]) => name === 'run'),
      'what is over is not asked about again',
    ).toEqual([]);
    one('run-close').click();
    await settle();
    expect(all('run-row')).toHaveLength(1);
  });

  it('of a check show its table again', async () => {
    const { host } = await withRuns(runOf({ kind: 'idempotency', passed: true }));
    host.script.idempotency_report = () => ({
      rows: [],
      passed: null,
      sentence: 'What was sent is not kept any more.',
      noControl: null,
    });
    one('run-row').click();
    await settle();
    expect(one('idempotency-verdict').textContent).toContain('not kept any more');
    expect(one('idempotency-verdict').className, 'what is not known is neither good nor bad').toContain(
      'soft',
    );
    one('runs-back').click();
    await settle();
    expect(all('run-row')).toHaveLength(1);
  });

  it('have the keyboard inside them though they are read only then', async () => {
    await withRuns(runOf());
    expect(document.activeElement?.closest('header'), 'Enter would close them').toBeNull();
    expect(one('runs-dialog').contains(document.activeElement)).toBe(true);
  });

  it('that are none say what would be there', async () => {
    await withRuns();
    expect(one('runs-dialog').textContent).toContain('No runs');
  });
});

describe('what comes again', () => {
  it('has its count in the row and its first one in the detail', async () => {
    const store = new ScriptedRows(2);
    store.rows = store.rows.map((row) =>
      row.id === 'r2' ? rowOf(2, { duplicateOf: 'r1', repeatedBy: 'bytes', repeats: 1 }) : row,
    );
    const { bench } = await open(store);
    expect(one('row-repeats').textContent).toContain('×2');
    all('request-row')[0]?.click();
    await settle();
    expect(one('detail-repeats').textContent).toContain('one of 2 with the same bytes');
    one('detail-first').click();
    await settle();
    expect(bench.opened?.id, 'the first is opened').toBe('r1');
  });
});
