/** What one is asked before something leaves the private network, in the sheets that send several times. */
import { describe, expect, it } from 'vitest';
import { ScriptedRows } from '../host/scripted';
import { all, one, open, settle, write } from './mounted';

const ASKS = {
  code: 'confirm_host',
  message: '`far.example:443` is not private',
  hint: 'Allow it if it is meant.',
};

const SHEETS = [
  {
    name: 'sequence',
    command: 'start_run',
    dialog: { kind: 'sequence', chosen: '' },
    asked: 'sequence-asked',
  },
  {
    name: 'idempotency',
    command: 'check_idempotency',
    dialog: { kind: 'idempotency', request: 'r1' },
    asked: 'idempotency-problem',
  },
] as const;

describe.each(SHEETS)('the sheet of the $name', ({ name, command, dialog, asked }) => {
  async function sheet() {
    const { bench, host } = await open(new ScriptedRows(1));
    const allowed: string[] = [];
    const sent: string[] = [];
    const send = ({ url }: { url: string }): never => {
      if (!allowed.includes(url)) throw ASKS;
      sent.push(url);
      throw { code: 'failed', message: 'far enough for a test', hint: null };
    };
    host.script[command] = send;
    host.script.allow_host = ({ url }) => {
      allowed.push(url);
      return {};
    };
    bench.view.open(dialog);
    await settle();
    return { allowed, sent };
  }

  async function press(id: string): Promise<void> {
    one(`${name}-${id}`).click();
    await settle();
  }

  it('sends once one has agreed', async () => {
    const { allowed, sent } = await sheet();
    write(`${name}-url`, 'https://far.example');
    await press('start');
    expect(one(asked).textContent).toContain('far.example:443 is not private');
    await press('agree');
    expect([allowed, sent]).toEqual([['https://far.example'], ['https://far.example']]);
  });

  it('takes no answer about one URL for another that is typed meanwhile', async () => {
    const { allowed, sent } = await sheet();
    write(`${name}-url`, 'https://far.example');
    await press('start');
    write(`${name}-url`, 'https://other.example');
    await settle();
    expect([all(`${name}-agree`).length, all(asked).length], 'nothing was asked about it').toEqual([0, 0]);
    await press('start');
    expect([allowed, sent], 'it is asked about by itself').toEqual([[], []]);
    expect(all(`${name}-agree`)).toHaveLength(1);
  });
});
