/** What the keys do in a body that is a tree or a list, and what a screen reader is told of it. */
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, describe, expect, it } from 'vitest';
import { HeldBytes } from '../../lib/bytes';
import BodyView from './BodyView.svelte';

let shown: ReturnType<typeof mount> | null = null;
let copied: [what: string, text: string][] = [];

async function settle(): Promise<void> {
  for (let round = 0; round < 8; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 3));
    flushSync();
  }
}

async function show(body: string, contentType: string): Promise<void> {
  copied = [];
  shown = mount(BodyView, {
    target: document.body,
    props: {
      reader: new HeldBytes(new TextEncoder().encode(body)),
      contentType,
      empty: 'empty',
      oncopy: (what: string, text: string) => copied.push([what, text]),
    },
  });
  await settle();
}

const one = (id: string): HTMLElement => {
  const found = document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
  if (found === null) throw new Error(`there is no ${id}`);
  return found;
};
const items = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[role=treeitem]')];

async function press(on: string, ...keys: string[]): Promise<void> {
  for (const key of keys) {
    one(on).dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    await settle();
  }
}

/** What a screen reader tells of the line that has the keyboard. */
function told(within: string): string {
  const id = one(within).getAttribute('aria-activedescendant');
  const line = id === null ? null : document.getElementById(id);
  if (line === null) return 'nothing';
  const say = (name: string, word: string): string[] => {
    const value = line.getAttribute(name);
    return value === null ? [] : [`${word} ${value}`];
  };
  return [
    line.textContent?.replace(/\s+/g, ' ').trim() ?? '',
    ...say('aria-level', 'level'),
    `${line.getAttribute('aria-posinset') ?? ''} of ${line.getAttribute('aria-setsize') ?? ''}`,
    ...say('aria-expanded', 'expanded'),
  ].join(', ');
}

afterEach(async () => {
  if (shown !== null) await unmount(shown);
  shown = null;
  document.body.replaceChildren();
});

const ORDER = '{"id":7,"items":[{"sku":"a"},{"sku":"b"}],"paid":true}';

describe('JSON', () => {
  it('is a tree whose lines tell how deep they are and which of how many', async () => {
    await show(ORDER, 'application/json');
    expect(one('body-pretty').getAttribute('role')).toBe('tree');
    expect(told('body-pretty'), 'nothing is chosen yet').toBe('nothing');
    await press('body-pretty', 'ArrowDown', 'ArrowDown');
    expect(told('body-pretty')).toBe('"id": 7,, level 2, 1 of 3');
    await press('body-pretty', 'ArrowDown');
    expect(told('body-pretty')).toBe('"items": [, level 2, 2 of 3, expanded true');
    expect(items(), 'a bracket that closes is no item').toHaveLength(8);
    expect(items().filter((item) => item.getAttribute('aria-selected') === 'true')).toHaveLength(1);
  });

  it('is walked, folded and unfolded by the arrows', async () => {
    await show(ORDER, 'application/json');
    const path = (): string => one('json-path').textContent ?? '';
    await press('body-pretty', 'End');
    expect(path()).toBe('/paid');
    await press('body-pretty', 'ArrowUp');
    expect(path(), 'over the brackets').toBe('/items/1/sku');
    await press('body-pretty', 'ArrowLeft');
    expect(path(), 'out of it').toBe('/items/1');
    await press('body-pretty', 'ArrowLeft');
    expect(told('body-pretty'), 'folded').toContain('expanded false');
    expect(items()).toHaveLength(7);
    await press('body-pretty', 'ArrowRight');
    expect(told('body-pretty'), 'unfolded').toContain('expanded true');
    await press('body-pretty', 'ArrowRight');
    expect(path(), 'into it').toBe('/items/1/sku');
    await press('body-pretty', 'Home');
    expect(path()).toBe('the whole');
    await press('body-pretty', 'ArrowUp');
    expect(path(), 'there is nothing above').toBe('the whole');
  });

  it('gives the path and the value of a line, exactly as sent', async () => {
    await show('{"a/b":{"n":1.50,"big":12345678901234567890}}', 'application/json');
    await press('body-pretty', 'ArrowDown', 'ArrowDown', 'ArrowDown');
    one('json-copy-path').click();
    one('json-copy-value').click();
    await press('body-pretty', 'ArrowDown');
    one('json-copy-value').click();
    await press('body-pretty', 'Home');
    one('json-copy-value').click();
    expect(copied).toEqual([
      ['Path', '/a~1b/n'],
      ['Value', '1.50'],
      ['Value', '12345678901234567890'],
      ['Value', '{"a/b":{"n":1.50,"big":12345678901234567890}}'],
    ]);
  });

  it('is folded with the mouse too, which leaves no control beside the tree', async () => {
    await show(ORDER, 'application/json');
    expect(one('body-pretty').querySelectorAll('button, a, [tabindex]')).toHaveLength(0);
    document.querySelectorAll<HTMLElement>('[data-testid="json-fold"]')[1]?.click();
    await settle();
    expect(one('json-path').textContent).toBe('/items');
    expect(told('body-pretty')).toContain('expanded false');
  });

  it('leaves the presses that compose a character alone', async () => {
    await show(ORDER, 'application/json');
    const composing = { key: 'ArrowDown', keyCode: 229, bubbles: true, cancelable: true };
    one('body-pretty').dispatchEvent(new KeyboardEvent('keydown', composing));
    await settle();
    expect(told('body-pretty')).toBe('nothing');
  });
});

describe('the fields of a form', () => {
  it('are a list of which one is chosen', async () => {
    await show('a=1&b=two&c=3', 'application/x-www-form-urlencoded');
    expect(one('payload-field').getAttribute('role')).toBe('listbox');
    expect(told('payload-field')).toBe('a1, 1 of 3');
    await press('payload-field', 'ArrowDown');
    expect(told('payload-field')).toBe('btwo, 2 of 3');
    await press('payload-field', 'End');
    expect(told('payload-field')).toBe('c3, 3 of 3');
    const options = [...document.querySelectorAll('[role=option]')];
    expect(options.map((option) => option.getAttribute('aria-selected'))).toEqual(['false', 'false', 'true']);
    expect(
      document.querySelectorAll('[role=option] :is(button, a, [tabindex])'),
      'no control inside',
    ).toHaveLength(0);
  });
});
