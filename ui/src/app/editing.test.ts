/** The page that edits a copy, and the templates made there, in the window. */
import { describe, expect, it } from 'vitest';
import type { TemplateView } from '../bindings/TemplateView';
import { ScriptedRows } from '../host/scripted';
import { ACTIONS, keysOf } from '../keys/actions';
import { keyCap, mayRun } from '../keys/keyboard';
import { OS } from '../keys/os';
import type { Workbench } from '../state/workbench.svelte';
import { all, one, open, press, settle } from './mounted';

const text = (id: string): string => one(id).textContent.replace(/\s+/g, ' ').trim();

function templateOf(name: string): TemplateView {
  return {
    name,
    method: 'POST',
    url: 'http://localhost:3000/orders',
    variables: ['tenant'],
    used: 2,
    request: 'r1',
    bodyLength: 9,
  };
}

async function editor() {
  const made = await open(new ScriptedRows(2));
  const kept = { templates: [templateOf('an order'), templateOf('a refund')] };
  Object.assign(made.host.script, {
    draft: () => ({ written: null }),
    drafts: () => [],
    templates: () => kept.templates,
    template_variables: () => [],
    preview: () => {
      throw { code: 'failed', message: 'not now', hint: null };
    },
    remove_template: ({ name }: { name: string }) =>
      (kept.templates = kept.templates.filter((one) => one.name !== name)),
  });
  await made.bench.editing.load();
  all('request-row')[0]?.click();
  await settle();
  press('e');
  await settle();
  const removed = (): number => made.host.asked.filter(([name]) => name === 'remove_template').length;
  return { ...made, kept, removed };
}

/** The actions whose keys the status bar names. */
function named(bench: Workbench) {
  const caps = [...one('status-keys').querySelectorAll('kbd')].map((cap) => cap.textContent);
  return caps.map((cap) => {
    const fits = ACTIONS.filter((action) => keyCap(keysOf(action, OS)[0] ?? '', OS) === cap);
    return { cap, works: fits.filter((action) => action.when(bench)) };
  });
}

describe('the keys in the status bar', () => {
  it('are on the edit page those that work there, in the field where one types', async () => {
    const { bench } = await editor();
    const url = one('replay-url');
    expect(named(bench).length).toBeGreaterThan(1);
    for (const { cap, works } of named(bench)) {
      expect(works.length, `${cap} does something`).toBeGreaterThan(0);
      expect(
        works.some((action) => mayRun(keysOf(action, OS)[0] ?? '', url)),
        `${cap} in a field`,
      ).toBe(true);
    }
    press('Escape');
    await settle();
    expect(bench.draft).toBeNull();
    for (const { cap, works } of named(bench)) {
      expect(works.length, `${cap} does something among the requests`).toBeGreaterThan(0);
    }
  });
});

describe('a dialog', () => {
  it('has the keyboard at what it is about, and not at the way out', async () => {
    const { bench } = await editor();
    Object.assign(bench.editing, {
      drafts: [{ request: 'r1', about: 'push', method: 'POST', url: '', updatedAt: 1 }],
    });
    bench.view.open({ kind: 'drafts' });
    await settle();
    expect(document.activeElement).toBe(one('draft-open'));
    bench.view.open({ kind: 'keys' });
    await settle();
    expect(document.activeElement?.closest('header'), 'it is scrolled by the keys').toBeNull();
    expect(document.activeElement?.closest('dialog')).not.toBeNull();
    bench.view.open({ kind: 'templates' });
    await settle();
    expect(document.activeElement, 'a field comes first').toBe(one('template-name'));
  });

  it('of what waits begins at the list, since Enter on its first button would send', async () => {
    const { bench, host } = await editor();
    host.script.held = () => [];
    bench.around.queues = [
      { target: 't1', count: 2, oldest: 1, paused: false, nextAt: null, tries: 0, why: null, lost: 0 },
    ];
    bench.view.open({ kind: 'queue', target: null });
    await settle();
    expect(all('queue-drain'), 'it is there to be pressed').toHaveLength(1);
    expect(document.activeElement?.getAttribute('aria-label')).toBe('What waits, in order');
  });
});

describe('a template that is removed', () => {
  async function removeFirst() {
    const made = await editor();
    one('replay-templates').click();
    await settle();
    all('template-remove')[0]?.click();
    await settle();
    return made;
  }

  it('is out of sight, and there until its note is gone', async () => {
    const { bench, removed } = await removeFirst();
    expect(all('template-row')).toHaveLength(1);
    expect(removed(), 'it can be had back as it was').toBe(0);
    await bench.editing.load();
    await settle();
    expect(all('template-row'), 'what is read anew does not bring it back').toHaveLength(1);
    bench.notes.dismiss(bench.notes.list[0]?.key ?? 0);
    await settle();
    expect([removed(), all('template-row').length]).toEqual([1, 1]);
  });

  it('is brought back by its note, which is within reach over the dialog', async () => {
    const { removed } = await removeFirst();
    expect(one('note').closest('dialog'), 'all outside of a dialog is inert').not.toBeNull();
    one('note-offer').click();
    await settle();
    expect([all('template-row').length, all('note').length, removed()]).toEqual([2, 0, 0]);
  });

  it('goes at once where the window is left', async () => {
    const { removed } = await removeFirst();
    window.dispatchEvent(new Event('pagehide'));
    await settle();
    expect(removed()).toBe(1);
  });

  it('is another one when its name is given anew', async () => {
    const { bench, host, kept, removed } = await removeFirst();
    host.script.save_template = () => kept.templates;
    await bench.editing.saveTemplate('an order');
    await settle();
    expect([all('template-row').length, all('note').length]).toEqual([2, 0]);
    expect(removed(), 'what was just saved is not removed by the old note').toBe(0);
  });

  it('comes back into sight where it could not be removed', async () => {
    const { bench, host } = await removeFirst();
    host.script.remove_template = () => {
      throw { code: 'failed', message: 'the disk is full', hint: null };
    };
    bench.notes.dismiss(bench.notes.list[0]?.key ?? 0);
    await settle();
    expect(all('template-row')).toHaveLength(2);
    expect(text('note')).toContain('The template an order was not removed: the disk is full');
  });
});

describe('notes', () => {
  it('go back to the window with the dialog', async () => {
    const { bench } = await open(new ScriptedRows(1));
    press('?');
    await settle();
    bench.notes.done('It is done');
    await settle();
    expect([all('note').length, all('spoken').length]).toEqual([1, 1]);
    bench.view.close();
    await settle();
    expect([all('note').length, all('spoken').length, one('note').closest('dialog')]).toEqual([1, 1, null]);
  });

  it('say once that they are gone, in whatever way they go', async () => {
    const { bench } = await open(new ScriptedRows(1));
    const gone: string[] = [];
    const offer = { title: 'Undo', run: () => undefined };
    const key = bench.notes.offered('first', offer, () => gone.push('first'));
    bench.notes.dismiss(key);
    bench.notes.dismiss(key);
    expect(gone).toEqual(['first']);
    bench.notes.offered('second', offer, () => gone.push('second'));
    for (let more = 0; more < 4; more += 1) bench.notes.done('another');
    expect(gone, 'pushed out by later ones').toEqual(['first', 'second']);
  });
});
