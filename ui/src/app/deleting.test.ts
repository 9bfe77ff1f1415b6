import { describe, expect, it } from 'vitest';
import { ScriptedRows } from '../host/scripted';
import { all, one, open, press, settle } from './mounted';

async function withDeletion(count: number) {
  const store = new ScriptedRows(count);
  const { bench, host } = await open(store);
  host.script.delete_requests = ({ ids }) => {
    store.rows = store.rows.filter((row) => !ids.includes(row.id));
    return { id: 1, requests: ids.length, next: null };
  };
  host.script.delete_matching = () => {
    const requests = store.rows.length;
    store.rows = [];
    return { id: 2, requests, next: null };
  };
  host.script.count_matching = () => ({ requests: store.rows.length, marked: 0, next: null });
  return { store, bench, host };
}

const focused = (): string | undefined => (document.activeElement as HTMLElement).dataset['id'];
const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));

describe('deleting', () => {
  it('by the key gives the keyboard to the row below', async () => {
    const { bench } = await withDeletion(4);
    all('request-row')[1]?.click();
    await settle();
    press('Delete');
    await settle();
    await frame();
    expect([bench.opened?.id, focused()]).toEqual(['r2', 'r2']);
    expect(all('request-row').map((row) => row.dataset['id'])).toEqual(['r4', 'r2', 'r1']);
  });

  it('is done once while the key is held', async () => {
    const { store } = await withDeletion(4);
    press('j');
    press('Delete');
    press('Delete', { repeat: true });
    press('Delete', { repeat: true });
    await settle();
    expect(store.rows).toHaveLength(3);
  });

  it('has a button in the head of the request and an undo in the note and in the status bar', async () => {
    const { host } = await withDeletion(3);
    const undone: unknown[] = [];
    host.script.undo_deletion = (asked) => {
      undone.push(asked);
      return { id: 1, requests: 1, next: null };
    };
    all('request-row')[0]?.click();
    await settle();
    one('delete').click();
    await settle();
    expect(one('note').textContent).toContain('1 request deleted');
    expect(all('status-undo')).toHaveLength(1);
    one('note-offer').click();
    await settle();
    expect(undone).toEqual([{ id: 1 }]);
    expect(all('status-undo')).toHaveLength(0);
  });

  it('of the last one leaves the keyboard with the empty list', async () => {
    await withDeletion(1);
    all('request-row')[0]?.click();
    await settle();
    press('Delete');
    await settle();
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Requests');
  });
});

describe('deleting all that match', () => {
  it('names the count and the filter before it does anything', async () => {
    const { bench, host } = await withDeletion(5);
    await bench.list.setFilter('invoice');
    await settle();
    bench.view.open({ kind: 'deleteMatching', filter: bench.list.filter });
    await settle();
    expect(one('delete-question').textContent?.replace(/\s+/g, ' ').trim()).toBe(
      'Delete the 5 requests that match invoice?',
    );
    expect(host.asked.map(([name]) => name)).not.toContain('delete_matching');
    one('delete-confirm').click();
    await settle();
    expect(host.asked).toContainEqual(['delete_matching', { filter: 'invoice', id: null, from: null }]);
    expect([all('delete-dialog').length, all('request-row').length]).toEqual([0, 0]);
    expect(one('note').textContent).toContain('5 requests deleted');
  });

  it('says that they are more than it counted, and how many have a star or a note', async () => {
    const { bench, host } = await withDeletion(5);
    host.script.count_matching = () => ({ requests: 10_000, marked: 3, next: 5 });
    bench.view.open({ kind: 'deleteMatching', filter: '' });
    await settle();
    expect(one('delete-question').textContent).toContain('Delete more than 10,000 requests?');
    expect(one('delete-marked').textContent.replace(/\s+/g, ' ')).toContain(
      '3 of them have a star or a note',
    );
  });

  it('shows how far it is and stops when it is told to', async () => {
    const { bench, host } = await withDeletion(5);
    let goOn: (() => void) | undefined;
    host.script.delete_matching = async () => {
      await new Promise<void>((resolve) => (goOn = resolve));
      return { id: 2, requests: 2, next: 3 };
    };
    bench.view.open({ kind: 'deleteMatching', filter: '' });
    await settle();
    one('delete-confirm').click();
    await settle();
    goOn?.();
    await settle();
    expect(one('delete-progress').textContent).toBe('2 of 5 deleted');
    one('delete-stop').click();
    goOn?.();
    await settle();
    expect(all('delete-dialog')).toHaveLength(0);
    expect(one('note').textContent).toContain('Stopped: 4 requests deleted');
  });

  it('that fails stays open and says why', async () => {
    const { bench, host } = await withDeletion(5);
    host.script.delete_matching = () => {
      throw { code: 'store', message: 'the disk is full', hint: 'Make room.' };
    };
    bench.view.open({ kind: 'deleteMatching', filter: '' });
    await settle();
    one('delete-confirm').click();
    await settle();
    expect(one('delete-problem').textContent).toContain('The disk is full.');
    expect((one('delete-confirm') as HTMLButtonElement).disabled).toBe(false);
  });
});

describe('the status bar', () => {
  it('tells how much of the disk is used', async () => {
    await open(new ScriptedRows(3));
    expect(one('status-count').textContent).toBe('3 requests · 9.1 MB · 12 MB on disk');
  });
});
