import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeliveryView } from '../bindings/DeliveryView';
import type { RequestDetail } from '../bindings/RequestDetail';
import type { TargetView } from '../bindings/TargetView';
import type { WrittenView } from '../bindings/WrittenView';
import type { Settings } from '../bindings/Settings';
import { DESKTOP, ScriptedHost, ScriptedRows } from '../host/scripted';
import { deliveryOf, detailOf, rowOf, targetOf } from '../host/views';
import { joinTarget } from './draft.svelte';
import { frameFor } from './view.svelte';
import { Workbench } from './workbench.svelte';

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function twoHeaders(id: string, bodyLength = 13): RequestDetail {
  const row = rowOf(Number(id.slice(1)), { bodyLength, target: '/stripe?env=dev' });
  const headers = [
    { name: 'Host', value: '127.0.0.1:4665', exact: true, meaning: null },
    { name: 'X-a', value: '1', exact: true, meaning: null },
    { name: 'x-A', value: '2', exact: true, meaning: null },
    { name: 'Content-Length', value: '13', exact: true, meaning: null },
  ];
  return detailOf(row, { headers, headLength: 100, contentType: 'application/json' });
}

function sentTo(request: string, url: string, kind: 'resend' | 'edited' = 'resend'): DeliveryView {
  return deliveryOf({ id: `d-${request}-${kind}`, request, url, kind });
}

async function bench(settings: Partial<Settings> = {}): Promise<{ bench: Workbench; host: ScriptedHost }> {
  const store = new ScriptedRows(3);
  let keptDraft: WrittenView | null = null;
  let kept: Settings = { theme: 'system', lastTarget: null, desktop: DESKTOP, ...settings };
  const host = new ScriptedHost({
    ...store.script,
    request: ({ id }) => twoHeaders(id),
    deliveries: () => [],
    settings: () => kept,
    save_settings: (wanted) => (kept = wanted),
    status: () => {
      throw { code: 'failed', message: 'not now', hint: null };
    },
    endpoints: () => [],
    queues: () => [],
    targets: () => [],
    providers: () => [],
    draft: () => ({ written: keptDraft }),
    save_draft: ({ written }) => {
      keptDraft = written;
      return {};
    },
    discard_draft: () => {
      keptDraft = null;
      return { done: true };
    },
    drafts: () => [],
    templates: () => [],
    resend: ({ request, url }) => sentTo(request, url),
    replay: ({ request, url }) => sentTo(request, url, 'edited'),
  });
  host.bytes.set('request_body r2', encode('{"a": 1.0}\r\n '));
  const made = new Workbench(host, 0);
  made.start();
  await settle();
  return { bench: made, host };
}

beforeEach(() => {
  localStorage.clear();
});

describe('resend', () => {
  it('asks for a target where there is none yet', async () => {
    const { bench: made } = await bench();
    made.select('r2');
    await made.delivering.resend();
    expect(made.view.dialog).toEqual({ kind: 'resend' });
  });

  it('shows that it is under way, then the answer, and remembers the target', async () => {
    const { bench: made, host } = await bench();
    made.select('r2');
    await settle();
    const sent = made.delivering.resend('http://localhost:3000');
    expect(made.opened?.sending.map((sending) => sending.url)).toEqual(['http://localhost:3000']);
    await sent;
    expect(made.opened?.sending).toEqual([]);
    expect(made.opened?.shownDelivery).toBe('d-r2-resend');
    expect(made.around.settings?.lastTarget).toBe('http://localhost:3000');
    expect(host.asked).toContainEqual([
      'resend',
      expect.objectContaining({ request: 'r2', url: 'http://localhost:3000', target: null, waits: [] }),
    ]);
  });

  it('sends the next one to the same place though the answer of the first is not there yet', async () => {
    const { bench: made, host } = await bench({ lastTarget: 'http://localhost:3000' });
    let answer: () => void = () => undefined;
    host.script.resend = async ({ request, url }) => {
      await new Promise<void>((answered) => (answer = answered));
      return sentTo(request, url);
    };
    made.select('r2');
    await settle();
    const first = made.delivering.resend('http://slow.example');
    await settle();
    expect(made.around.chosenTarget).toBe('http://slow.example');
    answer();
    await first;
    host.script.resend = () => {
      throw { code: 'bad_input', message: 'no target', hint: null };
    };
    await made.delivering.resend('ftp://other.example');
    expect(made.around.chosenTarget, 'nothing ever went there').toBe('http://slow.example');
  });

  it('asks once of one host, however many are to go there, and no answer is taken from who goes on', async () => {
    const { bench: made, host } = await bench();
    const allowed: string[] = [];
    const went: string[] = [];
    host.script.resend = ({ request, url }) => {
      if (!allowed.includes(url)) throw { code: 'confirm_host', message: 'it is far', hint: null };
      went.push(url);
      return sentTo(request, url);
    };
    host.script.allow_host = ({ url }) => {
      allowed.push(url);
      return {};
    };
    made.select('r2');
    await settle();
    const sent = [1, 2].map(() => made.delivering.resend('https://far.example'));
    await settle();
    made.view.openSettings();
    made.view.close();
    const { dialog } = made.view;
    if (dialog?.kind !== 'confirm') throw new Error('it is asked still');
    dialog.answer(true);
    await Promise.all(sent);
    expect(made.view.dialog, 'and not a second time').toBe(null);
    expect(went, 'both went').toHaveLength(2);
    const again = made.delivering.resend('https://other.example');
    await settle();
    made.back();
    await again;
    expect(allowed, 'to leave the question is a no').not.toContain('https://other.example');
  });

  it('remembers a target outside only once one has agreed to it', async () => {
    const { bench: made, host } = await bench({ lastTarget: 'http://localhost:3000' });
    let agreed = false;
    host.script.resend = ({ request, url }) => {
      if (!agreed) throw { code: 'confirm_host', message: '`far.example:443` is far', hint: 'Allow it.' };
      return sentTo(request, url);
    };
    host.script.allow_host = () => {
      agreed = true;
      return {};
    };
    made.select('r2');
    await settle();
    for (const answer of [false, true]) {
      const sent = made.delivering.resend('https://far.example');
      await settle();
      const { dialog } = made.view;
      if (dialog?.kind !== 'confirm') throw new Error('it is asked');
      expect(made.around.settings?.lastTarget, 'not while it is asked').toBe('http://localhost:3000');
      dialog.answer(answer);
      await sent;
      expect(made.around.settings?.lastTarget).toBe(answer ? 'https://far.example' : 'http://localhost:3000');
    }
  });

  it('opens the row the keyboard stands on', async () => {
    const { bench: made } = await bench({ lastTarget: 'http://localhost:3000' });
    made.list.move(1);
    await made.delivering.resend();
    expect(made.opened?.id).toBe('r3');
  });

  it('that fails says what and why', async () => {
    const { bench: made, host } = await bench({ lastTarget: 'http://localhost:3000' });
    host.script.resend = () => {
      throw { code: 'failed', message: 'the store is full', hint: 'Make room.' };
    };
    made.select('r2');
    await made.delivering.resend();
    expect(made.notes.list.at(-1)).toMatchObject({
      tone: 'bad',
      message: 'It was not sent again: the store is full',
      hint: 'Make room.',
    });
  });
});

describe('edit and replay', () => {
  it('begins with what came and sends captured bytes while they are not changed', async () => {
    const { bench: made, host } = await bench({ lastTarget: 'http://localhost:3000' });
    made.select('r2');
    await made.edit();
    const draft = made.draft;
    expect(draft?.url).toBe('http://localhost:3000/stripe?env=dev');
    expect(draft?.text).toBe('{"a": 1.0}\r\n ');
    await made.delivering.sendDraft();
    expect(host.asked).toContainEqual([
      'replay',
      expect.objectContaining({
        request: 'r2',
        url: 'http://localhost:3000/stripe?env=dev',
        method: 'POST',
        headers: [
          ['Host', '127.0.0.1:4665'],
          ['X-a', '1'],
          ['x-A', '2'],
          ['Content-Length', '13'],
        ],
        signature: 'kept',
        newId: false,
        body: 'captured',
      }),
    ]);
  });

  it('goes by the target at whose URL it is, and nowhere near another', async () => {
    const { bench: made, host } = await bench({ lastTarget: 'http://localhost:3000' });
    const at = (id: string, url: string): TargetView => targetOf({ id, name: id, url });
    made.around.targets = [
      at('root', 'http://localhost:3000'),
      at('below', 'http://localhost:3000/api/'),
      at('far', 'https://far.example/hooks'),
      at('none', 'no URL'),
    ];
    const found = (url: string) => made.around.targetFor(url)?.id;
    expect(found('http://localhost:3000/stripe')).toBe('root');
    expect(found('http://localhost:3000/api/x?y'), 'the one that says most').toBe('below');
    expect(found('http://localhost:3000/apiary'), 'a path ends with a word').toBe('root');
    expect(found('https://far.example/hooks')).toBe('far');
    expect(found('https://far.example/other'), 'beside it').toBeUndefined();
    expect(found('http://far.example/hooks'), 'without TLS').toBeUndefined();
    expect(found('http://localhost:3001/stripe'), 'another port').toBeUndefined();
    made.select('r2');
    await made.edit();
    await made.delivering.sendDraft();
    expect(host.asked).toContainEqual(['replay', expect.objectContaining({ target: 'root' })]);
    if (made.draft) made.draft.url = 'https://far.example/other';
    await made.delivering.sendDraft();
    expect(host.asked).toContainEqual(['replay', expect.objectContaining({ target: null })]);
    expect(made.around.settings?.lastTarget).toBe('https://far.example');
  });

  it('sends the text once it is changed, and keeps the draft', async () => {
    const { bench: made, host } = await bench({ lastTarget: 'http://localhost:3000' });
    made.select('r2');
    await made.edit();
    if (made.draft) made.draft.text = '{"a": 2}';
    await made.delivering.sendDraft();
    expect(host.asked).toContainEqual(['replay', expect.objectContaining({ body: { text: '{"a": 2}' } })]);
    made.leaveDraft();
    await made.edit();
    expect(made.draft?.text).toBe('{"a": 2}');
    made.draft?.reset();
    expect(made.draft?.text).toBe('{"a": 1.0}\r\n ');
  });

  it('keeps the captured bytes of a body that is no text', async () => {
    const { bench: made, host } = await bench({ lastTarget: 'http://localhost:3000' });
    host.bytes.set('request_body r1', Uint8Array.of(0xff, 0, 1));
    made.select('r1');
    await made.edit();
    expect([made.draft?.binary, made.draft?.choice, made.draft?.body()]).toEqual([
      true,
      'captured',
      'captured',
    ]);
    if (made.draft) made.draft.choice = 'text';
    expect(made.draft?.body(), 'an empty text is an empty body').toEqual({ text: '' });
  });

  it('says what is wrong before it is sent', async () => {
    const { bench: made } = await bench({ lastTarget: 'http://localhost:3000' });
    made.select('r2');
    await made.edit();
    const draft = made.draft;
    if (draft === null) throw new Error('there is no draft');
    draft.url = 'localhost';
    expect(draft.problem).toContain('http://');
    draft.url = 'http://localhost';
    draft.editAsText();
    draft.headerText = 'no colon';
    expect(draft.problem).toBe('headers: line 1 has no colon');
    expect(draft.editAsTable()).toBe(false);
    draft.headerText = 'X-B: 1';
    expect(draft.editAsTable()).toBe(true);
    expect(draft.headers).toEqual([['X-B', '1']]);
  });

  it('keeps nothing of what cannot be read while it is half typed', async () => {
    const { bench: made, host } = await bench();
    made.select('r2');
    await made.edit();
    const draft = made.draft;
    if (draft === null) throw new Error('there is no draft');
    draft.choice = 'hex';
    draft.hex = '7b 7d';
    made.editing.keep();
    await settle();
    const saved = (): unknown[] => host.asked.filter(([name]) => name === 'save_draft');
    expect(saved()).toHaveLength(1);
    draft.hex = '7b 7d 0';
    made.editing.keep();
    await expect(made.editing.saveTemplate('half')).rejects.toThrow('body: line 1: `0` has half a byte');
    draft.hex = '7b 7d';
    draft.headerText = 'no colon';
    made.leaveDraft();
    await settle();
    expect(saved(), 'what was kept last stays').toHaveLength(1);
    expect(host.asked.filter(([name]) => name === 'save_template')).toEqual([]);
    await made.edit();
    expect([made.draft?.choice, made.draft?.hex]).toEqual(['hex', '7b 7d']);
  });

  it('that is left with something half typed can be had back as it was', async () => {
    const { bench: made } = await bench();
    made.select('r2');
    await made.edit();
    if (made.draft === null) throw new Error('there is no draft');
    made.draft.editAsText();
    made.draft.headerText = 'X-B: 1\nno colon';
    made.draft.text = 'mine';
    made.select('r3');
    const note = made.notes.list.at(-1);
    expect(note?.message).toBe('What was typed is not kept: headers: line 2 has no colon');
    note?.offer?.run();
    expect([made.opened?.id, made.draft.headerText, made.draft.text]).toEqual([
      'r2',
      'X-B: 1\nno colon',
      'mine',
    ]);
    made.draft.headerText = 'X-B: 1';
    made.leaveDraft();
    await settle();
    expect(made.notes.list.at(-1), 'all of it is kept now').toBe(note);
    await made.edit();
    expect([made.draft.headers, made.draft.text]).toEqual([[['X-B', '1']], 'mine']);
  });

  it('gives back what was kept last where one starts over from something half typed', async () => {
    const { bench: made } = await bench();
    made.select('r2');
    await made.edit();
    if (made.draft === null) throw new Error('there is no draft');
    made.draft.choice = 'hex';
    made.draft.hex = '7b 7d';
    made.editing.keep();
    made.draft.hex = '7b 7';
    made.editing.startOver();
    made.notes.list.at(-1)?.offer?.run();
    expect(made.draft.hex).toBe('7b 7d');
  });

  it('tries a write again that failed, and loses nothing where the editor is left', async () => {
    const { bench: made, host } = await bench();
    const save = host.script.save_draft;
    host.script.save_draft = () => {
      throw { code: 'failed', message: 'the disk is full', hint: null };
    };
    made.select('r2');
    await made.edit();
    if (made.draft === null) throw new Error('there is no draft');
    made.draft.text = 'mine';
    made.editing.keep();
    await settle();
    const tries = (): number => host.asked.filter(([name]) => name === 'save_draft').length;
    expect(tries()).toBe(1);
    made.leaveDraft();
    await settle();
    expect(tries(), 'it was not kept, so it is tried again').toBe(2);
    await made.edit();
    expect(made.draft.text).toBe('mine');
    if (save !== undefined) host.script.save_draft = save;
    made.leaveDraft();
    await made.edit();
    expect([tries(), made.draft.text]).toEqual([3, 'mine']);
    made.editing.keep();
    await settle();
    expect(tries(), 'what is kept is not written again').toBe(3);
  });

  it('writes in turn, and reads what was written last', async () => {
    const { bench: made, host } = await bench();
    const save = host.script.save_draft;
    const waiting: (() => void)[] = [];
    host.script.save_draft = async (args) => {
      await new Promise<void>((go) => waiting.push(go));
      if (save === undefined) throw new Error('it is scripted');
      return save(args);
    };
    made.select('r2');
    await made.edit();
    if (made.draft === null) throw new Error('there is no draft');
    for (const text of ['one', 'two']) {
      made.draft.text = text;
      made.editing.keep();
    }
    await settle();
    expect(waiting, 'the second waits for the first').toHaveLength(1);
    made.leaveDraft();
    const opened = made.edit();
    await settle();
    expect(made.draft, 'what is being written is waited for').toBeNull();
    for (let turn = 0; turn < 2; turn += 1) {
      waiting.shift()?.();
      await settle();
    }
    await opened;
    expect(made.draft?.text).toBe('two');
  });
});

describe('opening', () => {
  it('shows what the list knows first, and all of it once that is drawn', async () => {
    const { host } = await bench();
    let frame: () => void = () => undefined;
    const made = new Workbench(host, 0, () => new Promise((resolve) => (frame = resolve)));
    await made.list.load();
    made.select('r2');
    await settle();
    expect([made.opened?.row?.id, made.opened?.detail]).toEqual(['r2', null]);
    expect(host.asked.at(-1)?.[0], 'it is asked for meanwhile').toBe('deliveries');
    frame();
    await settle();
    expect(made.opened?.detail?.row.id).toBe('r2');
  });
});

describe('the feed', () => {
  it('asks once more for what came before it was listened to', async () => {
    const { host } = await bench();
    const asked = host.asked.length;
    host.tell({ kind: 'connected', again: false });
    await settle();
    expect(host.asked.slice(asked).map(([name]) => name)).toContain('list_requests');
  });

  it('asks for everything again after a gap and after the connection was lost', async () => {
    const { bench: made, host } = await bench();
    host.tell({ kind: 'lost', reason: 'gone' });
    expect(made.lost).toBe('gone');
    const asked = host.asked.length;
    host.tell({ kind: 'connected', again: true });
    expect(made.lost).toBeNull();
    await settle();
    expect(host.asked.slice(asked).map(([name]) => name)).toContain('list_requests');
    host.happened({ status: false });
    const before = host.asked.length;
    host.happened({ number: 9 });
    await settle();
    expect(host.asked.slice(before).map(([name]) => name)).toContain('endpoints');
  });

  it('loses nothing of an event that comes after a gap', async () => {
    const { bench: made, host } = await bench();
    made.select('r2');
    await settle();
    host.happened({ status: false });
    const { asked } = host;
    const before = asked.length;
    const round = made.opened?.diagnosisRound ?? 0;
    host.happened({ number: 9, endpoints: true, status: true });
    await settle();
    const names = asked.slice(before).map(([name]) => name);
    for (const name of ['drafts', 'templates', 'mask_paths', 'saved_filters', 'own_schemes', 'settings']) {
      expect(names, `what ${name} tells may have changed`).toContain(name);
    }
    expect(made.opened?.diagnosisRound, 'endpoints and secrets may be others').toBeGreaterThan(round);
  });

  it('leaves the cause that was found in place where everything but endpoints may be another', async () => {
    const { bench: made, host } = await bench();
    made.select('r2');
    await settle();
    const round = (): number => made.opened?.diagnosisRound ?? -1;
    const before = round();
    const asked = host.asked.length;
    host.happened({ refetch: true });
    await settle();
    const names = host.asked.slice(asked).map(([name]) => name);
    expect(names, 'a check that came out otherwise is noticed').toContain('request');
    expect(round(), 'a batch of an import is no reason to search again').toBe(before);
    host.happened({ refetch: true, endpoints: true });
    expect(round(), 'another secret is').toBe(before + 1);
    host.tell({ kind: 'connected', again: true });
    expect(round(), 'nobody told what happened meanwhile').toBe(before + 2);
  });

  it('reads the rows and what is open again where more requests changed than are named, and nothing else', async () => {
    const { bench: made, host } = await bench();
    made.select('r2');
    await settle();
    const asked = host.asked.length;
    host.happened({ moreRequests: true });
    host.happened({ moreRequests: true });
    await settle();
    const names = host.asked.slice(asked).map(([name]) => name);
    expect(new Set(names)).toEqual(new Set(['list_requests', 'count_after', 'request', 'deliveries']));
    expect(
      names.filter((name) => name === 'request'),
      'once for a burst',
    ).toHaveLength(1);
  });

  it('asks for numbers, and for nothing else, where nothing but a number is another', async () => {
    const { bench: made, host } = await bench();
    made.saved.list = [{ name: 'Failed', filter: 'sig:failed', requests: 1 }];
    const asked = host.asked.length;
    vi.useFakeTimers();
    host.happened({ counts: true });
    host.happened({ counts: true });
    await vi.advanceTimersByTimeAsync(1100);
    vi.useRealTimers();
    const names = host.asked.slice(asked).map(([name]) => name);
    expect(names.sort(), 'once for a burst').toEqual([
      'endpoints',
      'queues',
      'saved_filters',
      'status',
      'targets',
    ]);
  });

  it('asks for rows that changed by name, once for all that are held', async () => {
    const { host } = await bench();
    const asked = host.asked.length;
    host.happened({ requests: ['r1', 'r2', 'r99'] });
    await settle();
    expect(host.asked.slice(asked)).toEqual([['request_rows', { ids: ['r2', 'r1'] }]]);
  });

  it('renews a row that was changed and takes away one that is gone', async () => {
    const { bench: made, host } = await bench();
    host.script.request_rows = () => [rowOf(2, { starred: true })];
    host.happened({ requests: ['r1', 'r2', 'r99'] });
    await settle();
    expect(made.list.rows.map((row) => [row.id, row.starred])).toEqual([
      ['r3', false],
      ['r2', true],
    ]);
  });
});

describe('leaving', () => {
  it('goes from the innermost outwards', async () => {
    const { bench: made } = await bench({ lastTarget: 'http://localhost:3000' });
    made.select('r2');
    await made.edit();
    made.view.open({ kind: 'keys' });
    made.back();
    expect([made.view.dialog, made.draft !== null]).toEqual([null, true]);
    made.back();
    expect([made.draft, made.opened?.id]).toEqual([null, 'r2']);
    made.back();
    expect([made.opened, made.list.selectedId]).toEqual([null, null]);
  });
});

describe('targets and frames', () => {
  it('a target without a path keeps the path of the request', () => {
    expect(joinTarget('http://localhost:3000', '/a?b=1')).toBe('http://localhost:3000/a?b=1');
    expect(joinTarget('http://localhost:3000/in', '/a')).toBe('http://localhost:3000/in');
  });

  it('a narrow window has fewer panes', () => {
    expect([1280, 900, 600].map(frameFor)).toEqual(['three', 'two', 'one']);
  });
});
