import { describe, expect, it } from 'vitest';
import type { Settings } from '../bindings/Settings';
import { DESKTOP, ScriptedHost } from '../host/scripted';
import { settle } from './listed';
import { Surroundings } from './surroundings.svelte';

const DARK: Settings = { theme: 'dark', lastTarget: null, desktop: DESKTOP };

/** What is answered comes only when that is said. */
async function asking() {
  const host = new ScriptedHost({ settings: () => DARK, save_settings: (wanted) => wanted });
  const around = new Surroundings(host);
  await around.loadSettings();
  const answers: Partial<Record<'settings' | 'save_settings', () => void>> = {};
  host.script.settings = () => new Promise((answer) => (answers.settings = () => answer(DARK)));
  host.script.save_settings = (wanted) =>
    new Promise((answer) => (answers.save_settings = () => answer(wanted)));
  const answer = async (name: keyof typeof answers): Promise<void> => {
    answers[name]?.();
    await settle();
  };
  return { host, around, answer };
}

describe('a setting that is chosen', () => {
  it('stays where the settings were asked for before and told while it was being kept', async () => {
    const { host, around, answer } = await asking();
    void around.loadSettings();
    void around.saveSettings({ theme: 'light' });
    await settle();
    await answer('settings');
    expect(around.settings?.theme).toBe('light');
    await answer('save_settings');
    expect(around.settings?.theme).toBe('light');
    void around.saveSettings({ lastTarget: 'http://localhost:3000' });
    expect(host.asked.at(-1), 'the next one does not take it back').toEqual([
      'save_settings',
      { ...DARK, theme: 'light', lastTarget: 'http://localhost:3000' },
    ]);
  });

  it('is there again once it is kept, whatever was told meanwhile', async () => {
    const { around, answer } = await asking();
    void around.saveSettings({ theme: 'light' });
    void around.loadSettings();
    await settle();
    await answer('settings');
    expect(around.settings?.theme, 'it is not taken back meanwhile').toBe('light');
    await answer('save_settings');
    expect(around.settings?.theme).toBe('light');
  });

  it('is there where what was asked for meanwhile is told after it was kept', async () => {
    const { around, answer } = await asking();
    void around.saveSettings({ theme: 'light' });
    void around.loadSettings();
    await settle();
    await answer('save_settings');
    await answer('settings');
    expect(around.settings?.theme).toBe('light');
  });
});
