/** How old a signature was and is, in words and with a mark. */
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, describe, expect, it } from 'vitest';
import type { AgeView } from '../../bindings/AgeView';
import Age from './Age.svelte';

const SECOND = 1_000_000;
let shown: ReturnType<typeof mount> | null = null;

function show(change: Partial<AgeView>, verdict = 'valid', verdictNow = verdict): string[] {
  const age: AgeView = {
    signedAt: 1_795_176_251 * SECOND,
    text: '1795176251',
    age: 2 * SECOND,
    past: 300,
    future: 300,
    within: true,
    ageNow: 90 * SECOND,
    withinNow: true,
    ...change,
  };
  shown = mount(Age, { target: document.body, props: { age, verdict, verdictNow } });
  flushSync();
  return ['age-at-receipt', 'age-now'].map((id) =>
    line(id)
      .textContent.replace(/\s+/g, ' ')
      .trim()
      .replace(/^\w+( receipt)? /, ''),
  );
}
function line(id: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
  if (found === null) throw new Error(`there is no ${id}`);
  return found;
}
const tone = (id: string): string =>
  line(id).querySelector('.outcome')?.classList.contains('ok') === true ? 'ok' : 'warn';

afterEach(async () => {
  if (shown !== null) await unmount(shown);
  shown = null;
});

describe('the age of a signature', () => {
  it('is told at receipt and now, each with the limit it is held against', () => {
    expect(show({})).toEqual(['2 s, within 5 minutes', '90 s, within 5 minutes']);
    expect([tone('age-at-receipt'), tone('age-now')]).toEqual(['ok', 'ok']);
  });

  it('says what would come of sending it again once that differs', () => {
    const now = show({ ageNow: 7200 * SECOND, withinNow: false }, 'valid', 'expired')[1];
    expect(now).toBe('2 hours, beyond 5 minutes: sent again as it is, it would be “expired”');
    expect([tone('age-at-receipt'), tone('age-now')]).toEqual(['ok', 'warn']);
  });

  it('that lies ahead is held against the greatest lead', () => {
    expect(show({ age: -90 * SECOND, future: 60, within: false, ageNow: -30 * SECOND })).toEqual([
      '90 s ahead of the time of receipt, beyond 1 minute',
      '30 s ahead of this clock, within 1 minute',
    ]);
    expect(tone('age-at-receipt')).toBe('warn');
  });

  it('may be without a limit, and without a time of receipt', () => {
    expect(show({ age: null, past: null })).toEqual([
      'the time of receipt is not known',
      '90 s; no age is too great here',
    ]);
  });

  it('has the instant of signing at hand', () => {
    show({});
    expect(line('age-at-receipt').title).toMatch(/^2026-11-2\dT.*Z$/);
  });
});
