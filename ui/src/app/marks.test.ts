/** Who sent a request and which of its headers matter to them, as the window marks it. */
import { describe, expect, it } from 'vitest';
import type { RequestRow } from '../bindings/RequestRow';
import { ScriptedRows } from '../host/scripted';
import { detailOf, providerOf, rowOf } from '../host/views';
import { all, HOSTILE, one, open, settle, write } from './mounted';

const PUSH = { provider: 'github', event: 'push', target: '/github' };

async function listed(change: Partial<RequestRow>): ReturnType<typeof open> {
  const store = new ScriptedRows(0);
  store.rows = [rowOf(1, change)];
  const opened = await open(store);
  opened.host.script.providers = () => [providerOf('github', 'GitHub')];
  await opened.bench.around.loadProviders();
  await settle();
  return opened;
}

describe('the provider', () => {
  it('is a mark in the row, with its name for whoever does not see or know it', async () => {
    await listed(PUSH);
    const mark = one('provider-mark');
    expect(mark.querySelector('[aria-hidden]')?.textContent).toBe('GH');
    expect([mark.title, mark.querySelector('.spoken')?.textContent]).toEqual(['GitHub', 'GitHub']);
  });

  it('has no mark where nobody knows it, nor beside its own column', async () => {
    const { bench } = await listed({ provider: null });
    expect(all('provider-mark')).toHaveLength(0);
    bench.list.update([rowOf(1, PUSH)]);
    await settle();
    expect(all('provider-mark')).toHaveLength(1);
    bench.columns.show('provider', true);
    await settle();
    expect(all('provider-mark'), 'its column says it').toHaveLength(0);
    expect(one('request-row').textContent).toContain('GitHub');
  });

  it('is named first in the head of the request and leads to all that it sent', async () => {
    const { bench } = await listed(PUSH);
    bench.select('r1');
    await settle();
    const meta = one('detail-header').querySelector('.meta');
    expect(meta?.firstElementChild?.textContent.trim()).toBe('GitHub');
    one('detail-provider').click();
    await settle();
    expect(bench.list.text).toBe('provider:github');
  });

  it('is text and nothing else where a scheme of one’s own is called strangely', async () => {
    const { bench, host } = await listed({ ...PUSH, provider: 'own' });
    host.script.providers = () => [providerOf('own', HOSTILE)];
    await bench.around.loadProviders();
    bench.select('r1');
    await settle();
    expect(one('detail-provider').textContent).toBe(HOSTILE);
    expect(document.querySelector('img')).toBeNull();
  });

  it('leaves the method to be seen where it is not the usual one', async () => {
    await listed({ ...PUSH, method: 'GET' });
    expect(one('request-row').textContent).toContain('GET');
  });
});

describe('a header that matters to the provider', () => {
  it('is marked and says what it is; the others say nothing', async () => {
    const { bench, host } = await listed(PUSH);
    host.script.request = () =>
      detailOf(rowOf(1, PUSH), {
        headers: [
          { name: 'Host', value: 'localhost', exact: true, meaning: null },
          { name: 'X-GitHub-Event', value: 'push', exact: true, meaning: 'the event' },
          { name: 'X-Hub-Signature-256', value: 'sha256=0', exact: true, meaning: 'the signature' },
        ],
      });
    bench.select('r1');
    bench.showTab('headers');
    await settle();
    const [host_, event, signature] = all('header-line');
    expect(host_?.querySelector('[data-testid="header-meaning"]')).toBeNull();
    expect(host_?.classList.contains('matters')).toBe(false);
    expect(event?.querySelector('[data-testid="header-meaning"]')?.textContent).toBe('the event');
    expect(event?.classList.contains('matters')).toBe(true);
    const drawn = (line?: HTMLElement): string[] =>
      [...(line?.querySelectorAll('[data-testid="header-meaning"] path') ?? [])].map(
        (path) => path.getAttribute('d') ?? '',
      );
    expect(drawn(signature), 'what it shows is not read out of a sentence').toEqual(drawn(event));
    write('header-search', 'the event');
    await settle();
    expect(all('header-line'), 'it is found by what it is').toHaveLength(1);
  });
});
