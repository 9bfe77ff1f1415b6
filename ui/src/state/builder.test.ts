import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SchemeFormView } from '../bindings/SchemeFormView';
import type { TriedOnView } from '../bindings/TriedOnView';
import { ScriptedHost, ScriptedRows } from '../host/scripted';
import { detailOf, formOf, rowOf, signatureOf } from '../host/views';
import { SchemeBuilder } from './builder.svelte';

/** A host that reads any form whose content is not `wrong`. */
function hostOf(store: ScriptedRows, more: (from: number | null) => TriedOnView): ScriptedHost {
  return new ScriptedHost({
    ...store.script,
    scheme_places: () => ['header:X-A'],
    read_scheme: ({ toml, form }) =>
      form === null || form.content !== 'wrong'
        ? { toml: form === null ? toml : `content = ${form.content}`, form: form ?? formOf(), fault: null }
        : {
            toml,
            form,
            fault: { field: 'content', line: null, column: null, message: 'no such place', hint: null },
          },
    try_scheme: ({ toml }) => ({
      signature: signatureOf({ sentence: toml }),
      event: null,
      deliveryId: null,
      recognised: false,
    }),
    try_scheme_on: ({ from }) => more(from),
  });
}

const whole = (): TriedOnView => ({
  valid: 1,
  of: 2,
  others: [{ id: 'r1', verdict: 'invalid' }],
  looked: 2,
  next: null,
});
const typed = (builder: SchemeBuilder, change: Partial<SchemeFormView>): void => {
  if (builder.form !== null) Object.assign(builder.form, change);
  builder.edited();
};
const asked = (host: ScriptedHost, name: string): unknown[] =>
  host.asked.filter(([command]) => command === name).map(([, args]) => args);

function builderOn(host: ScriptedHost): SchemeBuilder {
  return new SchemeBuilder(host, {
    reading: { toml: 'first', form: formOf(), fault: null },
    request: rowOf(2),
    fresh: true,
  });
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a scheme that is being made', () => {
  it('is tried on a request and on all that are like it', async () => {
    const host = hostOf(new ScriptedRows(3), whole);
    const builder = builderOn(host);
    await builder.begin();
    expect(builder.tried?.signature.verdict).toBe('valid');
    expect(builder.tested).toMatchObject({ valid: 1, of: 2, next: null });
    expect(builder.testing, 'it came to its end').toBe(false);
  });

  it('is looked at once typing pauses, with what was typed last', async () => {
    const host = hostOf(new ScriptedRows(3), whole);
    const builder = builderOn(host);
    await builder.begin();
    host.asked.length = 0;
    for (const content of ['a', 'ab', 'abc']) typed(builder, { content });
    expect(builder.right, 'nothing is kept that was not looked at').toBe(false);
    await vi.runAllTimersAsync();
    expect(asked(host, 'read_scheme')).toHaveLength(1);
    expect(builder.tried?.signature.sentence).toBe('content = abc');
    expect(builder.toml, 'and the file follows').toBe('content = abc');
    expect(builder.right).toBe(true);
  });

  it('drops the answer to what was typed before', async () => {
    const host = hostOf(new ScriptedRows(3), whole);
    const builder = builderOn(host);
    await builder.begin();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const answer = host.script.try_scheme;
    host.script.try_scheme = async (args) => {
      if (args.toml.endsWith('slow')) await held;
      if (answer === undefined) throw new Error('it is scripted');
      return answer(args);
    };
    typed(builder, { content: 'slow' });
    await vi.runAllTimersAsync();
    typed(builder, { content: 'quick' });
    await vi.runAllTimersAsync();
    release();
    await vi.runAllTimersAsync();
    expect(builder.tried?.signature.sentence).toBe('content = quick');
  });

  it('says which field is wrong, tries nothing and keeps the file that was right', async () => {
    const host = hostOf(new ScriptedRows(3), whole);
    const builder = builderOn(host);
    await builder.begin();
    host.asked.length = 0;
    typed(builder, { content: 'wrong' });
    await vi.runAllTimersAsync();
    expect(builder.fault?.field).toBe('content');
    expect([builder.tried, builder.tested, builder.right]).toEqual([null, null, false]);
    expect(builder.toml).toBe('content = {body}');
    expect(asked(host, 'try_scheme')).toHaveLength(0);
  });

  it('tests the newest by itself and all where that is asked for, until it is stopped', async () => {
    const host = hostOf(new ScriptedRows(3), (from) => {
      // The person stops it after a while.
      if (from === 8000) builder.stopTesting();
      return { valid: 500, of: 500, others: [], looked: 500, next: (from ?? 10_000) - 500 };
    });
    const builder = builderOn(host);
    await builder.begin();
    expect([builder.tested?.of, builder.testing], 'enough to know').toEqual([500, false]);
    await builder.testAll();
    expect(builder.testing).toBe(false);
    expect(builder.tested, 'what is left is left').toMatchObject({ of: 2500, next: 7500 });
    expect(asked(host, 'try_scheme_on').at(1), 'it went on from where it was').toMatchObject({ from: 9500 });
  });

  it('stops a test when something is typed', async () => {
    const host = hostOf(new ScriptedRows(3), (from) => {
      if (from === 9000) typed(builder, { content: 'wrong' });
      return { valid: 0, of: 0, others: [], looked: 1, next: (from ?? 10_000) - 500 };
    });
    const builder = builderOn(host);
    await builder.begin();
    expect(asked(host, 'try_scheme_on'), 'the third step was the last').toHaveLength(3);
    expect(builder.testing).toBe(false);
  });

  it('gives whole numbers and nothing for what is none', async () => {
    const host = hostOf(new ScriptedRows(1), whole);
    const builder = builderOn(host);
    await builder.begin();
    typed(builder, { past: 1.6, future: -3 });
    await vi.runAllTimersAsync();
    expect(asked(host, 'read_scheme').at(-1)).toMatchObject({ form: { past: 2, future: null } });
  });

  it('is tried with the secret that is chosen', async () => {
    const host = hostOf(new ScriptedRows(1), whole);
    const builder = builderOn(host);
    await builder.begin();
    for (const [from, wanted] of [
      ['endpoint', { from: 'endpoint' }],
      ['typed', { from: 'typed', value: 's' }],
      ['an-id', { from: 'stored', id: 'an-id' }],
    ] as const) {
      builder.secretFrom = from;
      builder.typed = 's';
      builder.chose();
      await vi.runAllTimersAsync();
      expect(asked(host, 'try_scheme').at(-1)).toMatchObject({ secret: wanted });
    }
  });
});

describe('a scheme that is read anew', () => {
  /** A builder that has begun, and the answers to what it asks about its request from then on. */
  async function begun() {
    const host = hostOf(new ScriptedRows(3), whole);
    const builder = builderOn(host);
    await builder.begin();
    const answers: ((event: string) => void)[] = [];
    host.script.request = async ({ id }) => {
      const event = await new Promise<string>((resolve) => answers.push(resolve));
      return detailOf(rowOf(Number(id.slice(1)), { event }));
    };
    return { host, builder, answers };
  }

  it('keeps the request that could not be read, and says why it could not', async () => {
    const { host, builder } = await begun();
    host.script.request = () => {
      throw { code: 'failed', message: 'the store is busy', hint: null };
    };
    await builder.renew();
    expect([builder.request, builder.problem?.message]).toEqual(['r2', 'the store is busy']);
    expect(builder.tried, 'it is tried on it all the same').not.toBeNull();
  });

  it('takes another request only where the one is gone', async () => {
    const { host, builder } = await begun();
    host.script.request = () => {
      throw { code: 'not_found', message: 'there is no such request', hint: null };
    };
    host.script.list_requests = () => ({ rows: [rowOf(1)], more: false, next: null });
    await builder.renew();
    expect([builder.request, builder.row?.id, builder.problem]).toEqual(['r1', 'r1', null]);
    host.script.list_requests = () => ({ rows: [], more: false, next: null });
    await builder.renew();
    expect([builder.request, builder.problem], 'that there is none is nothing wrong').toEqual([null, null]);
  });

  it('has its request too where somebody types meanwhile, and can be kept', async () => {
    const { builder, answers } = await begun();
    const renewed = builder.renew();
    await vi.advanceTimersByTimeAsync(0);
    typed(builder, { content: 'abc' });
    answers[0]?.('push');
    await renewed;
    await vi.runAllTimersAsync();
    expect([builder.request, builder.row?.event], 'its endpoint can be checked by it').toEqual([
      'r2',
      'push',
    ]);
    expect(builder.tried?.signature.sentence, 'what was typed is what is tried').toBe('content = abc');
    expect([builder.right, builder.trying]).toEqual([true, false]);
  });

  it('takes no row that was asked for before it was to be read anew once more', async () => {
    const { builder, answers } = await begun();
    const both = [builder.renew(), builder.renew()];
    await vi.advanceTimersByTimeAsync(0);
    answers[1]?.('*******');
    await both[1];
    answers[0]?.('5ecret7');
    await both[0];
    expect(builder.row?.event, 'one presents since').toBe('*******');
  });

  it('asks for nothing more where it was left meanwhile', async () => {
    const { host, builder, answers } = await begun();
    const renewed = builder.renew();
    await vi.advanceTimersByTimeAsync(0);
    builder.leave();
    host.asked.length = 0;
    answers[0]?.('push');
    await renewed;
    expect(host.asked).toEqual([]);
  });
});
