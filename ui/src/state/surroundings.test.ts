import { describe, expect, it } from 'vitest';
import type { ApiError } from '../bindings/ApiError';
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
  type Name = 'settings' | 'save_settings';
  const asked: { name: Name; answer: () => void; refuse: (why: ApiError) => void }[] = [];
  const waits = (name: Name, told: Settings): Promise<Settings> =>
    new Promise((answer, refuse) => asked.push({ name, answer: () => answer(told), refuse }));
  host.script.settings = () => waits('settings', DARK);
  host.script.save_settings = (wanted) => waits('save_settings', wanted);
  /** What was asked first of those. */
  const oldest = (wanted: Name) => {
    const at = asked.findIndex(({ name }) => name === wanted);
    return asked.splice(at, 1)[0];
  };
  const answer = async (name: Name): Promise<void> => {
    oldest(name)?.answer();
    await settle();
  };
  const refuse = async (why: ApiError): Promise<void> => {
    oldest('save_settings')?.refuse(why);
    await settle();
  };
  return { host, around, answer, refuse };
}

const FULL: ApiError = { code: 'store', message: 'The disk is full', hint: null };

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

  it('is taken back where it cannot be kept, and does not go with the next', async () => {
    const { host, around, refuse } = await asking();
    const refused = expect(around.saveSettings({ theme: 'light' })).rejects.toBe(FULL);
    await settle();
    expect(around.settings?.theme, 'at once').toBe('light');
    await refuse(FULL);
    await refused;
    expect(around.settings).toEqual(DARK);
    void around.saveSettings({ lastTarget: 'http://localhost:3000' });
    expect(host.asked.at(-1)).toEqual(['save_settings', { ...DARK, lastTarget: 'http://localhost:3000' }]);
  });

  it('stays where it goes with a later one that is kept, though it could not be kept itself', async () => {
    const { around, answer, refuse } = await asking();
    const refused = expect(around.saveSettings({ theme: 'light' })).rejects.toBe(FULL);
    const both: Settings = { ...DARK, theme: 'light', lastTarget: 'http://localhost:3000' };
    void around.saveSettings({ lastTarget: both.lastTarget });
    await settle();
    await refuse(FULL);
    await refused;
    expect(around.settings).toEqual(both);
    await answer('save_settings');
    expect(around.settings).toEqual(both);
  });

  it('goes where only the one before it could be kept', async () => {
    const { around, answer, refuse } = await asking();
    void around.saveSettings({ theme: 'light' });
    const refused = expect(around.saveSettings({ lastTarget: 'http://localhost:3000' })).rejects.toBe(FULL);
    await settle();
    await answer('save_settings');
    await refuse(FULL);
    await refused;
    expect(around.settings).toEqual({ ...DARK, theme: 'light' });
  });
});
