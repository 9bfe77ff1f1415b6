import { describe, expect, it } from 'vitest';
import type { MenuView } from '../bindings/MenuView';
import type { WorkView } from '../bindings/WorkView';
import { ACTIONS } from '../keys/actions';
import { menusOf } from '../keys/menu';
import { DESKTOP, ScriptedRows } from '../host/scripted';
import { all, choose, one, open, press, settle } from './mounted';

const IDLE: WorkView = { sendings: 0, runs: [], exports: 0, imports: 0, recheck: null };
const pause = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));

async function until(holds: () => boolean): Promise<void> {
  for (let left = 200; !holds(); left -= 1) {
    if (left === 0) throw new Error('it does not happen');
    await pause(10);
    await settle();
  }
}

describe('a link to a request', () => {
  it('opens it, also from the settings', async () => {
    const { bench, host } = await open(new ScriptedRows(3), undefined, 'window');
    bench.view.openSettings('listener');
    await settle();
    host.happened({ wishes: [{ kind: 'request', id: 'r2' }] });
    await settle();
    expect(bench.opened?.id).toBe('r2');
    expect(all('settings')).toHaveLength(0);
    expect(one('detail-title').textContent).toContain('invoice.paid');
  });

  it('takes the keyboard along from the row that had it', async () => {
    const { host } = await open(new ScriptedRows(3), undefined, 'window');
    const row = (id: string) => all('request-row').find((one) => one.dataset['id'] === id);
    row('r3')?.focus();
    host.happened({ wishes: [{ kind: 'request', id: 'r1' }] });
    await settle();
    expect(document.activeElement).toBe(row('r1'));
  });

  it('takes the place of the palette that is open, and gives the keyboard to its row', async () => {
    const { bench, host } = await open(new ScriptedRows(3), undefined, 'window');
    bench.view.palette = true;
    await settle();
    host.happened({ wishes: [{ kind: 'request', id: 'r2' }] });
    await settle();
    expect([bench.opened?.id, all('palette').length]).toEqual(['r2', 0]);
    expect(document.activeElement?.id).toBe('request-r2');
  });

  it('says that there is no such request and leaves everything as it was', async () => {
    const { bench, host } = await open(new ScriptedRows(3), undefined, 'window');
    host.script.request = () => {
      throw { code: 'not_found', message: 'there is no request `x`', hint: null };
    };
    host.happened({ wishes: [{ kind: 'request', id: 'x' }] });
    await settle();
    expect(bench.opened).toBeNull();
    expect(all('note').at(-1)?.textContent).toContain('The link leads nowhere: there is no request');
  });

  it('that cannot be understood is shown as text', async () => {
    const { host } = await open(new ScriptedRows(0), undefined, 'window');
    host.happened({ wishes: [{ kind: 'bad_link', text: 'hookbench://<b>\u202e' }] });
    await settle();
    expect(all('note').at(-1)?.textContent).toContain('hookbench://<b>');
    expect(document.querySelector('b')).toBeNull();
  });
});

describe('quitting', () => {
  it('asks, naming what is under way, and quits when told to', async () => {
    const { host } = await open(new ScriptedRows(0), undefined, 'window');
    host.script.work = () => ({
      ...IDLE,
      sendings: 2,
      runs: [{ done: 40, total: 100 }],
      exports: 1,
      imports: 2,
    });
    host.script.asks_to_quit = () => ({});
    host.script.quit = () => ({});
    host.happened({ wishes: [{ kind: 'quit' }] });
    await until(() => all('quit-work').length === 1);
    expect(host.asked).toContainEqual(['asks_to_quit', {}]);
    expect(one('quit-work').textContent).toContain('2 sendings without an answer yet');
    expect(one('quit-work').textContent).toContain('A run: 40 of 100 sent');
    expect(one('quit-work').textContent).toContain('1 HAR file being written');
    expect(one('quit-work').textContent).toContain('2 HAR files being imported');
    one('quit-stay').click();
    await settle();
    expect(all('quit-dialog')).toHaveLength(0);
    expect(host.asked).not.toContainEqual(['quit', {}]);
    host.happened({ wishes: [{ kind: 'quit' }] });
    await until(() => all('quit-now').length === 1);
    one('quit-now').click();
    await settle();
    expect(host.asked).toContainEqual(['quit', {}]);
  });

  it('waits, where that is wanted, until everything is done', async () => {
    const { host } = await open(new ScriptedRows(0), undefined, 'window');
    let work: WorkView = { ...IDLE, sendings: 1 };
    host.script.work = () => work;
    host.script.asks_to_quit = () => ({});
    host.script.quit = () => ({});
    host.happened({ wishes: [{ kind: 'quit' }] });
    await until(() => all('quit-when-done').length === 1);
    one('quit-when-done').click();
    await pause(450);
    expect(host.asked).not.toContainEqual(['quit', {}]);
    work = IDLE;
    await until(() => host.asked.some(([name]) => name === 'quit'));
  });
});

describe('the menu bar', () => {
  it('holds every action once, but for moves of the keyboard and what is a menu itself', async () => {
    const { bench } = await open(new ScriptedRows(2));
    const ids = menusOf(bench).flatMap(({ groups }) => groups.flat().map(({ id }) => id));
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    const missing = ACTIONS.map(({ id }) => id).filter((id) => !ids.includes(id));
    expect(
      missing.filter(
        (id) =>
          !/^(?:request\.menu$|list\.(?:next|previous|page|first|last|open|fold|unfold|select))/.test(id),
      ),
    ).toEqual([]);
  });

  it('is told only where it is wanted, with what can be done now', async () => {
    const { bench, host } = await open(new ScriptedRows(2), undefined, 'window');
    const told: MenuView[][] = [];
    host.script.set_menu = ({ menus }) => {
      told.push(menus);
      return {};
    };
    await pause(200);
    expect(told, 'nobody asked for a menu bar').toEqual([]);
    await bench.around.saveSettings({ desktop: { ...DESKTOP, menuBar: true } });
    await until(() => told.length > 0);
    const line = (id: string) =>
      told
        .at(-1)
        ?.flatMap(({ groups }) => groups.flat())
        .find((one) => one.id === id);
    expect(line('request.star')?.enabled).toBe(false);
    press('j');
    await until(() => line('request.star')?.enabled === true);
  });

  it('does what is chosen in it, unless a dialog is open', async () => {
    const { bench, host } = await open(new ScriptedRows(2), undefined, 'window');
    host.happened({ wishes: [{ kind: 'action', id: 'view.keys' }] });
    await settle();
    expect(bench.view.dialog?.kind).toBe('keys');
    host.happened({ wishes: [{ kind: 'action', id: 'hookbench.settings' }] });
    await settle();
    expect(bench.view.settings, 'the dialog is answered first').toBeNull();
  });

  it('does nothing to the request behind the palette, which it can close', async () => {
    const { bench, host } = await open(new ScriptedRows(2), undefined, 'window');
    bench.select('r2');
    bench.view.palette = true;
    await settle();
    for (const id of ['request.delete', 'view.keys']) host.happened({ wishes: [{ kind: 'action', id }] });
    await settle();
    expect(host.asked.filter(([name]) => name === 'delete_requests')).toEqual([]);
    expect([bench.view.dialog, bench.view.palette, bench.opened?.id]).toEqual([null, true, 'r2']);
    host.happened({ wishes: [{ kind: 'action', id: 'view.back' }] });
    await settle();
    expect([bench.view.palette, bench.opened?.id], 'it is what is innermost').toEqual([false, 'r2']);
  });

  it('opens the palette over a dialog and closes it, as its key does, unless it is asked whether to quit', async () => {
    const { bench, host } = await open(new ScriptedRows(2), undefined, 'window');
    const chosen = async (): Promise<boolean> => {
      host.happened({ wishes: [{ kind: 'action', id: 'view.palette' }] });
      await settle();
      return bench.view.palette;
    };
    expect([await chosen(), await chosen()]).toEqual([true, false]);
    bench.view.open({ kind: 'keys' });
    expect([await chosen(), await chosen()]).toEqual([true, false]);
    expect(bench.view.dialog?.kind, 'it is there again').toBe('keys');
    bench.view.quitting = true;
    expect(await chosen()).toBe(false);
  });
});

describe('the settings of the desktop', () => {
  const state = { trayProblem: null, menuIsChoice: true, opensAtLogin: false, opensLinks: false };

  it('are there in the window only', async () => {
    await open(new ScriptedRows(0));
    one('open-settings').click();
    await settle();
    expect(all('settings-desktop')).toHaveLength(0);
  });

  it('are kept, and what the system arranges is asked of the system', async () => {
    const { bench, host } = await open(new ScriptedRows(0), undefined, 'window');
    host.script.desktop = () => state;
    host.script.open_at_login = ({ on }) => ({ ...state, opensAtLogin: on });
    bench.view.openSettings('desktop');
    await settle();
    const login = one('desktop-login') as HTMLInputElement;
    login.click();
    await settle();
    expect(host.asked).toContainEqual(['open_at_login', { on: true }]);
    choose('desktop-closing', 'hides');
    await settle();
    expect(bench.around.settings?.desktop.closing).toBe('hides');
  });

  it('say why there is no tray, and that the window then cannot be hidden', async () => {
    const { bench, host } = await open(new ScriptedRows(0), undefined, 'window');
    host.script.desktop = () => ({ ...state, trayProblem: 'a library is missing' });
    bench.view.openSettings('desktop');
    await settle();
    expect(one('desktop-tray-problem').textContent).toContain('a library is missing');
    expect((one('desktop-closing') as HTMLSelectElement).disabled).toBe(true);
  });
});
