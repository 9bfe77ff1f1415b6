import { describe, expect, it } from 'vitest';
import type { ListenerView } from '../bindings/ListenerView';
import { ScriptedRows } from '../host/scripted';
import { all, one, open, press, settle } from './mounted';

const NARROW = 600;

async function listener(change: Partial<ListenerView>): ReturnType<typeof open> {
  const opened = await open(new ScriptedRows(0));
  const { around } = opened.bench;
  if (around.status === null) throw new Error('the status was not read');
  around.status = { ...around.status, listener: { ...around.status.listener, ...change } };
  await settle();
  return opened;
}

describe('the first start', () => {
  it('has everything in one pane too, once', async () => {
    const { bench } = await open(new ScriptedRows(0));
    expect([all('welcome').length, all('list-empty').length]).toEqual([1, 1]);
    bench.view.width = NARROW;
    await settle();
    expect(all('detail'), 'there is one pane').toEqual([]);
    expect([all('welcome').length, all('list-empty').length], 'it is in place of the empty list').toEqual([
      1, 0,
    ]);
    expect(one('welcome-url').textContent).toBe('http://127.0.0.1:4665');
    expect(one('welcome-curl').textContent).toContain('/hello');
    expect(all('sample-send')).toHaveLength(1);
    await bench.list.setFilter('push');
    await settle();
    expect(all('welcome'), 'what does not match is no first start').toEqual([]);
  });

  it('says that it is paused, and goes on', async () => {
    const { bench, host } = await listener({ listening: false, paused: true, url: '' });
    expect(one('welcome-paused').textContent).toContain('port 4665');
    expect(all('welcome-curl'), 'there is no address to send anything to').toEqual([]);
    expect(all('welcome-off'), 'nothing is wrong').toEqual([]);
    const running = bench.around.status?.listener;
    if (running === undefined) throw new Error('the status was not read');
    host.script.pause_listening = ({ on }) => ({
      ...running,
      paused: on,
      listening: !on,
      url: 'http://127.0.0.1:4665',
    });
    one('welcome-resume').click();
    await settle();
    expect(host.asked).toContainEqual(['pause_listening', { on: false }]);
    expect(one('welcome-curl').textContent).toContain('http://127.0.0.1:4665/hello');
  });

  it('offers another port where the listener does not run', async () => {
    const { bench } = await listener({ listening: false, url: '' });
    one('welcome-port').click();
    await settle();
    expect(bench.view.dialog?.kind).toBe('port');
  });
});

describe('a sample', () => {
  it('is not sent while capturing is paused, and can be after it goes on', async () => {
    const { host } = await listener({ listening: false, paused: true, url: '' });
    press('N');
    await settle();
    expect(one('sample-paused').textContent).toContain('Capturing is paused');
    expect((one('sample-send') as HTMLButtonElement).disabled).toBe(true);
    one('sample-resume').click();
    await settle();
    expect(host.asked).toContainEqual(['pause_listening', { on: false }]);
  });
});
