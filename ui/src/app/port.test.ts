/** That another port had to be taken than the one that was wanted, as the window tells it. */
import { describe, expect, it } from 'vitest';
import type { Notice } from '../bindings/Notice';
import { ScriptedRows } from '../host/scripted';
import { all, one, open, settle } from './mounted';

type Opened = Awaited<ReturnType<typeof open>>;

const otherPort = (wanted: number): Notice => ({
  code: 'other_port',
  message: `port ${wanted} is in use by another program; requests are taken at port 4666 instead`,
  hint: 'give the provider `http://127.0.0.1:4666`, or end that program and change the port back',
  detail: null,
});

async function tell({ bench, host }: Opened, notices: Notice[]): Promise<void> {
  const before = await host.call('status', {});
  host.script.status = () => ({ ...before, notices });
  await bench.around.loadStatus();
  await settle();
}

describe('a port that was taken', () => {
  it('is said, with the URL that is right now and a way to another port', async () => {
    const opened = await open(new ScriptedRows(1));
    await tell(opened, [otherPort(4665)]);
    const { textContent } = one('banner');
    expect(textContent).toContain('Port 4665 is in use by another program; requests are taken at port 4666');
    expect(textContent, 'what is to be done').toContain('http://127.0.0.1:4666');
    one('banner-port').click();
    await settle();
    expect(opened.bench.view.dialog?.kind).toBe('port');
  });

  it('stays away once it was waved away, and comes again for another port', async () => {
    const opened = await open(new ScriptedRows(1));
    await tell(opened, [otherPort(4665)]);
    one('banner-dismiss').click();
    await settle();
    expect(all('banner')).toHaveLength(0);
    await tell(opened, [otherPort(5000)]);
    expect(one('banner').textContent, 'that is news').toContain('Port 5000');
  });
});
