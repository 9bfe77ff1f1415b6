/** Handshakes, coded bodies and checking again, as the window shows them. */
import { expect, test } from 'vitest';
import { ScriptedRows } from '../host/scripted';
import { rowOf } from '../host/views';
import { all, hostileOf, HOSTILE, one, open, settle } from './mounted';

function store(): ScriptedRows {
  const rows = new ScriptedRows(0);
  rows.rows = [rowOf(1, { event: 'handshake: url_verification', handshake: 'url_verification' })];
  return rows;
}

test('a handshake says what was answered and why, and offers what to do', async () => {
  const rows = store();
  const { bench, host } = await open(rows);
  expect(document.querySelector('[data-testid="request-row"]')?.textContent).toContain('Handshake');
  host.script.request = () => ({
    ...hostileOf(rows.rows[0] ?? rowOf(1), '{}'),
    handshake: {
      name: 'url_verification',
      why: 'it wants its challenge back',
      lacks: null,
      reply: {
        status: 200,
        headers: [{ name: 'Content-Type', value: 'text/plain', exact: true, meaning: null }],
        body: HOSTILE,
      },
      offers: [
        { kind: 'link', value: 'https://sns.example/confirm', text: 'Open it to confirm' },
        { kind: 'copy', value: 'secret_abc', text: 'Paste it into the page' },
        { kind: 'secret', value: 'topsecretvalue', text: 'It is the secret from now on' },
      ],
    },
  });
  bench.select('r1');
  await settle();
  const text = one('handshake').textContent;
  expect(text).toContain('url_verification');
  expect(one('handshake-reply').textContent).toContain(HOSTILE);
  expect(text).toContain('It wants its challenge back.');
  expect(all('offer-open')).toHaveLength(0);
  one('offer-ask').click();
  await settle();
  const link = one('offer-open') as HTMLAnchorElement;
  expect([link.href, link.rel]).toEqual(['https://sns.example/confirm', 'noopener noreferrer']);
  expect(text).toContain('secret_abc');
  expect(text).not.toContain('topsecretvalue');
});

test('a coded body is shown decoded, and as it was sent', async () => {
  const rows = new ScriptedRows(1);
  const { bench, host } = await open(rows);
  host.bytes.set('request_body r1', new Uint8Array([0x1f, 0x8b, 8, 0, 1, 2, 3]));
  host.bytes.set('request_unpacked r1', new TextEncoder().encode('{"found":"inside"}'));
  host.script.request = () => ({
    ...hostileOf(rows.rows[0] ?? rowOf(1), '1234567'),
    unpacked: { codings: ['gzip'], length: 18, cut: true, problem: null },
  });
  bench.select('r1');
  await settle();
  await settle();
  expect(one('payload-body').textContent).toContain('inside');
  expect(one('payload-cut').textContent).toContain('18 B');
  one('payload-as-sent').click();
  await settle();
  await settle();
  expect(one('payload-as-sent').getAttribute('aria-pressed')).toBe('true');
  expect(one('payload-body').textContent).not.toContain('inside');
});

test('checking again is told, can be stopped, and goes away', async () => {
  const { host } = await open(new ScriptedRows(1));
  host.script.cancel_recheck = () => ({});
  host.happened({ recheck: { done: 12_300, total: 80_000 } });
  await settle();
  expect(one('recheck').textContent).toContain('Checking signatures again: 12,300 of 80,000');
  one('recheck-cancel').click();
  await settle();
  expect(host.asked.some(([name]) => name === 'cancel_recheck')).toBe(true);
  host.happened({ recheck: null });
  await settle();
  expect(all('recheck')).toHaveLength(0);
});
