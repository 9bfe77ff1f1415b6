import { describe, expect, it } from 'vitest';
import { ScriptedRows } from '../host/scripted';
import { all, one, open, settle } from './mounted';

describe('data that cannot be opened', () => {
  it('is said on a page of its own, with the way on', async () => {
    const { bench, host } = await open(new ScriptedRows(2));
    const status = host.script.status;
    const why = {
      code: 'unusable',
      message: '`/data/hookbench.db` is damaged',
      hint: 'set it aside',
    } as const;
    host.script.status = () => {
      throw why;
    };
    bench.openings += 1;
    await settle();
    expect(one('unopened').textContent).toContain('is damaged');
    expect(all('request-list'), 'there is nothing else to see').toHaveLength(0);

    host.script.start_over = ({ setAside }) => {
      if (status !== undefined) host.script.status = status;
      return { aside: setAside ? '/data/hookbench-2026-11-21.db' : null };
    };
    one('unopened-aside').click();
    await settle();
    expect(host.asked).toContainEqual(['start_over', { setAside: true }]);
    expect(all('unopened')).toHaveLength(0);
    expect(all('request-list')).toHaveLength(1);
    expect(document.body.textContent).toContain('hookbench-2026-11-21.db');
  });

  it('offers to set nothing aside where the file may be in order', async () => {
    const { bench } = await open(new ScriptedRows(2));
    bench.unopened = { code: 'unopened', message: 'the file is locked', hint: null };
    await settle();
    expect(all('unopened-aside')).toHaveLength(0);
    expect(all('unopened-again')).toHaveLength(1);
  });
});

describe('a damaged file under way', () => {
  it('is a banner that cannot be waved away and leads to a new file', async () => {
    const { bench, host } = await open(new ScriptedRows(1));
    const status = bench.around.status;
    if (status === null) throw new Error('there is a status');
    const notice = { code: 'damaged', message: 'the data file is damaged', hint: null, detail: 'page 7' };
    bench.around.status = { ...status, notices: [notice] };
    await settle();
    expect(all('banner-dismiss')).toHaveLength(0);
    one('banner-details').click();
    await settle();
    expect(one('banner-detail').textContent).toContain('page 7');
    one('banner-start-over').click();
    host.script.start_over = () => ({ aside: '/data/old.db' });
    await settle();
    one('start-over-do').click();
    await settle();
    expect(all('start-over')).toHaveLength(0);
  });
});
