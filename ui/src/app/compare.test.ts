/** The page that holds two requests against each other, over a scripted host. */
import { describe, expect, it } from 'vitest';
import type { ComparisonView } from '../bindings/ComparisonView';
import type { AskComparison } from '../bindings/AskComparison';
import { ScriptedRows, type ScriptedHost } from '../host/scripted';
import { rowOf } from '../host/views';
import type { Workbench } from '../state/workbench.svelte';
import { all, HOSTILE, one, open, press, settle } from './mounted';

const BEFORE = '{"a":1,"b":"old"}';
const AFTER = '{"a":1,"b":"new"}';

function found(ask: AskComparison): ComparisonView {
  const side = (id: string, length: number): ComparisonView['before'] => ({
    subject: { kind: 'request', id },
    request: id,
    title: HOSTILE,
    at: 1_795_176_251_000_000,
    source: 'request_body',
    id,
    length,
  });
  const { ids } = ask.ignoring;
  const lines = [0, 1, 0, 1, 6, 1, 7, 16, 1, 16, 17, 0];
  return {
    before: side('r1', BEFORE.length),
    after: side('r2', AFTER.length),
    same: ids,
    facts: [{ name: 'Method', before: 'POST', after: 'PUT' }],
    headers: [
      {
        kind: 'changed',
        before: { name: 'X-Evil', value: HOSTILE, exact: true, meaning: null },
        after: { name: 'x-evil', value: 'mild', exact: true, meaning: null },
        recased: true,
        moved: false,
        ignored: false,
      },
    ],
    query: [],
    body: {
      shape: ask.form === 'best' ? 'json' : 'text',
      identical: false,
      same: ids,
      changes: [
        {
          kind: 'changed',
          before: { pointer: '/b', occurrence: 1, start: 11, end: 16 },
          after: { pointer: '/b', occurrence: 1, start: 11, end: 16 },
          ignored: ids,
        },
      ],
      changesInAll: 1,
      linesBefore: lines,
      linesAfter: lines,
      blocks: [
        { kind: 'same', before: [0, 2], after: [0, 2] },
        { kind: ids ? 'ignored' : 'changed', before: [2, 3], after: [2, 3] },
        { kind: 'same', before: [3, 4], after: [3, 4] },
      ],
      marksBefore: [12, 15],
      marksAfter: [12, 15],
      notes: ['only the beginning was compared'],
    },
  };
}

async function compared(): Promise<{ bench: Workbench; host: ScriptedHost }> {
  const { bench, host } = await open(new ScriptedRows(2));
  host.script.compare = found;
  host.script.previous_alike = () => ({ request: rowOf(1) });
  host.script.repetitions = () => [];
  host.bytes.set('request_body r1', new TextEncoder().encode(BEFORE));
  host.bytes.set('request_body r2', new TextEncoder().encode(AFTER));
  bench.compare({ kind: 'request', id: 'r1' }, { kind: 'request', id: 'r2' });
  await settle();
  return { bench, host };
}

describe('the comparison', () => {
  it('tells the structure first, with both values as they were sent', async () => {
    await compared();
    expect(one('compare-said').textContent).toContain('The bodies differ, 2 differences around them.');
    expect(one('compare-change').textContent).toContain('/b');
    expect(one('compare-change').textContent).toMatch(/"old".*→.*"new"/);
    expect(all('compare-note').map((note) => note.textContent)).toEqual(['Only the beginning was compared.']);
  });

  it('leaves out what long values begin with alike, so that the difference is in sight', async () => {
    const alike = 'x'.repeat(200);
    const { bench, host } = await open(new ScriptedRows(2));
    const texts = [`["${alike}é1"]`, `["${alike}é2"]`];
    const bytes = texts.map((text) => new TextEncoder().encode(text));
    host.script.compare = (ask) => {
      const view = found(ask);
      const place = { pointer: '/0', occurrence: 1, start: 1, end: (bytes[0]?.length ?? 0) - 1 };
      view.before.length = view.after.length = bytes[0]?.length ?? 0;
      view.body.changes = [{ kind: 'changed', before: place, after: place, ignored: false }];
      return view;
    };
    for (const [at, id] of ['r1', 'r2'].entries()) {
      host.bytes.set(`request_body ${id}`, bytes[at] ?? new Uint8Array());
    }
    bench.compare({ kind: 'request', id: 'r1' }, { kind: 'request', id: 'r2' });
    await settle();
    expect(one('compare-change').textContent).toMatch(/…x{10}é1".*→.*…x{10}é2"/);
  });

  it('shows what was captured as text, whatever it says', async () => {
    await compared();
    one('compare-tab-head').click();
    await settle();
    expect(one('compare-side').textContent).toContain(HOSTILE);
    expect(one('compare-page').querySelector('script, img')).toBeNull();
    expect(all('compare-pair')[1]?.textContent).toMatch(/changed.*other case/);
  });

  it('marks what differs inside a line, side by side and unified', async () => {
    const { bench } = await compared();
    one('compare-tab-lines').click();
    await settle();
    const marked = (): (string | null)[] =>
      [...one('compare-lines').querySelectorAll('ins')].map((mark) => mark.textContent);
    expect(marked()).toEqual(['old', 'new']);
    expect(one('compare-lines').querySelectorAll('.row')).toHaveLength(4);
    press('v');
    await settle();
    expect(bench.comparing?.layout).toBe('unified');
    expect(one('compare-lines').querySelectorAll('.row'), 'the changed line is there twice').toHaveLength(5);
    expect(marked()).toEqual(['old', 'new']);
  });

  it('goes from difference to difference by keys', async () => {
    const { bench } = await compared();
    press(']');
    await settle();
    expect([bench.comparing?.at, one('compare-place').textContent]).toEqual([0, '1 of 1']);
    one('compare-tab-head').click();
    await settle();
    press('[');
    await settle();
    expect(one('compare-place').textContent, 'back from the first is the last').toBe('2 of 2');
    expect(document.querySelector('.lit')?.textContent).toContain('X-Evil');
  });

  it('asks again with what is to be ignored and remembers it', async () => {
    const { bench, host } = await compared();
    one('compare-ignore').click();
    await settle();
    one('ignore-ids').click();
    await settle();
    expect(one('compare-said').textContent).toContain('Nothing differs that counts');
    expect(one('compare-change').textContent).toContain('ignored');
    const asks = host.asked.filter(([name]) => name === 'compare').map(([, args]) => args as AskComparison);
    expect(asks.map(({ ignoring }) => ignoring.ids)).toEqual([false, true]);
    bench.back();
    bench.compare({ kind: 'request', id: 'r1' }, { kind: 'request', id: 'r2' });
    expect(bench.comparing?.ignoring.ids).toBe(true);
  });

  it('asks for the text as it was sent only when that is looked at', async () => {
    const { host } = await compared();
    one('compare-tab-text').click();
    await settle();
    const forms = host.asked
      .filter(([name]) => name === 'compare')
      .map(([, args]) => (args as AskComparison).form);
    expect(forms).toEqual(['best', 'text']);
    expect(one('compare-lines').textContent).toContain('"b":"old"');
  });

  it('is left with Escape, back to the list', async () => {
    const { bench } = await compared();
    press('j');
    expect(bench.list.activeId, 'keys of the list rest meanwhile').toBeNull();
    press('Escape');
    await settle();
    expect(all('compare-page')).toEqual([]);
    expect(all('request-row')).toHaveLength(2);
  });

  it('takes the two rows that are picked out, the older first', async () => {
    const { bench } = await compared();
    press('Escape');
    await settle();
    bench.list.chosen.toggle('r2');
    bench.list.chosen.toggle('r1');
    press('d');
    await settle();
    expect([bench.comparing?.before, bench.comparing?.after]).toEqual([
      { kind: 'request', id: 'r1' },
      { kind: 'request', id: 'r2' },
    ]);
  });

  it('offers what is like an open request', async () => {
    const { bench } = await compared();
    press('Escape');
    bench.select('r2');
    await settle();
    press('d');
    await settle();
    expect(all('compare-offer').map((offer) => offer.textContent)).toEqual([
      expect.stringContaining('The one before it of its kind'),
    ]);
    one('compare-offer').click();
    await settle();
    expect(bench.comparing?.after).toEqual({ kind: 'request', id: 'r2' });
  });

  it('says why it could not be made', async () => {
    const { bench, host } = await compared();
    host.script.compare = () => {
      throw { code: 'not_found', message: 'there is no request `x`', hint: null };
    };
    bench.compare({ kind: 'request', id: 'x' }, { kind: 'request', id: 'r2' });
    await settle();
    expect(one('compare-error').textContent).toContain('There is no request `x`.');
  });
});
