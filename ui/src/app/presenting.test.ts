/** Beginning and ending to present, in the window: nothing that was read before is shown or written after it. */
import { describe, expect, it } from 'vitest';
import type { TargetView } from '../bindings/TargetView';
import { busy, type ScriptedHost, ScriptedRows } from '../host/scripted';
import { formOf, rowOf, rulesOf, targetOf } from '../host/views';
import type { Workbench } from '../state/workbench.svelte';
import { all, hostileOf, one, open, settle } from './mounted';

const KEY = 'Bearer sk_test_key';
const MARKS = '*'.repeat(KEY.length);

/** A target whose header is covered while one presents. */
function target(covered: boolean): TargetView {
  const value = covered ? MARKS : KEY;
  return targetOf({ rules: rulesOf({ headers: [{ action: 'replace', name: 'Authorization', value }] }) });
}

async function window_(rows = 2) {
  const made = await open(new ScriptedRows(rows));
  const { host } = made;
  let presenting = false;
  const present = host.script.present;
  host.script.present = (args) => {
    presenting = args.on;
    return present?.(args) ?? {};
  };
  host.script.targets = () => [target(presenting)];
  const seen = { covered: () => presenting };
  return { ...made, seen };
}

const asked = (host: ScriptedHost, name: string): unknown[] =>
  host.asked.filter(([command]) => command === name).map(([, args]) => args);
/** What stands on the page and in its fields. */
const page = (): string =>
  [
    document.body.textContent,
    ...[...document.querySelectorAll('input, textarea')].map((field) => (field as HTMLInputElement).value),
  ].join('\n');
/** In a window as narrow as that of the tests the targets are in a drawer. */
async function openTarget(bench: Workbench): Promise<void> {
  bench.view.drawer = true;
  await settle();
  one('target').click();
  await settle();
}
const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1100));

describe('a target that is opened by ending to present', () => {
  it('is shown and saved with its values, not with the marks that covered them', async () => {
    const { bench, host } = await window_();
    host.script.save_target = () => target(false);
    await bench.around.loadEndpoints();
    await bench.masking.present(true);
    await settle();
    await openTarget(bench);
    expect(one('covered-dialog').textContent).toContain('The editor of targets is covered');
    one('covered-stop').click();
    await settle();
    expect(all('target-dialog')).toHaveLength(1);
    expect(page()).toContain(KEY);
    expect(page()).not.toContain(MARKS);
    one('target-save').click();
    await settle();
    expect(asked(host, 'save_target')).toMatchObject([
      { id: 't1', rules: { headers: [{ name: 'Authorization', value: KEY }] } },
    ]);
  });

  it('has its values too where another window ended it', async () => {
    const { bench, host } = await window_();
    await bench.around.loadEndpoints();
    await bench.masking.present(true);
    await settle();
    await openTarget(bench);
    await host.script.present?.({ on: false });
    await bench.around.loadStatus();
    await settle();
    expect(all('target-dialog')).toHaveLength(1);
    expect([page().includes(KEY), page().includes(MARKS)]).toEqual([true, false]);
  });
});

describe('a scheme that is being made', () => {
  function script(host: ScriptedHost, covered: () => boolean): void {
    const said = (): string => (covered() ? '*******' : '5ecret7');
    const page_ = host.script.list_requests;
    Object.assign(host.script, {
      list_requests: (args) => {
        if (page_ === undefined) throw new Error('it is scripted');
        const { rows, ...more } = page_({
          ...args,
          filter: args.filter.replace('is:complete', ''),
        }) as Awaited<ReturnType<typeof page_>>;
        return { ...more, rows: rows.map((row) => ({ ...row, event: said() })) };
      },
      request: () => {
        const detail = hostileOf(rowOf(2), '{}');
        return { ...detail, row: { ...detail.row, event: said() } };
      },
      read_scheme: ({ toml, form }) => ({ toml, form: form ?? formOf(), fault: null }),
      draft_scheme: () => ({ toml: '', form: formOf(), fault: null }),
      scheme_places: () => [`json:${said()}`],
      try_scheme: () => ({
        signature: { ...hostileOf(rowOf(2), '{}').signature, sentence: `It is ${said()}.` },
        event: said(),
        deliveryId: null,
        recognised: false,
      }),
      try_scheme_on: () => ({ valid: 0, of: 1, others: [], looked: 1, next: null }),
    } satisfies ScriptedHost['script']);
  }

  it('shows nothing of what was read before one presents, and stays open with what was typed', async () => {
    const { bench, host, seen } = await window_();
    script(host, seen.covered);
    await bench.schemes.describe(rowOf(2, { event: '5ecret7' }), 'typed');
    await settle();
    const { builder } = bench.schemes;
    if (builder?.form) builder.form.name = 'Half done';
    await settle();
    expect(page(), 'it is there to be covered').toContain('5ecret7');
    await bench.masking.present(true);
    await settle();
    expect(all('scheme-builder')).toHaveLength(1);
    expect(page()).not.toContain('5ecret7');
    expect([builder?.request, builder?.typed, builder?.form?.name]).toEqual(['r2', 'typed', 'Half done']);
    expect(builder?.tried?.event, 'it is tried anew').toBe('*******');
    expect([builder?.places, builder?.row?.event]).toEqual([['json:*******'], '*******']);
  });

  it('that was left before one presents is opened again without what was read', async () => {
    const { bench, host, seen } = await window_();
    script(host, seen.covered);
    await bench.schemes.describe(rowOf(2, { event: '5ecret7' }));
    await settle();
    bench.schemes.leave();
    await bench.masking.present(true);
    await settle();
    bench.notes.list.find(({ offer }) => offer?.title === 'Open it again')?.offer?.run();
    expect(bench.schemes.builder?.tried, 'not even before it is tried anew').toBeNull();
    await settle();
    expect(all('scheme-builder')).toHaveLength(1);
    expect(page()).not.toContain('5ecret7');
  });
});

describe('the veil', () => {
  it('stays until everything was read, however often that fails', async () => {
    const { bench, host } = await window_();
    const { providers } = host.script;
    host.script.providers = () => {
      throw { code: 'failed', message: 'the store is busy', hint: 'wait for the backup' };
    };
    const presenting = bench.masking.present(true);
    await settle();
    const shown = document.querySelectorAll('.app, [data-testid="request-row"]');
    expect(shown, 'what was read before is not shown').toHaveLength(0);
    expect(one('veil-problem').textContent).toContain('the store is busy');
    expect(one('veil').textContent, 'what one can do does not hide what is done').toMatch(
      /It is tried again each second\..*Wait for the backup\./s,
    );
    expect(one('veil-problem').closest('[role=status]'), 'it is told once').toBeNull();
    if (providers !== undefined) host.script.providers = providers;
    await later();
    expect(await presenting, 'it did begin').toBe(true);
    await settle();
    expect([all('veil').length, all('presenting').length]).toEqual([0, 1]);
    expect(bench.notes.list).toEqual([]);
  });

  it('is there too where another window began, and lets nothing through that is half read', async () => {
    const { bench, host } = await window_();
    const { providers } = host.script;
    await settle();
    await host.script.present?.({ on: true });
    host.script.providers = busy;
    await bench.around.loadStatus();
    await settle();
    expect([all('veil').length, all('request-row').length]).toEqual([1, 0]);
    if (providers !== undefined) host.script.providers = providers;
    await later();
    await settle();
    expect([all('veil').length, all('presenting').length]).toEqual([0, 1]);
  });

  it('gives back the comparison that was open, read anew, where reading failed at first', async () => {
    const { bench, host } = await window_();
    bench.compare({ kind: 'request', id: 'r1' }, { kind: 'request', id: 'r2' });
    await settle();
    const before = bench.comparing;
    const { providers } = host.script;
    host.script.providers = () => {
      host.script.providers = providers ?? (() => []);
      throw { code: 'failed', message: 'the store is busy', hint: null };
    };
    await bench.masking.present(true);
    await settle();
    expect(bench.comparing?.after).toEqual({ kind: 'request', id: 'r2' });
    expect(bench.comparing, 'nothing of what was read before').not.toBe(before);
    expect(asked(host, 'compare')).toHaveLength(2);
  });

  it('is taken away where nothing was begun, and that is said', async () => {
    const { bench, host } = await window_();
    host.script.present = () => {
      throw { code: 'failed', message: 'the disk is full', hint: null };
    };
    expect(await bench.masking.present(true)).toBe(false);
    await settle();
    expect(all('veil')).toHaveLength(0);
    expect(bench.notes.list.at(-1)?.message).toBe('Secrets could not be masked: the disk is full');
  });

  it('stays where it was ended again meanwhile, and what is shown is of now', async () => {
    const { bench, host } = await window_();
    const endpoints = host.script.endpoints;
    let once = true;
    host.script.endpoints = async () => {
      if (once && bench.masking.presenting) {
        once = false;
        await host.script.present?.({ on: false });
        await bench.around.loadStatus();
      }
      return endpoints?.({}) ?? [];
    };
    await bench.masking.present(true);
    await settle();
    expect(bench.around.targets, 'not as they were read meanwhile').toEqual([target(false)]);
    expect([all('veil').length, all('presenting').length]).toEqual([0, 0]);
  });
});

describe('an edited copy that was left half typed', () => {
  async function edited() {
    const { bench, host } = await window_();
    Object.assign(host.script, { draft: () => ({ written: null }), drafts: () => [], templates: () => [] });
    bench.select('r2');
    await settle();
    await bench.edit();
    if (bench.draft === null) throw new Error('there is no draft');
    return { bench, host, draft: bench.draft };
  }

  it('is not quoted on the screen', async () => {
    const { bench, draft } = await edited();
    draft.choice = 'hex';
    draft.hex = '5ecret7';
    await bench.masking.present(true);
    await settle();
    expect(bench.notes.list.at(-1)?.message).toBe('What was typed is not kept');
    expect(page()).not.toContain('5ecret7');
  });

  it('is opened again only where presenting is ended for it', async () => {
    const { bench } = await edited();
    if (bench.draft === null) throw new Error('there is no draft');
    bench.draft.editAsText();
    bench.draft.headerText = 'no colon';
    await bench.masking.present(true);
    await settle();
    bench.notes.list.find(({ offer }) => offer?.title === 'Open it again')?.offer?.run();
    await settle();
    expect(bench.draft).toBeNull();
    one('covered-stop').click();
    await settle();
    expect(bench.draft?.headerText).toBe('no colon');
    expect(bench.opened?.id).toBe('r2');
  });
});
