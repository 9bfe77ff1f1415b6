import { describe, expect, it } from 'vitest';
import { ScriptedRows } from '../host/scripted';
import { actionById } from '../keys/actions';
import { SORT_KEYS } from '../lib/orders';
import { COLUMNS } from '../lib/columns';
import { all, choose, one, open, press, settle, write } from './mounted';

const ids = (): string[] => all('request-row').map((row) => row.dataset['id'] ?? '');
const label = (): string | null => one('request-list').getAttribute('aria-label');
function verdicts(): ScriptedRows {
  const store = new ScriptedRows(0);
  for (const verdict of ['valid', 'unsigned', 'invalid', 'expired'] as const) store.add(1, { verdict });
  return store;
}

describe('the order of the list', () => {
  it('is chosen in the View menu, by each column that has one', async () => {
    await open(verdicts());
    one('list-view').click();
    await settle();
    expect(document.activeElement, 'it is the first thing there').toBe(one('list-sort'));
    expect([...(one('list-group') as HTMLSelectElement).options].map(({ text }) => text)).toEqual([
      'None',
      'By endpoint',
      'By delivery id',
    ]);
    const sortable = new Set(COLUMNS.flatMap(({ sort }) => sort ?? []));
    expect(new Set(SORT_KEYS), 'no column can be sorted by its head alone').toEqual(sortable);
    choose('list-sort', 'verdict');
    await settle();
    expect(ids(), 'what failed is at the top').toEqual(['r3', 'r4', 'r2', 'r1']);
    one('list-turn').click();
    await settle();
    expect(ids()).toEqual(['r1', 'r2', 'r4', 'r3']);
  });

  it('is by verdict at the head of the verdicts too', async () => {
    await open(verdicts());
    expect(one('sort-verdict').textContent, 'it has a name beside its icon').toContain('Verdict');
    one('sort-verdict').click();
    await settle();
    expect(ids()).toEqual(['r3', 'r4', 'r2', 'r1']);
    expect(one('sort-verdict').closest('[role=columnheader]')?.getAttribute('aria-sort')).toBe('ascending');
  });

  it('is set from the palette, with the groups', async () => {
    const { bench } = await open(verdicts());
    press('k', { ctrlKey: true });
    await settle();
    write('palette-input', 'sort by verdict');
    await settle();
    one('palette-input').dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }),
    );
    await settle();
    expect(ids()).toEqual(['r3', 'r4', 'r2', 'r1']);
    expect(actionById('sort.verdict')?.when(bench), 'it is so already').toBe(false);
    actionById('group.endpoint')?.run(bench);
    await settle();
    expect(all('request-group')).toHaveLength(1);
    actionById('sort.turn')?.run(bench);
    actionById('group.none')?.run(bench);
    await settle();
    expect([ids(), all('request-group').length]).toEqual([['r1', 'r2', 'r4', 'r3'], 0]);
  });

  it('is told to whoever hears the list', async () => {
    const { bench } = await open(verdicts());
    expect(label()).toBe('Requests, newest first');
    await bench.list.arrange({ sort: 'verdict', falling: false, group: 'endpoint' });
    await settle();
    expect(label()).toBe('Requests by verdict, failed first, in groups by endpoint');
    await bench.list.arrange({ sort: 'time', falling: false, group: null });
    await settle();
    expect(label()).toBe('Requests, oldest first');
  });
});
