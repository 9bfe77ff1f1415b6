/** The whole window over a scripted host, for tests. */
import { flushSync, mount, unmount } from 'svelte';
import { afterEach } from 'vitest';
import type { RequestDetail } from '../bindings/RequestDetail';
import type { RequestRow } from '../bindings/RequestRow';
import { DESKTOP, ScriptedHost, ScriptedRows } from '../host/scripted';
import { detailOf, limitOf, rowOf, signatureOf } from '../host/views';
import { Workbench } from '../state/workbench.svelte';
import App from './App.svelte';

export const HOSTILE = '<script>globalThis.hit = 1</script><img src=x onerror="globalThis.hit = 1">';
const LIMITS = [limitOf()];
let shown: ReturnType<typeof mount> | null = null;

/** A request of somebody who means ill, wherever text of it is shown. */
export function hostileOf(row: RequestRow, body: string): RequestDetail {
  const plain = detailOf({ ...row, bodyLength: body.length }, { contentType: 'application/json' });
  return {
    ...plain,
    headers: [
      { name: 'X-Evil', value: HOSTILE, exact: true, meaning: null },
      { name: 'Authorization', value: 'Bearer sk_live_abcdefghijkl', exact: true, meaning: null },
    ],
    framing: {
      ...plain.framing,
      declaredLength: 1,
      facts: [{ name: 'Body', text: 'Content-Length 1' }],
      marks: [HOSTILE],
    },
    signature: signatureOf({
      verdict: 'no secret',
      verdictNow: 'no secret',
      sentence: 'It carries a signature.',
      provider: 'stripe',
      found: [{ place: HOSTILE, text: HOSTILE, parts: [] }],
      notes: [HOSTILE],
    }),
  };
}

export async function open(
  store: ScriptedRows,
  body = '{"a":1}',
  place: 'window' | 'browser' = 'browser',
): Promise<{ bench: Workbench; host: ScriptedHost }> {
  let presenting = false;
  const host = new ScriptedHost({
    ...store.script,
    request: ({ id }) => {
      const detail = hostileOf(store.rows.find((row) => row.id === id) ?? rowOf(1), body);
      if (!presenting) return detail;
      const headers = detail.headers.map((line) => ({ ...line, value: '*'.repeat(line.value.length) }));
      return { ...detail, headers };
    },
    present: ({ on }) => {
      presenting = on;
      return {};
    },
    mask_paths: () => [],
    deliveries: () => [],
    settings: () => ({ theme: 'dark', lastTarget: null, desktop: DESKTOP }),
    save_settings: (settings) => settings,
    status: () => ({
      version: '0.1.0',
      listener: {
        listening: true,
        url: 'http://127.0.0.1:4665',
        address: '127.0.0.1',
        open: false,
        port: 4665,
        wantedPort: null,
        problem: null,
        paused: false,
      },
      dataDir: '/data',
      secretsPlace: 'file',
      requests: store.rows.length,
      starred: 0,
      failedSignatures: 0,
      bytes: 9_100_000,
      diskBytes: 12_400_000,
      searchBacklog: 0,
      notices: [],
      recheck: null,
      presenting,
    }),
    desktop: () => ({ trayProblem: null, menuIsChoice: true, opensAtLogin: false, opensLinks: false }),
    limits: () => LIMITS,
    set_limits: ({ limits }) =>
      LIMITS.map((limit) => ({
        ...limit,
        value: limits.find(({ name }) => name === limit.name)?.value ?? limit.value,
      })),
    endpoints: () => [],
    queues: () => [],
    targets: () => [],
    providers: () => [],
    saved_filters: () => [],
    read_filter: () => ({ problem: null }),
  });
  for (const row of store.rows) host.bytes.set(`request_body ${row.id}`, new TextEncoder().encode(body));
  host.place = place;
  const bench = new Workbench(host, 0);
  shown = mount(App, { target: document.body, props: { bench } });
  await settle();
  return { bench, host };
}

export async function settle(): Promise<void> {
  for (let round = 0; round < 6; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 4));
    flushSync();
  }
}

export const all = (id: string): HTMLElement[] => [
  ...document.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`),
];
export const one = (id: string): HTMLElement => {
  const [found] = all(id);
  if (found === undefined) throw new Error(`there is no ${id}`);
  return found;
};
/** The field has the keyboard, and this is typed there. */
export function write(id: string, text: string): void {
  const field = one(id) as HTMLInputElement;
  field.focus();
  field.value = text;
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
}
export const value = (id: string): string => (one(id) as HTMLInputElement).value;
/** Of what a list offers, this is chosen. */
export function choose(id: string, value: string): void {
  const list = one(id) as HTMLSelectElement;
  list.value = value;
  list.dispatchEvent(new Event('change', { bubbles: true }));
}
export const press = (key: string, init: KeyboardEventInit = {}): boolean =>
  document.body.dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }),
  );

afterEach(async () => {
  if (shown !== null) await unmount(shown);
  shown = null;
  document.body.replaceChildren();
  localStorage.clear();
});
