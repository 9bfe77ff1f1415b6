/** The bytes of a request as they came: finding in them, and copying them. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RequestDetail } from '../bindings/RequestDetail';
import { ScriptedRows } from '../host/scripted';
import { all, one, open, press, settle } from './mounted';

const HEAD = 'POST /stripe HTTP/1.1\r\nX-Evil: one\r\n\r\n';
const BODY = '{"a":"needle","b":"needle"}';

async function raw() {
  const made = await open(new ScriptedRows(1), BODY);
  const { host } = made;
  const plain = host.script.request;
  const answer: RequestDetail['answer'] = { source: 'usual', micros: 1, length: 17, within: null };
  host.script.request = async (args) => {
    const detail = await plain?.(args);
    if (detail === undefined) throw new Error('nothing is scripted');
    return { ...detail, headLength: HEAD.length, answer };
  };
  host.bytes.set('request_head r1', new TextEncoder().encode(HEAD));
  host.bytes.set('request_answer r1', new TextEncoder().encode('HTTP/1.1 200 OK\r\n'));
  all('request-row')[0]?.click();
  await settle();
  press('5');
  await settle();
  return made;
}
const inside = (key: string, init: KeyboardEventInit = {}): boolean =>
  one('raw-body').dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }),
  );
async function look(text: string): Promise<void> {
  const input = one('raw-find') as HTMLInputElement;
  input.value = text;
  input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
  await settle();
}

describe('finding in the raw bytes', () => {
  it('is what Ctrl F does there, in head and body alike', async () => {
    const { bench } = await raw();
    const before = bench.view.filterWanted;
    inside('f', { ctrlKey: true });
    await settle();
    expect(bench.view.filterWanted, 'the filter of the list is not meant').toBe(before);
    expect(document.activeElement).toBe(one('raw-find'));
    await look('needle');
    expect(one('raw-found').textContent).toBe('1 of 2');
    expect(one('raw-text').querySelectorAll('mark')).toHaveLength(2);
    await look('x-evil');
    expect(one('raw-found').textContent, 'the head is looked through too').toBe('1 of 1');
    one('raw-view-hex').click();
    await settle();
    expect(one('body-hex').querySelector('mark'), 'a place is one in the other view too').not.toBeNull();
    inside('Escape');
    await settle();
    expect(all('raw-find'), 'Escape closes it first').toEqual([]);
    expect(bench.opened?.id).toBe('r1');
  });

  it('goes on in our answer where that is shown', async () => {
    await raw();
    one('raw-find-open').click();
    await settle();
    await look('needle');
    one('raw-side-answer').click();
    await settle();
    expect(one('raw-found').textContent).toBe('Not found');
    await look('200 ok');
    expect(one('raw-found').textContent).toBe('1 of 1');
  });

  it('stays where it is while something else of the request changes', async () => {
    const { bench } = await raw();
    one('raw-find-open').click();
    await settle();
    await look('needle');
    one('raw-next').click();
    await bench.opened?.load();
    await settle();
    expect(one('raw-found').textContent).toBe('2 of 2');
  });
});

describe('copying the raw bytes', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('gives the whole as it came, or the head alone', async () => {
    const { bench } = await raw();
    const copied: string[] = [];
    vi.stubGlobal('ClipboardItem', undefined);
    vi.stubGlobal('navigator', {
      ...navigator,
      clipboard: { writeText: (text: string) => Promise.resolve(void copied.push(text)) },
    });
    one('raw-copy').click();
    await settle();
    one('raw-copy-head').click();
    await settle();
    expect(copied).toEqual([HEAD + BODY, HEAD]);
    expect(bench.notes.list.map(({ message }) => message)).toEqual(['Request copied', 'Head copied']);
  });
});
