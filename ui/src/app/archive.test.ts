import { describe, expect, it } from 'vitest';
import type { ExportView } from '../bindings/ExportView';
import type { ImportView } from '../bindings/ImportView';
import { ScriptedHost, ScriptedRows } from '../host/scripted';
import { exportHar, importHar } from '../state/archive';
import { all, one, open, press, settle } from './mounted';

const written = (change: Partial<ExportView> = {}): ExportView => ({
  id: 7,
  requests: 0,
  total: 3,
  masked: 0,
  bytes: 100,
  file: null,
  ...change,
});
const taken = (change: Partial<ImportView> = {}): ImportView => ({
  id: 9,
  read: 0,
  length: 5,
  imported: 0,
  known: 0,
  skipped: 0,
  reasons: [],
  rebuilt: 0,
  program: '',
  over: false,
  broken: null,
  ...change,
});

describe('a HAR file', () => {
  it('is written step by step until there is one', async () => {
    const steps = [written({ requests: 1 }), written({ requests: 3, file: '/d/a.har' })];
    const host = new ScriptedHost({
      begin_export: () => written(),
      export_next: () => steps.shift() ?? written(),
    });
    const told: number[] = [];
    const wanted = { requests: null, filter: 'x', masked: true };
    const done = await exportHar(host, wanted, (view) => told.push(view.requests) > 0);
    expect([done?.file, told]).toEqual(['/d/a.har', [0, 1]]);
    expect(host.asked[0]).toEqual(['begin_export', wanted]);
  });

  it('that is stopped is given up where it is', async () => {
    const host = new ScriptedHost({ begin_export: () => written(), stop_carrying: () => ({ done: true }) });
    expect(await exportHar(host, { requests: [], filter: '', masked: true }, () => false)).toBeNull();
    expect(host.asked.at(-1)).toEqual(['stop_carrying', { id: 7 }]);
  });

  it('is handed over in pieces and then taken step by step', async () => {
    const steps = [taken({ imported: 1 }), taken({ imported: 2, over: true })];
    const host = new ScriptedHost({
      begin_import: () => ({ id: 9 }),
      import_piece: () => ({ come: 1 }),
      import_next: () => steps.shift() ?? taken(),
    });
    const file = new Blob([new Uint8Array(5 * 1024 * 1024).fill(255)]);
    const phases: string[] = [];
    const done = await importHar(host, file, (progress) => phases.push(progress.phase) > 0);
    expect(done?.imported).toBe(2);
    expect(phases).toEqual(['reading', 'reading', 'reading', 'taking']);
    const pieces = host.asked.filter(([name]) => name === 'import_piece').map(([, args]) => args);
    const bytes = pieces.map((piece) => atob((piece as { base64: string }).base64).length);
    expect(bytes.reduce((sum, length) => sum + length, 0)).toBe(5 * 1024 * 1024);
    expect(host.asked[0]).toEqual(['begin_import', { length: 5 * 1024 * 1024 }]);
  });

  it('keeps what was taken of it when it is stopped', async () => {
    const host = new ScriptedHost({
      begin_import: () => ({ id: 9 }),
      import_piece: () => ({ come: 1 }),
      import_next: () => taken({ imported: 1 }),
      stop_carrying: () => ({ done: true }),
    });
    const done = await importHar(host, new Blob(['{}']), (progress) => progress.phase === 'reading');
    expect([done?.imported, done?.over]).toEqual([1, false]);
  });
});

describe('exporting', () => {
  it('is masked each time unless that is taken away, and says where the file is', async () => {
    const { bench, host } = await open(new ScriptedRows(3));
    host.script.begin_export = () => written({ requests: 1, masked: 1, file: '/downloads/a.har' });
    all('request-row')[0]?.click();
    await settle();
    bench.view.open({ kind: 'export', chosen: ['r3'] });
    await settle();
    expect(one('export-what').textContent).toContain('This request');
    one('export-run').click();
    await settle();
    expect(host.asked.at(-1)).toEqual(['begin_export', { requests: ['r3'], filter: '', masked: true }]);
    expect(one('export-written').textContent).toContain('/downloads/a.har');
    expect(one('export-masked-in').textContent).toContain('in all of them');
  });

  it('of the selection has a button, and names a problem with a way on', async () => {
    const { host } = await open(new ScriptedRows(3));
    host.script.begin_export = () => {
      throw { code: 'failed', message: 'there is no room', hint: 'make room' };
    };
    press('a', { ctrlKey: true });
    await settle();
    one('selection-export').click();
    await settle();
    expect(one('export-what').textContent).toContain('3 selected requests');
    one('export-masked').click();
    await settle();
    expect(one('export-unmasked').textContent).toContain('Everything is in the file');
    one('export-run').click();
    await settle();
    expect(one('export-problem').textContent).toContain('There is no room');
    const asked = host.asked.filter(([name]) => name === 'begin_export');
    expect(asked[0]?.[1]).toMatchObject({ requests: ['r1', 'r2', 'r3'], masked: false });
  });

  it('is masked while one presents, and offers nothing else', async () => {
    const { bench, host } = await open(new ScriptedRows(3));
    host.script.begin_export = () => written({ requests: 1, masked: 1, file: '/downloads/a.har' });
    bench.view.open({ kind: 'export', chosen: '' });
    await settle();
    one('export-masked').click();
    await settle();
    expect(all('export-unmasked')).toHaveLength(1);
    await bench.masking.present(true);
    await settle();
    expect([all('export-masked').length, all('export-unmasked').length], 'it would have no effect').toEqual([
      0, 0,
    ]);
    expect(one('export-says').textContent).toContain('are left out');
    one('export-run').click();
    await settle();
    const asked = host.asked.filter(([name]) => name === 'begin_export');
    expect(asked[0]?.[1], 'what is said is what is asked for').toMatchObject({ masked: true });
    expect(one('export-masked-in').textContent).toContain('in all of them');
  });
});

describe('an export under way', () => {
  type Bench = Awaited<ReturnType<typeof open>>['bench'];
  /** Exports in 200 steps, at some of which something is done; how often that stopped it. */
  const exporting = async (at: Record<number, (bench: Bench) => void>) => {
    const { bench, host } = await open(new ScriptedRows(3));
    let steps = 0;
    host.script.asks_to_quit = () => ({});
    host.script.work = () => ({ sendings: 0, runs: [], exports: 1, imports: 0, recheck: null });
    host.script.stop_carrying = () => ({ done: true });
    host.script.begin_export = () => written();
    host.script.export_next = () => {
      steps += 1;
      at[steps]?.(bench);
      return written(steps < 200 ? {} : { file: '/downloads/a.har' });
    };
    bench.view.open({ kind: 'export', chosen: ['r3'] });
    await settle();
    one('export-run').click();
    for (let turn = 0; turn < 500 && steps < 200; turn += 1) {
      if (host.asked.some(([name]) => name === 'stop_carrying')) break;
      await settle();
    }
    await settle();
    return host.asked.filter(([name]) => name === 'stop_carrying').length;
  };

  const asked = (bench: Bench): void => {
    bench.view.quitting = true;
  };

  it('goes on behind the question whether to quit', async () => {
    expect(await exporting({ 2: asked })).toBe(0);
    expect(one('quit-work').textContent).toContain('1 HAR file being written');
    expect(all('note'), 'its own dialog tells where the file is').toHaveLength(0);
    one('quit-stay').click();
    await settle();
    expect(one('export-written').textContent).toContain('/downloads/a.har');
  });

  it('is in its dialog again once the question is answered with no, and can be stopped there', async () => {
    let seen: number[] = [];
    const stopped = await exporting({
      2: asked,
      50: () => {
        one('quit-stay').click();
      },
      100: () => {
        seen = ['quit-dialog', 'export-dialog', 'export-progress'].map((part) => all(part).length);
        one('export-stop').click();
      },
    });
    expect(seen).toEqual([0, 1, 1]);
    expect(stopped).toBe(1);
  });

  it('is ended by nothing that comes while it is asked whether to quit', async () => {
    let window: Bench | undefined;
    let agreed: Promise<boolean> | undefined;
    const stopped = await exporting({
      2: asked,
      20: (bench) => {
        window = bench;
        const key = { key: 'k', ctrlKey: true, bubbles: true, cancelable: true };
        one('quit-stay').dispatchEvent(new KeyboardEvent('keydown', key));
        agreed = bench.view.ask({ code: 'confirm_host', message: 'is far', hint: null, url: 'http://far' });
        bench.fulfil({ kind: 'request', id: 'r2' });
      },
    });
    expect([stopped, all('quit-dialog').length, all('export-dialog').length]).toEqual([0, 1, 1]);
    expect([all('palette'), all('confirm-dialog'), window?.opened]).toEqual([[], [], null]);
    expect(all('note').at(-1)?.textContent).toContain('whether to quit is asked first');
    one('quit-stay').click();
    await settle();
    expect(all('confirm-dialog'), 'the export is still looked at').toEqual([]);
    window?.view.close();
    await settle();
    one('confirm-yes').click();
    expect(await agreed, 'it was asked all the same').toBe(true);
    await settle();
    expect(window?.view.dialog).toBeNull();
  });

  it('leaves the keyboard in its dialog where what had it is gone after the question', async () => {
    let window: Bench | undefined;
    await exporting({
      2: (bench) => {
        window = bench;
        one('export-stop').focus();
        asked(bench);
      },
    });
    one('quit-stay').click();
    await settle();
    expect(one('export-dialog').contains(document.activeElement), 'not what is behind it').toBe(true);
    press('j');
    expect(window?.list.activeId, 'whoever has the keyboard').toBeNull();
  });

  it('goes on behind the palette, and is in its dialog again without a choice', async () => {
    let over: number[] = [];
    const stopped = await exporting({
      2: (bench) => {
        bench.view.palette = true;
      },
      20: () => {
        over = [all('palette').length, all('export-dialog').length];
      },
      50: (bench) => {
        bench.back();
      },
    });
    expect([over, stopped, all('palette').length]).toEqual([[1, 1], 0, 0]);
    expect(one('export-written').textContent).toContain('/downloads/a.har');
  });

  it('is stopped by closing its dialog', async () => {
    const closed = (bench: Bench): void => {
      bench.view.close();
    };
    expect(await exporting({ 2: closed })).toBe(1);
  });
});

describe('importing', () => {
  /** Opens the dialog, chooses a file and has it imported. */
  async function run(bench: Awaited<ReturnType<typeof open>>['bench']): Promise<void> {
    bench.view.open({ kind: 'importHar' });
    await settle();
    const input = one('import-har-file') as HTMLInputElement;
    Object.defineProperty(input, 'files', { value: [new File(['{}'], 'a.har')] });
    input.dispatchEvent(new Event('change', { bubbles: true }));
    await settle();
    one('import-har-run').click();
    await settle();
  }

  it('tells what was taken, what was there and what was not', async () => {
    const { bench, host } = await open(new ScriptedRows(1));
    host.script.begin_import = () => ({ id: 9 });
    host.script.import_piece = () => ({ come: 2 });
    host.script.import_next = () =>
      taken({
        over: true,
        imported: 2,
        known: 1,
        skipped: 101,
        rebuilt: 2,
        program: '<b>Evil</b>',
        reasons: [{ entry: 4, reason: '`x` is no method' }],
        broken: { message: 'the file ends in the middle of entry 9', hint: 'export it again' },
      });
    await run(bench);
    await settle();
    const said = one('import-har-result').textContent.replace(/\s+/g, ' ');
    expect(said).toContain('2 requests imported from <b>Evil</b>');
    expect(said).toContain('1 was in the history already');
    expect(one('import-har-skipped').textContent).toContain('Entry 4');
    expect(one('import-har-skipped').textContent).toContain('and 100 more');
    expect(one('import-har-broken').textContent).toContain('The file ends in the middle');
    one('import-har-show').click();
    await settle();
    expect(bench.list.filter).toBe('is:imported');
  });

  it.each([
    [taken({ over: true, imported: 2 }), 'ok', '2 requests imported'],
    [taken({ over: true, imported: 0, known: 3 }), 'ok', '0 requests imported, 3 known already'],
    [taken({ imported: 1, skipped: 1 }), 'ok', 'Stopped: 1 request imported, 1 entry not taken'],
    [
      taken({
        over: true,
        imported: 1,
        broken: { message: 'it ends in the middle', hint: 'export it again' },
      }),
      'bad',
      '1 request imported: it ends in the middle',
    ],
  ])('tells in a note what came of it where the dialog was closed', async (result, tone, message) => {
    const { bench, host } = await open(new ScriptedRows(1));
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    host.script.begin_import = () => ({ id: 9 });
    host.script.import_piece = () => ({ come: 2 });
    host.script.stop_carrying = () => ({ done: true });
    host.script.import_next = async () => {
      await held;
      return result;
    };
    await run(bench);
    bench.view.close();
    await settle();
    answer();
    await settle();
    expect(bench.notes.list.map((note) => [note.tone, note.message])).toEqual([[tone, message]]);
  });

  it('says in a note why it failed where the dialog was closed', async () => {
    const { bench, host } = await open(new ScriptedRows(1));
    let refuse = (): void => undefined;
    const held = new Promise<void>((resolve) => (refuse = resolve));
    host.script.begin_import = async () => {
      await held;
      throw { code: 'failed', message: 'there is no room', hint: 'make room' };
    };
    await run(bench);
    bench.view.close();
    refuse();
    await settle();
    expect(bench.notes.list.at(-1)?.message).toBe('The file was not imported: there is no room');
  });

  it('is marked on the row and in the head, and nobody is said to have sent it', async () => {
    const store = new ScriptedRows(0);
    store.add(1, { imported: { at: 1, program: 'Firefox 131.0' }, peer: '', answerSource: null });
    await open(store);
    expect(all('row-imported')).toHaveLength(1);
    all('request-row')[0]?.click();
    await settle();
    expect(one('detail-imported').textContent.replace(/\s+/g, ' ')).toBe('imported from Firefox 131.0');
    expect(one('detail-header').textContent).not.toContain('from 127');
    expect(one('detail-answer').textContent).toContain('as the file tells');
  });
});
