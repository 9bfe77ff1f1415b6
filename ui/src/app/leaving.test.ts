/** A section of the settings that is left while a save of it is under way. */
import { describe, expect, it } from 'vitest';
import { ScriptedRows } from '../host/scripted';
import { limitOf, storageOf } from '../host/views';
import { all, one, open, press, settle, value, write } from './mounted';

const STORAGE = storageOf({ limits: { requests: 1000, ageSeconds: null, bytes: null } });
const FULL = { code: 'failed', message: 'the disk is full', hint: 'Make room.' };

const FORMS = [
  { section: 'listener', field: 'settings-port', texts: ['4700', '4701'], save: 'settings-port-save' },
  { section: 'storage', field: 'keep-requests', texts: ['500', '501'], save: 'keep-save' },
  { section: 'limits', field: 'limit-body', texts: ['10 MiB', '11 MiB'], save: 'limits-save' },
  { section: 'masking', field: 'mask-pointer', texts: ['/a', '/b'], save: 'mask-add' },
] as const;

const told = (): string[] => all('note').map((note) => note.textContent.replace(/\s+/g, ' ').trim());

/** A section where something was typed and is being saved; its answer comes when the test says so. */
async function saving({ section, field, texts, save }: (typeof FORMS)[number]) {
  const { bench, host } = await open(new ScriptedRows(0));
  const { status, set_limits } = host.script;
  let goOn: () => void = () => undefined;
  let error: object | null = null;
  let port = 4665;
  const later = async (): Promise<void> => {
    await new Promise<void>((resolve) => (goOn = resolve));
    if (error !== null) throw error;
  };
  host.script.storage = () => STORAGE;
  host.script.set_retention = async (limits) => {
    await later();
    return { ...STORAGE, limits };
  };
  host.script.set_limits = async (wanted) => {
    await later();
    return set_limits?.(wanted) ?? [];
  };
  host.script.set_port = async (wanted) => {
    await later();
    ({ port } = wanted);
    return bench.around.status?.listener as never;
  };
  host.script.status = async () => {
    const now = await status?.({});
    if (now === undefined) throw FULL;
    return { ...now, listener: { ...now.listener, port } };
  };
  host.script.add_mask_path = async ({ pointer, endpoint }) => {
    await later();
    return [{ pointer, endpoint }];
  };
  bench.view.openSettings(section);
  await settle();
  write(field, texts[0]);
  await settle();
  one(save).click();
  await settle();
  expect((one(save) as HTMLButtonElement).disabled, 'it is under way').toBe(true);
  return {
    bench,
    host,
    leave: async (): Promise<void> => {
      press('Escape');
      await settle();
      expect(all('settings')).toEqual([]);
    },
    answer: async (failure: object | null = null): Promise<void> => {
      error = failure;
      goOn();
      await settle();
    },
  };
}

describe.each(FORMS)('what is typed in the section $section', (form) => {
  const { field, texts } = form;

  it('is not called unsaved where it is being saved as one leaves', async () => {
    const { leave, answer } = await saving(form);
    await leave();
    expect(told(), 'nobody knows yet').toEqual([]);
    await answer();
    expect(all('note-offer').filter((offer) => offer.textContent === 'Open it again')).toEqual([]);
    expect(told().join(), 'nor is it later').not.toContain('not saved');
  });

  it('is not lost where that save fails after one has left', async () => {
    const { leave, answer } = await saving(form);
    await leave();
    await answer(FULL);
    expect(told()).toEqual([expect.stringContaining('in the settings is not saved: the disk is full')]);
    expect(told()[0]).toContain('Make room.');
    one('note-offer').click();
    await settle();
    expect(value(field)).toBe(texts[0]);
  });

  it('before the answer of a save stays, and is unsaved', async () => {
    const { leave, answer } = await saving(form);
    write(field, texts[1]);
    await answer();
    expect(value(field)).toBe(texts[1]);
    await leave();
    expect(told().at(-1)).toContain('What was typed in the settings is not saved');
    all('note-offer').at(-1)?.click();
    await settle();
    expect(value(field)).toBe(texts[1]);
  });
});

describe('a save of the settings', () => {
  it('that fails after one has left says so also where nothing was typed', async () => {
    const { bench, host } = await open(new ScriptedRows(0));
    host.script.limits = () => [limitOf({ value: 9, usual: 8 })];
    let fail: () => void = () => undefined;
    host.script.set_limits = () =>
      new Promise((_, refuse) => {
        fail = () => refuse(FULL as unknown as Error);
      });
    bench.view.openSettings('limits');
    await settle();
    one('limit-body-reset').click();
    await settle();
    press('Escape');
    await settle();
    fail();
    await settle();
    expect(told()).toEqual([expect.stringContaining('The settings were not saved: the disk is full')]);
    expect(all('note-offer')).toEqual([]);
  });

  it('of a pointer leaves nothing behind where the window is drawn anew for it', async () => {
    const { bench, host } = await open(new ScriptedRows(0));
    host.script.add_mask_path = ({ pointer, endpoint }) => [{ pointer, endpoint }];
    await bench.masking.present(true);
    bench.view.openSettings('masking');
    await settle();
    write('mask-pointer', '/a');
    await settle();
    one('mask-add').click();
    await settle();
    await settle();
    expect(value('mask-pointer')).toBe('');
    expect(told().join()).not.toContain('not saved');
  });
});
