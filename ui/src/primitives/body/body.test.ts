import { flushSync, mount, unmount } from 'svelte';
import { afterEach, describe, expect, it } from 'vitest';
import { HeldBytes } from '../../lib/bytes';
import BodyView from './BodyView.svelte';

let shown: ReturnType<typeof mount> | null = null;
const copied: [string, string][] = [];

async function settle(): Promise<void> {
  for (let round = 0; round < 8; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 3));
    flushSync();
  }
}

interface More {
  headers?: { name: string; value: string }[];
  mark?: RegExp;
  pointers?: string[];
}

async function show(body: string | Uint8Array, contentType: string | null, more: More = {}): Promise<void> {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  shown = mount(BodyView, {
    target: document.body,
    props: {
      reader: new HeldBytes(bytes),
      contentType,
      empty: 'empty',
      oncopy: (what: string, text: string) => copied.push([what, text]),
      ...more,
    },
  });
  await settle();
}

const all = (id: string): HTMLElement[] => [
  ...document.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`),
];
const one = (id: string): HTMLElement => {
  const [found] = all(id);
  if (found === undefined) throw new Error(`there is no ${id}`);
  return found;
};
const text = (id: string): string => one(id).textContent?.replace(/\s+/g, ' ').trim() ?? '';
const tabs = (): string[] =>
  all('payload-body').length === 0
    ? []
    : [...document.querySelectorAll('[role=tab]')].map((tab) => tab.textContent?.trim() ?? '');

async function find(wanted: string): Promise<void> {
  one('payload-body').dispatchEvent(
    new KeyboardEvent('keydown', { key: 'f', ctrlKey: true, bubbles: true, cancelable: true }),
  );
  await settle();
  const input = one('payload-find') as HTMLInputElement;
  input.value = wanted;
  input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
  await settle();
}

afterEach(async () => {
  if (shown !== null) await unmount(shown);
  shown = null;
  copied.length = 0;
  document.body.replaceChildren();
});

describe('a form', () => {
  it('is a table of fields as they mean, with what was sent', async () => {
    await show('payload=%7B%22a%22%3A1%7D&b=2', 'application/x-www-form-urlencoded');
    expect(tabs().slice(0, 3)).toEqual(['Fields', 'Text', 'Hex']);
    expect(all('payload-field-row').map((row) => row.textContent)).toEqual(['payload{"a":1}', 'b2']);
    expect(text('payload-field-one')).toContain('payload=%7B%22a%22%3A1%7D');
    expect(text('body-pretty'), 'a field that is JSON is shown as such').toContain('"a": 1');
    all('payload-field-row')[1]?.click();
    await settle();
    expect(text('payload-one-body')).toContain('2');
  });
});

describe('a body of parts', () => {
  it('is a table of parts, each with its own look', async () => {
    const body =
      '--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n--b\r\nContent-Disposition: form-data; name="data"; filename="d.json"\r\nContent-Type: application/json\r\n\r\n{"x":[1,2]}\r\n--b--';
    await show(body, 'multipart/form-data; boundary=b');
    expect(all('payload-part-row').map((row) => row.textContent)).toEqual([
      'notehello5 B',
      'datad.json · application/json · 11 B',
    ]);
    one('payload-part').parentElement?.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }),
    );
    await settle();
    expect(text('body-pretty')).toContain('"x": [');
  });

  it('that are none are text, with the reason', async () => {
    await show('nothing here', 'multipart/form-data; boundary=b');
    expect(text('payload-fault')).toContain('nowhere');
    expect(text('body-text')).toContain('nothing here');
  });
});

describe('other forms', () => {
  it('show XML indented and run nothing of it', async () => {
    await show('<a><b x="1">t</b><script>globalThis.hit = 1</script></a>', 'application/xml');
    expect(text('body-xml')).toContain('<b x="1">t</b>');
    expect(document.querySelectorAll('[data-testid=body-xml] script')).toHaveLength(0);
  });

  it('show one JSON value a line, each by itself', async () => {
    await show('{"a":1}\n{"b":2}\n', 'application/json');
    expect(tabs()[0]).toBe('Lines');
    expect(all('payload-line-row').map((row) => row.textContent)).toEqual(['1{"a":1}7 B', '2{"b":2}7 B']);
    expect(text('body-pretty')).toContain('"a": 1');
  });

  it('show an event with its envelope and its data apart', async () => {
    const event = '{"specversion":"1.0","type":"t","source":"/s","id":"9","data":{"k":true}}';
    await show(event, 'application/cloudevents+json');
    expect(text('body-event')).toMatch(/source ?\/s/);
    expect(text('body-pretty')).not.toContain('specversion');
    one('payload-view-pretty').click();
    await settle();
    expect(text('body-pretty')).toContain('specversion');
  });

  it('show an event whose envelope came in the headers', async () => {
    const headers = ['specversion', 'type', 'source', 'id'].map((name) => ({
      name: `ce-${name}`,
      value: `v-${name}`,
    }));
    await show('plain data', 'text/plain', { headers });
    expect(text('body-event')).toMatch(/type ?v-type/);
    expect(text('body-text')).toContain('plain data');
  });

  it('show a picture from its bytes, from nowhere else, and bytes where it is broken', async () => {
    await show(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2), 'text/html');
    const image = one('body-image').querySelector('img');
    expect(image?.src).toMatch(/^data:image\/png;base64,iVBORw0KGgo/);
    image?.dispatchEvent(new Event('error'));
    await settle();
    expect(text('payload-fault')).toContain('broken');
    expect(all('body-hex')).toHaveLength(1);
  });

  it('show text in the charset it came in, and the bytes as they came', async () => {
    await show(Uint8Array.of(0x63, 0x61, 0x66, 0xe9), 'text/plain; charset=iso-8859-1');
    expect(text('body-text')).toContain('café');
    one('payload-view-hex').click();
    await settle();
    expect(text('body-hex')).toContain('63 61 66 e9');
  });
});

describe('finding', () => {
  it('goes to a value that is folded away, and on to the next', async () => {
    const items = Array.from({ length: 300 }, (_, at) => ({ deep: { id: `n${at}` } }));
    await show(JSON.stringify({ items }), 'application/json');
    one('payload-view-tree').click();
    await settle();
    expect(text('body-tree')).not.toContain('n250');
    await find('n25');
    expect(text('payload-found')).toBe('1 of 11');
    expect(text('json-path')).toBe('/items/25/deep/id');
    expect(document.querySelector('[data-testid=body-tree] mark')?.textContent).toBe('n25');
    one('payload-next').click();
    await settle();
    expect(text('json-path')).toBe('/items/250/deep/id');
  });

  it('marks bytes by their digits', async () => {
    await show(Uint8Array.of(0, 1, 2, 0xff, 0xfe, 5), 'application/octet-stream');
    await find('ff fe');
    expect([...document.querySelectorAll('mark')].map((mark) => mark.textContent)).toEqual(['ff fe', '··']);
  });

  it('says that there is nothing, and Escape ends it', async () => {
    await show('abc', 'text/plain');
    await find('zzz');
    expect(text('payload-found')).toBe('Not found');
    one('payload-find').dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }),
    );
    await settle();
    expect(all('payload-find')).toHaveLength(0);
  });
});

describe('what the filter looked for', () => {
  it('is marked in the payload, by its text and by its pointer', async () => {
    await show('{"a":{"b":"paid"},"c":"unpaid"}', 'application/json', {
      mark: /(?<!\w)paid/giu,
      pointers: ['/a/b'],
    });
    expect([...document.querySelectorAll('mark')].map((mark) => mark.textContent)).toEqual(['paid']);
    expect(document.querySelectorAll('.sought')).toHaveLength(1);
  });
});

describe('what would freeze a window', () => {
  it('is shown at once: very deep, very many, a very long line', async () => {
    await show('['.repeat(100_000) + ']'.repeat(100_000), 'application/json');
    await expect.poll(() => all('body-pretty').length, { timeout: 3000 }).toBe(1);
    await unmount(shown ?? {});
    shown = null;
    await show(`{"a":"${'x'.repeat(2_000_000)}"}`, 'application/json');
    await expect.poll(() => all('body-pretty').length, { timeout: 3000 }).toBe(1);
    expect(document.body.textContent?.length ?? 0, 'only its beginning is drawn').toBeLessThan(20_000);
  });

  it('is text with the reason where it has too many values', async () => {
    await show(`[${'0,'.repeat(3_100_000)}0]`, 'application/json');
    await expect.poll(() => all('payload-fault').length, { timeout: 8000 }).toBe(1);
    expect(text('payload-fault')).toContain('too many');
    expect(all('body-text')).toHaveLength(1);
  });
});
