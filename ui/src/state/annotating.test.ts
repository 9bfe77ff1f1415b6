import { describe, expect, it } from 'vitest';
import { ScriptedHost, ScriptedRows } from '../host/scripted';
import { Workbench } from './workbench.svelte';

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

/** A window with a request open whose note is being written; the engine answers when it is let. */
async function writing() {
  const store = new ScriptedRows(1);
  let answer: (thrown?: unknown) => void = () => undefined;
  const host = new ScriptedHost({
    ...store.script,
    annotate: () =>
      new Promise((resolve, reject) => {
        answer = (thrown) => {
          if (thrown === undefined) resolve({});
          else reject(thrown as Error);
        };
      }),
  });
  const bench = new Workbench(host, 0);
  await bench.list.load();
  bench.select('r1');
  bench.annotating.edit('note');
  const kept = bench.annotating.keepNote('r1', 'sent twice');
  await settle();
  const end = async (thrown?: unknown): Promise<void> => {
    answer(thrown);
    await kept;
  };
  return { annotating: bench.annotating, end };
}

describe('a note that is kept', () => {
  it('leaves the keyboard free at once, and what is begun meanwhile open', async () => {
    const { annotating, end } = await writing();
    expect(annotating.editing).toBeNull();
    annotating.edit('tags');
    await end();
    expect(annotating.editing).toBe('tags');
    expect(annotating.begun('r1', 'as it is now')).toBe('as it is now');
  });

  it('is there to be written again where it could not be kept', async () => {
    const { annotating, end } = await writing();
    await end({ code: 'failed', message: 'the disk is full', hint: null });
    expect([annotating.editing, annotating.begun('r1', '')]).toEqual(['note', 'sent twice']);
  });
});
