/** Where the next one goes, while several are under way and once nothing came of some of them. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Settings } from '../bindings/Settings';
import { DESKTOP, ScriptedHost, ScriptedRows } from '../host/scripted';
import { detailOf, rowOf } from '../host/views';
import { Workbench } from './workbench.svelte';

const USUAL = 'http://localhost:3000';
const A = 'http://a.example';
const B = 'http://b.example';

async function settle(): Promise<void> {
  for (let round = 0; round < 4; round += 1) await new Promise((resolve) => setTimeout(resolve));
}

/** A window whose sendings are answered when the test says so. */
async function sending() {
  const store = new ScriptedRows(1);
  let kept: Settings = { theme: 'system', lastTarget: USUAL, desktop: DESKTOP };
  const waiting: { url: string; end: (failed: boolean) => void }[] = [];
  const host = new ScriptedHost({
    list_requests: store.page,
    request: () => detailOf(rowOf(1)),
    deliveries: () => [],
    settings: () => kept,
    save_settings: (wanted) => (kept = wanted),
    endpoints: () => [],
    queues: () => [],
    targets: () => [],
    providers: () => [],
    resend: ({ request, url }) =>
      new Promise((resolve, refuse) => {
        const end = (failed: boolean): void => {
          if (failed) refuse({ code: 'bad_input', message: 'no', hint: null } as unknown as Error);
          else resolve({ id: url, request, url, attempts: [], underWay: false } as never);
        };
        waiting.push({ url, end });
      }),
  });
  const bench = new Workbench(host, 0);
  await bench.around.loadSettings();
  await bench.list.load();
  bench.select('r1');
  await settle();
  return {
    bench,
    host,
    next: (): string | null => bench.around.chosenTarget,
    send: async (...urls: string[]): Promise<void> => {
      for (const url of urls) void bench.delivering.resend(url);
      await settle();
    },
    end: async (url: string, how: 'fails' | 'is there'): Promise<void> => {
      const at = waiting.findIndex((one) => one.url === url);
      waiting.splice(at, 1)[0]?.end(how === 'fails');
      await settle();
    },
  };
}

beforeEach(() => {
  localStorage.clear();
});

describe('where the next one goes', () => {
  it('is where something went, however many came to nothing at once', async () => {
    for (const ends of [
      [A, B],
      [B, A],
    ] as const) {
      const { end, next, send } = await sending();
      await send(A, B);
      expect(next(), 'while it is under way').toBe(B);
      for (const url of ends) await end(url, 'fails');
      expect(next(), `${ends.join()} came to nothing`).toBe(USUAL);
    }
  });

  it('is the one that is under way still, and where that went', async () => {
    const { end, next, send } = await sending();
    await send(A, B);
    await end(B, 'fails');
    expect(next()).toBe(A);
    await end(A, 'is there');
    expect(next()).toBe(A);
  });

  it('is where the earlier one went meanwhile, where the later comes to nothing', async () => {
    const { end, next, send } = await sending();
    await send(A, B);
    await end(A, 'is there');
    await end(B, 'fails');
    expect(next()).toBe(A);
  });

  it('stays where one of two that go there comes to nothing', async () => {
    const { end, next, send } = await sending();
    await send(A, A);
    await end(A, 'fails');
    expect(next(), 'the other is under way').toBe(A);
    await end(A, 'fails');
    expect(next()).toBe(USUAL);
  });

  it('is what was chosen while something was under way', async () => {
    const { bench, end, next, send } = await sending();
    await send(A);
    await bench.around.saveSettings({ lastTarget: 'http://chosen.example' });
    await send(B);
    await end(B, 'fails');
    expect(next(), 'that is later than A').toBe('http://chosen.example');
    await end(A, 'is there');
    await send(B);
    await end(B, 'fails');
    expect(next()).toBe('http://chosen.example');
  });

  it('is not taken back by the answer to a setting that was saved before', async () => {
    const { bench, host, next } = await sending();
    const answers: (() => void)[] = [];
    host.script.save_settings = (wanted) =>
      new Promise((resolve) => {
        answers.push(() => resolve(wanted));
      });
    void bench.around.saveSettings({ lastTarget: A });
    void bench.around.saveSettings({ lastTarget: B });
    await settle();
    expect(answers).toHaveLength(2);
    answers[0]?.();
    await settle();
    expect(next()).toBe(B);
  });
});
