/** What is said of a sample that was sent. */
import { describe, expect, it } from 'vitest';
import { ScriptedRows } from '../host/scripted';
import { endpointOf } from '../host/views';
import { all, one, open, settle } from './mounted';

async function sent(unsigned: string | null, secrets: ReturnType<typeof endpointOf>['secrets'] = []) {
  const made = await open(new ScriptedRows(0));
  const { bench, host } = made;
  bench.around.endpoints = [endpointOf({ path: '/stripe', secrets })];
  host.script.send_sample = () => ({ path: '/stripe', status: 200, unsigned, withTestKey: false });
  await bench.sendSample('stripe', 'invoice');
  await settle();
  return made;
}

describe('a sample that went unsigned', () => {
  it('offers to add the secret of its endpoint, where that has none', async () => {
    const { bench } = await sent('there is no secret');
    expect(one('note').textContent).toContain('not signed: there is no secret');
    one('note-offer').click();
    await settle();
    expect(bench.view.dialog).toMatchObject({ kind: 'endpoint', path: '/stripe', part: 'secrets' });
    expect(
      one('endpoint-dialog').querySelector('[data-testid="secret-value"]'),
      'the field is open',
    ).not.toBeNull();
  });

  it('offers nothing where a secret would be no remedy', async () => {
    await sent('only its provider has the key', [{ id: 's1', name: 'one', place: 'file', createdAt: 1 }]);
    expect([all('note').length, all('note-offer').length]).toEqual([1, 0]);
  });

  it('says nothing more where it is signed', async () => {
    await sent(null);
    expect([all('note').length, all('note-offer').length]).toEqual([1, 0]);
  });
});
