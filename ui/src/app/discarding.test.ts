/** What is removed beside requests can be brought back: each button, its note and the settings. */
import { describe, expect, it } from 'vitest';
import type { BroughtBackView } from '../bindings/BroughtBackView';
import type { DiscardView } from '../bindings/DiscardView';
import { ScriptedRows } from '../host/scripted';
import { endpointOf, storageOf, targetOf } from '../host/views';
import { all, one, open, press, settle } from './mounted';

const SECRET = { id: 's1', name: 'live', place: 'file', createdAt: 1_795_176_251_000_000 };
const STORAGE = storageOf({ requests: 3, bodyBytes: 1, databaseBytes: 1 });
const OLD = { ...SECRET, id: 's2', name: 'older' };

/** An engine with one of each, that gives back what it took away. */
async function bench() {
  const { bench, host } = await open(new ScriptedRows(3));
  const forward = { target: 't1', filter: '', way: 'at_once' as const, deadlineMillis: 5000 };
  let endpoints = [endpointOf({ secrets: [SECRET], replaced: [OLD], forwards: [forward] })];
  let targets = [targetOf()];
  let saved = [{ name: 'Mine', filter: 'is:starred', requests: 1 }];
  let waiting = 2;
  const undone: unknown[] = [];
  /** How each is undone, by number. */
  const kept = new Map<number, [Pick<DiscardView, 'kind' | 'name' | 'held'>, () => void]>();
  const take = (
    kind: DiscardView['kind'],
    name: string,
    change: () => void,
    back: () => void,
    held = 0,
  ): { id: number } => {
    change();
    const id = kept.size + 1;
    kept.set(id, [{ kind, name, held }, back]);
    return { id };
  };
  Object.assign(host.script, {
    endpoints: () => endpoints,
    targets: () => targets,
    saved_filters: () => saved,
    queues: () => [
      {
        target: 't1',
        count: waiting,
        oldest: null,
        paused: true,
        nextAt: null,
        tries: 0,
        why: null,
        lost: 0,
      },
    ],
    held: () =>
      Array.from({ length: waiting }, (_, at) => ({
        number: at + 1,
        request: `r${at + 1}`,
        receivedAt: SECRET.createdAt,
        method: 'POST',
        path: '/stripe',
        event: null,
        attempts: 0,
        trying: false,
      })),
    remove_endpoint: () => {
      const before = endpoints;
      return take(
        'endpoint',
        '/stripe',
        () => (endpoints = []),
        () => (endpoints = before),
      );
    },
    remove_secret: ({ id }: { id: string }) => {
      const before = endpoints;
      const without = <T extends { id: string }>(list: T[]): T[] => list.filter((one) => one.id !== id);
      const change = (): void => {
        endpoints = endpoints.map((one) => ({
          ...one,
          secrets: without(one.secrets),
          replaced: without(one.replaced),
        }));
      };
      return take('secret', id === 's1' ? 'live' : 'older', change, () => (endpoints = before));
    },
    remove_target: () => {
      const before = targets;
      return take(
        'target',
        'dev',
        () => (targets = []),
        () => (targets = before),
      );
    },
    remove_filter: () => {
      const before = saved;
      return take(
        'saved_filter',
        'Mine',
        () => (saved = []),
        () => (saved = before),
      );
    },
    drop_held: () =>
      take(
        'queue',
        'dev',
        () => (waiting -= 1),
        () => (waiting += 1),
        1,
      ),
    drop_queue: () => {
      const requests = waiting;
      return {
        ...take(
          'queue',
          'dev',
          () => (waiting = 0),
          () => (waiting += requests),
          requests,
        ),
        requests,
      };
    },
    discards: (): DiscardView[] =>
      [...kept].map(([id, [what]]) => ({
        id,
        at: SECRET.createdAt,
        until: SECRET.createdAt + 600_000_000,
        ...what,
      })),
    bring_back: ({ id }: { id: number }): BroughtBackView => {
      undone.push(id);
      const [what, back] = kept.get(id) ?? [];
      if (what === undefined) throw { code: 'not_found', message: 'there is no removal `9`', hint: null };
      kept.delete(id);
      back?.();
      return { ...what, lost: 0, forwardsLater: 0, forwardsGone: 0 };
    },
    deletions: () => [],
    storage: () => STORAGE,
    purge_deletions: () => ({ requests: 0 }),
    purge_discards: () => {
      kept.clear();
      return {};
    },
  });
  await bench.around.loadEndpoints();
  await bench.saved.load();
  await settle();
  return { bench, host, undone };
}

const note = (): string => all('note').at(-1)?.textContent.replace(/\s+/g, ' ').trim() ?? '';
async function undo(): Promise<void> {
  all('note-offer').at(-1)?.click();
  await settle();
}

describe('a removal says so and can be undone by its note:', () => {
  it('an endpoint, by one press', async () => {
    const { bench: made, undone } = await bench();
    const [endpoint] = made.around.endpoints;
    made.view.open({ kind: 'endpoint', endpoint: endpoint ?? null, path: '/stripe', part: 'general' });
    await settle();
    one('endpoint-remove').click();
    await settle();
    expect([all('endpoint-dialog').length, made.around.endpoints.length], 'it is gone').toEqual([0, 0]);
    expect(note()).toContain('The endpoint /stripe is removed');
    await undo();
    expect(undone).toEqual([1]);
    expect(made.around.endpoints.map(({ path }) => path)).toEqual(['/stripe']);
    expect(note()).toContain('The endpoint /stripe is back');
    expect(all('note-offer'), 'it is offered no more').toEqual([]);
  });

  it.each([
    ['secret-remove', 'secret-row', 'live'],
    ['secret-forget', 'secret-replaced', 'older'],
  ])('a secret: %s', async (button, row, name) => {
    const { bench: made, host } = await bench();
    const [endpoint] = made.around.endpoints;
    made.view.open({ kind: 'endpoint', endpoint: endpoint ?? null, path: '/stripe', part: 'secrets' });
    await settle();
    one(button).click();
    await settle();
    expect(all(row)).toEqual([]);
    expect(note()).toContain(`The secret “${name}” is removed`);
    await undo();
    expect(all(row), 'it is there again').toHaveLength(1);
    expect(
      host.asked.filter(([asked]) => asked === 'set_secret'),
      'its value never came here',
    ).toEqual([]);
  });

  it('a target, with what goes with it', async () => {
    const { bench: made } = await bench();
    made.view.open({ kind: 'target', target: 't1' });
    await settle();
    one('target-remove').click();
    await settle();
    expect(made.around.targets).toEqual([]);
    expect(note()).toContain('The target dev is removed, with 1 forward and 2 requests that waited');
    await undo();
    expect(made.around.targets.map(({ name }) => name)).toEqual(['dev']);
  });

  it('a saved filter', async () => {
    const { bench: made } = await bench();
    const [saved] = made.saved.list;
    if (saved !== undefined) made.view.open({ kind: 'saved', saved });
    await settle();
    one('saved-remove').click();
    await settle();
    expect(made.saved.list).toEqual([]);
    expect(note()).toContain('The filter “Mine” is removed');
    await undo();
    expect(made.saved.list).toHaveLength(1);
  });

  it('one request that waits', async () => {
    const { bench: made } = await bench();
    made.view.open({ kind: 'queue', target: 't1' });
    await settle();
    all('held-drop')[0]?.click();
    await settle();
    expect(all('held-row')).toHaveLength(1);
    expect(note()).toContain('1 request no longer waits for dev');
    await undo();
    expect(all('held-row')).toHaveLength(2);
    expect(note()).toContain('1 request waits again for dev');
  });

  it('all that waits, by one press', async () => {
    const { bench: made } = await bench();
    made.view.open({ kind: 'queue', target: 't1' });
    await settle();
    one('queue-drop-all').click();
    await settle();
    expect(all('held-row')).toEqual([]);
    expect(note()).toContain('2 requests no longer wait for dev');
    await undo();
    expect(all('held-row')).toHaveLength(2);
  });
});

describe('what was removed', () => {
  it('is brought back by the key, the latest first', async () => {
    const { bench: made, undone } = await bench();
    await made.discarding.filter('Mine');
    await made.discarding.target('t1');
    await settle();
    expect(all('note-offer'), 'one note at a time speaks of it').toHaveLength(1);
    press('z', { ctrlKey: true });
    await settle();
    press('z', { ctrlKey: true });
    await settle();
    expect(undone).toEqual([2, 1]);
  });

  it('and cannot come back says why, and stays offered', async () => {
    const { bench: made, host } = await bench();
    await made.discarding.filter('Mine');
    host.script.bring_back = () => {
      throw {
        code: 'bad_input',
        message: 'there is already a saved filter `Mine`',
        hint: 'Rename that one.',
      };
    };
    await settle();
    await undo();
    expect(note()).toContain('It was not brought back: there is already a saved filter');
    expect(all('note-offer'), 'it can be tried again').toHaveLength(1);
  });

  it.each<[string, 'target' | 'endpoint', Partial<BroughtBackView>, string[]]>([
    [
      'a target',
      'target',
      { name: 'dev', held: 2, lost: 1, forwardsLater: 1, forwardsGone: 2 },
      [
        'The target dev is back; 2 requests wait for it again',
        '1 request that waited was deleted meanwhile',
        '1 forward will be back with the endpoint, which is removed',
        '2 forwards cannot come back',
      ],
    ],
    [
      'an endpoint, though its target may be there',
      'endpoint',
      { name: '/in', forwardsGone: 1 },
      ['1 forward cannot come back: the target is gone, or another one answers by now'],
    ],
  ])('says what did not come back with %s', async (_, kind, back, told) => {
    const { bench: made, host } = await bench();
    await (kind === 'target' ? made.discarding.target('t1') : made.discarding.endpoint('e1'));
    host.script.bring_back = () => ({
      kind,
      name: '',
      held: 0,
      lost: 0,
      forwardsLater: 0,
      forwardsGone: 0,
      ...back,
    });
    await settle();
    await undo();
    for (const words of told) expect(note()).toContain(words);
  });

  it('is listed in the settings, brought back there or removed for good', async () => {
    const { bench: made, host, undone } = await bench();
    await made.discarding.endpoint('e1');
    await made.discarding.queue('t1', 'dev');
    made.view.openSettings('storage');
    await settle();
    expect(one('deleted').textContent).toContain('The endpoint /stripe');
    expect(one('deleted').textContent).toContain('2 requests that waited for dev');
    all('discard-undo')[0]?.click();
    await settle();
    expect(undone).toEqual([1]);
    expect(all('discard-undo')).toHaveLength(1);
    one('deleted-purge').click();
    await settle();
    expect(host.asked.map(([name]) => name)).toContain('purge_discards');
    expect(all('discard-undo')).toEqual([]);
    expect(all('note-offer'), 'nor does a note offer what is gone').toEqual([]);
  });
});
