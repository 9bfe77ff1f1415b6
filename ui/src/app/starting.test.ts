import { describe, expect, it } from 'vitest';
import { ScriptedRows } from '../host/scripted';
import { open, settle } from './mounted';

describe('the window', () => {
  it('starts once, whatever the list is filtered by', async () => {
    const { bench, host } = await open(new ScriptedRows(3));
    const begun = (): number => host.asked.filter(([name]) => name === 'providers').length;
    const before = begun();
    expect(before, 'it asked for everything').toBeGreaterThan(0);
    await bench.list.setFilter('invoice');
    await settle();
    await bench.list.setFilter('');
    await settle();
    expect(begun(), 'a filter is no reason to begin again').toBe(before);
  });
});
