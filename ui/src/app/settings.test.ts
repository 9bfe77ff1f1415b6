import { describe, expect, it } from 'vitest';
import { SECTIONS } from '../features/settings/sections';
import { ScriptedRows } from '../host/scripted';
import { all, choose, one, open, press, settle, write } from './mounted';

describe('the settings', () => {
  it('are a page that a key opens and Escape leaves', async () => {
    const { bench } = await open(new ScriptedRows(3));
    expect(all('status-keys')).toHaveLength(1);
    press(',', { ctrlKey: true });
    await settle();
    expect(all('status-keys'), 'keys of a list that is not shown are not named').toHaveLength(0);
    expect(one('settings-section').dataset['section']).toBe(SECTIONS[0].id);
    expect(document.activeElement?.textContent).toBe('Settings');
    expect(all('request-list'), 'it takes the place of the panes').toHaveLength(0);
    press('j');
    press('Delete');
    await settle();
    expect(bench.list.activeId, 'keys of the list do nothing to a list that is not shown').toBeNull();
    press('Escape');
    await settle();
    expect(all('settings')).toHaveLength(0);
    expect(all('request-list')).toHaveLength(1);
  });

  it('show every section, each under its title', async () => {
    await open(new ScriptedRows(0), undefined, 'window');
    one('open-settings').click();
    await settle();
    for (const { id, title } of SECTIONS) {
      one(`settings-${id}`).click();
      await settle();
      expect(one('settings-section').querySelector('h3')?.textContent).toBe(title);
      expect(one(`settings-${id}`).getAttribute('aria-current')).toBe('page');
    }
  });

  it('name every control', async () => {
    await open(new ScriptedRows(0), undefined, 'window');
    one('open-settings').click();
    for (const { id } of SECTIONS) {
      await settle();
      one(`settings-${id}`).click();
      await settle();
      const controls = one('settings-section').querySelectorAll<HTMLInputElement>('input, select');
      for (const control of controls) {
        const named = control.labels?.length ?? 0;
        expect(named > 0 || control.getAttribute('aria-label') !== null, `${control.type} of ${id}`).toBe(
          true,
        );
      }
    }
  });

  it('keep the theme that is chosen', async () => {
    const { bench } = await open(new ScriptedRows(0));
    bench.view.openSettings('appearance');
    await settle();
    choose('settings-theme', 'light');
    await settle();
    expect(document.documentElement.dataset['theme']).toBe('light');
  });

  it('say what is wrong with a port', async () => {
    const { bench } = await open(new ScriptedRows(0));
    bench.view.openSettings('listener');
    await settle();
    write('settings-port', '70000');
    one('settings-port-save').click();
    await settle();
    expect(one('settings-port-error').textContent).toContain('70000');
  });

  it('warn before the listener is opened to other machines', async () => {
    const { bench, host } = await open(new ScriptedRows(0));
    bench.view.openSettings('listener');
    await settle();
    expect(all('settings-address-warning')).toHaveLength(0);
    const select = one('settings-address') as HTMLSelectElement;
    expect(select.value, 'nobody else can send unless that is asked for').toBe('127.0.0.1');
    choose('settings-address', '0.0.0.0');
    await settle();
    expect(one('settings-address-warning').textContent).toContain('Any machine');
    one('settings-port-save').click();
    await settle();
    expect(host.asked).toContainEqual(['set_port', { port: 4665, address: '0.0.0.0' }]);
  });

  it('take a limit as people write it and keep what is right only', async () => {
    const { bench, host } = await open(new ScriptedRows(0));
    bench.view.openSettings('limits');
    await settle();
    const input = one('limit-body') as HTMLInputElement;
    expect(input.value).toBe('25 MiB');
    write('limit-body', '5 GiB');
    await settle();
    expect(one('limit-wrong').textContent).toContain('1 B to 1 GiB');
    expect((one('limits-save') as HTMLButtonElement).disabled).toBe(true);
    write('limit-body', '10 MiB');
    await settle();
    one('limits-save').click();
    await settle();
    expect(host.asked).toContainEqual(['set_limits', { limits: [{ name: 'body', value: 10_485_760 }] }]);
    expect((one('limit-body') as HTMLInputElement).value).toBe('10 MiB');
  });
});
