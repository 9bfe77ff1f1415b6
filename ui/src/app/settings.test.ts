import { describe, expect, it } from 'vitest';
import { SECTIONS } from '../features/settings/sections';
import { ScriptedRows } from '../host/scripted';
import { all, one, open, press, settle } from './mounted';

describe('the settings', () => {
  it('are a page that a key opens and Escape leaves', async () => {
    const { bench } = await open(new ScriptedRows(3));
    press(',', { ctrlKey: true });
    await settle();
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
    await open(new ScriptedRows(0));
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
    await open(new ScriptedRows(0));
    one('open-settings').click();
    for (const { id } of SECTIONS) {
      await settle();
      one(`settings-${id}`).click();
      await settle();
      const controls = one('settings-section').querySelectorAll<HTMLInputElement>('input, select');
      for (const control of controls) {
        const named = control.labels?.length ?? 0;
        expect(named > 0 || control.getAttribute('aria-label') !== null, `${control.type} of ${id}`).toBe(true);
      }
    }
  });

  it('keep the theme that is chosen', async () => {
    const { bench } = await open(new ScriptedRows(0));
    bench.view.openSettings('appearance');
    await settle();
    const select = one('settings-theme') as HTMLSelectElement;
    select.value = 'light';
    select.dispatchEvent(new Event('change', { bubbles: true }));
    await settle();
    expect(document.documentElement.dataset['theme']).toBe('light');
  });

  it('say what is wrong with a port', async () => {
    const { bench } = await open(new ScriptedRows(0));
    bench.view.openSettings('listener');
    await settle();
    const input = one('settings-port') as HTMLInputElement;
    input.value = '70000';
    input.dispatchEvent(new InputEvent('input', { bubbles: true }));
    one('settings-port-save').click();
    await settle();
    expect(one('settings-port-error').textContent).toContain('70000');
  });
});
