/** What becomes of a dialog over which an action is chosen in the palette, and of a question that waits behind it. */
import { describe, expect, it } from 'vitest';
import { ScriptedRows } from '../host/scripted';
import { ACTIONS } from '../keys/actions';
import { all, one, open, press, settle, write } from './mounted';

/** A window with a request open, and over it a dialog in which something was typed. */
async function typing() {
  const { bench, host } = await open(new ScriptedRows(3));
  host.script.annotate = () => ({});
  bench.view.width = 1400;
  bench.select('r2');
  bench.view.open({ kind: 'endpoint', endpoint: null, path: '', part: 'general' });
  await settle();
  const field = one('endpoint-path');
  field.focus();
  write('endpoint-path', '/orders');
  return {
    bench,
    host,
    field,
    choose: async (id: string): Promise<void> => {
      press('k', { ctrlKey: true });
      await settle();
      write('palette-input', ACTIONS.find((action) => action.id === id)?.title ?? id);
      await settle();
      one('palette').querySelector<HTMLElement>(`[data-action="${id}"]`)?.click();
      await settle();
      expect(all('palette')).toEqual([]);
    },
  };
}

describe('a dialog over which an action is chosen', () => {
  it.each(['theme.light', 'request.star', 'request.link', 'list.follow', 'sort.size', 'view.sidebar'])(
    'stays for %s, with what was typed and the keyboard',
    async (id) => {
      const { bench, field, choose } = await typing();
      await choose(id);
      expect(bench.view.dialog?.kind).toBe('endpoint');
      expect((one('endpoint-path') as HTMLInputElement).value).toBe('/orders');
      expect(document.activeElement, 'it goes on where it was').toBe(field);
    },
  );

  it('does what was chosen all the same', async () => {
    const { bench, host, choose } = await typing();
    await choose('theme.light');
    await choose('request.star');
    expect(bench.around.settings?.theme).toBe('light');
    expect(host.asked.find(([name]) => name === 'annotate')?.[1]).toMatchObject({ ids: ['r2'] });
  });

  it.each(['list.filter', 'list.next', 'tab.raw', 'request.note', 'request.delete', 'hookbench.settings'])(
    'gives way to %s, which is gone on with behind it',
    async (id) => {
      const { bench, choose } = await typing();
      await choose(id);
      expect(bench.view.dialog).toBeNull();
    },
  );

  it('gives way to another dialog', async () => {
    const { bench, choose } = await typing();
    await choose('view.keys');
    expect(bench.view.dialog?.kind).toBe('keys');
  });

  it('is what is closed by closing what is open, and not also what is under it', async () => {
    const { bench, choose } = await typing();
    await choose('view.back');
    expect([bench.view.dialog, bench.opened?.id]).toEqual([null, 'r2']);
  });

  it('gives way where the sidebar is a drawer, which it would be over', async () => {
    const { bench, choose } = await typing();
    bench.view.width = 900;
    await settle();
    await choose('view.sidebar');
    expect([bench.view.dialog, bench.view.drawer]).toEqual([null, true]);
  });
});

describe('a question that waits while the palette is open', () => {
  it('is not answered by closing what is open, and asked after that', async () => {
    const { bench } = await open(new ScriptedRows(3));
    bench.select('r2');
    bench.view.palette = true;
    await settle();
    write('palette-input', 'Close what is open');
    await settle();
    let answer: boolean | null = null;
    const question = { code: 'confirm_host', message: 'is far', hint: null, url: 'http://far.example' };
    void bench.view.ask(question).then((agreed) => (answer = agreed));
    one('palette').querySelector<HTMLElement>('[data-action="view.back"]')?.click();
    await settle();
    expect([bench.opened, all('palette')], 'what was open is closed').toEqual([null, []]);
    expect([answer, bench.view.dialog?.kind]).toEqual([null, 'confirm']);
    bench.back();
    await settle();
    expect(answer, 'once it was there to be read, to leave it is a no').toBe(false);
  });
});
