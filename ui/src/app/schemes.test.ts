import { describe, expect, it } from 'vitest';
import type { OwnSchemeView } from '../bindings/OwnSchemeView';
import { asks, namesFor, partsOf, placeFrom } from '../features/schemes/choices';
import { type ScriptedHost, ScriptedRows } from '../host/scripted';
import { formOf, signatureOf } from '../host/views';
import { actionById } from '../keys/actions';
import { all, choose, HOSTILE, one, open, press, settle, write } from './mounted';

const OWN: OwnSchemeView = {
  id: 'acme',
  name: HOSTILE,
  words: `HMAC-SHA1 over \`{body}\` in \`header:${HOSTILE}\``,
  fault: null,
  usedBy: ['/in'],
  toml: 'id = "acme"\n',
};

/** A host that knows one own scheme and reads what has no `!` in it. */
function script(host: ScriptedHost): void {
  const page = host.script.list_requests;
  Object.assign(host.script, {
    list_requests: (args) => {
      if (page === undefined) throw new Error('it is scripted');
      return page({ ...args, filter: args.filter.replace('is:complete', '') });
    },
    own_schemes: () => [OWN],
    draft_scheme: () => ({ toml: 'id = "acme"\n', form: formOf(), fault: null }),
    read_scheme: ({ toml, form }) => {
      const text = form === null ? toml : form.content;
      const field = form === null ? null : 'content';
      const [line, column] = form === null ? [3, 8] : [null, null];
      return text.includes('!')
        ? { toml, form, fault: { field, line, column, message: 'no such place: `!`', hint: 'write another' } }
        : { toml: form === null ? toml : `# ${form.content}`, form: form ?? formOf(), fault: null };
    },
    scheme_places: () => ['header:X-Acme', 'header:X-Time', 'json:a.b'],
    try_scheme: () => ({
      signature: signatureOf({
        verdict: 'invalid',
        verdictNow: 'invalid',
        sentence: 'It is not.',
        algorithm: 'HMAC-SHA256',
        found: [{ place: HOSTILE, text: HOSTILE, parts: [] }],
      }),
      event: HOSTILE,
      deliveryId: null,
      recognised: false,
    }),
    try_scheme_on: () => ({
      valid: 1,
      of: 2,
      others: [{ id: 'r1', verdict: 'invalid' }],
      looked: 2,
      next: null,
    }),
    save_own_scheme: ({ toml }) => ({ ...OWN, toml }),
    adopt_scheme: () => ({ undo: 7, done: '`/stripe` is checked by the scheme `Acme` of your own' }),
    remove_own_scheme: () => ({ undo: 8, done: 'the scheme `acme` is removed' }),
    undo_remedy: () => ({}),
  } satisfies ScriptedHost['script']);
}

const asked = (host: ScriptedHost, name: string): unknown[] =>
  host.asked.filter(([command]) => command === name).map(([, args]) => args);

/** What was typed is looked at after a pause. */
async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 260));
  await settle();
}

describe('the form of a scheme', () => {
  it('is reached from the table of actions and from a request', async () => {
    const { bench, host } = await open(new ScriptedRows(2));
    script(host);
    actionById('scheme.new')?.run(bench);
    await settle();
    expect(all('scheme-builder')).toHaveLength(1);
    expect(all('request-list'), 'it takes the place of the panes').toHaveLength(0);
    expect(all('status-keys'), 'keys of a list that is not shown are not named').toHaveLength(0);
    press('j');
    expect(bench.list.activeId, 'keys of the list do nothing to a list that is not shown').toBeNull();
    press('Escape');
    await settle();
    expect(all('scheme-builder'), 'nothing was typed, so nothing is said').toHaveLength(0);
    expect(bench.notes.list).toHaveLength(0);
    bench.select('r2');
    actionById('scheme.describe')?.run(bench);
    await settle();
    expect(asked(host, 'draft_scheme').at(-1)).toEqual({ from: 'request', id: 'r2' });
    expect((one('scheme-request') as HTMLSelectElement).value).toBe('r2');
  });

  it('labels every control and marks the one that is wrong', async () => {
    const { bench, host } = await open(new ScriptedRows(2));
    script(host);
    host.script.draft_scheme = () => ({
      toml: '',
      form: formOf({ algorithm: 'jwt', separator: ',', assign: '=', timestamp: 'item:t', digest: 'claim:d' }),
      fault: null,
    });
    actionById('scheme.new')?.run(bench);
    await settle();
    for (const algorithm of ['jwt', 'hmac-sha256', 'token', 'ed25519', 'none']) {
      if (bench.schemes.builder?.form) bench.schemes.builder.form.algorithm = algorithm;
      await settle();
      for (const control of document.querySelectorAll<HTMLInputElement>(
        'main :is(input, select, textarea)',
      )) {
        const named = (control.labels?.length ?? 0) > 0 || control.getAttribute('aria-label') !== null;
        expect(named, `${control.dataset['testid'] ?? control.type} with ${algorithm}`).toBe(true);
      }
    }
    if (bench.schemes.builder?.form) bench.schemes.builder.form.algorithm = 'hmac-sha256';
    await settle();
    write('scheme-content', '{!}');
    await pause();
    const area = one('scheme-content');
    expect(area.getAttribute('aria-invalid')).toBe('true');
    const described = (area.getAttribute('aria-describedby') ?? '').split(' ')[0] ?? '';
    expect(document.getElementById(described)?.textContent).toContain('No such place: !');
    expect((one('scheme-keep') as HTMLButtonElement).disabled).toBe(true);
    expect(one('scheme-not-tried').textContent).toContain('no such place');
  });

  it('shows what came of it, and hostile text as text', async () => {
    const { bench, host } = await open(new ScriptedRows(3));
    script(host);
    actionById('scheme.new')?.run(bench);
    await settle();
    expect(one('scheme-verdict').dataset['verdict']).toBe('invalid');
    expect(one('scheme-tested-sum').textContent).toContain('1 of 2 captured requests');
    expect(one('scheme-tried-event').textContent).toContain('<script>');
    expect(document.querySelectorAll('main script, main img')).toHaveLength(0);
    one('scheme-failure').click();
    await pause();
    expect(asked(host, 'try_scheme').at(-1)).toMatchObject({ request: 'r1' });
  });

  it('shows only what the algorithm asks for', async () => {
    const { bench, host } = await open(new ScriptedRows(1));
    script(host);
    actionById('scheme.new')?.run(bench);
    await settle();
    expect(all('scheme-content')).toHaveLength(1);
    choose('scheme-algorithm', 'token');
    await settle();
    expect(all('scheme-content')).toHaveLength(0);
    expect(all('scheme-places')).toHaveLength(1);
    choose('scheme-algorithm', 'none');
    await settle();
    expect(all('scheme-places')).toHaveLength(0);
  });

  it('puts a piece where the caret is', async () => {
    const { bench, host } = await open(new ScriptedRows(1));
    script(host);
    actionById('scheme.new')?.run(bench);
    await settle();
    const area = one('scheme-content') as HTMLTextAreaElement;
    area.setSelectionRange(0, 0);
    document.querySelector<HTMLElement>('[data-piece="{header:}"]')?.click();
    await settle();
    expect(area.value).toBe('{header:}{body}');
    expect(area.selectionStart, 'where the name goes').toBe('{header:'.length);
  });

  it('keeps it for the endpoint of the request, and that can be undone', async () => {
    const { bench, host } = await open(new ScriptedRows(2));
    script(host);
    bench.select('r2');
    actionById('scheme.describe')?.run(bench);
    await settle();
    write('scheme-name', 'Acme');
    press('s', { ctrlKey: true });
    await settle();
    expect(asked(host, 'adopt_scheme'), 'not before it was looked at').toHaveLength(0);
    await pause();
    press('s', { ctrlKey: true });
    await settle();
    expect(asked(host, 'adopt_scheme')).toEqual([
      { id: 'r2', toml: '# {body}', replaces: null, secret: null },
    ]);
    expect(all('scheme-builder')).toHaveLength(0);
    const note = bench.notes.list.find((known) => known.offer?.title === 'Undo');
    note?.offer?.run();
    await settle();
    expect(asked(host, 'undo_remedy')).toEqual([{ undo: 7 }]);
  });

  it('can be had back when it was left with something typed', async () => {
    const { bench, host } = await open(new ScriptedRows(1));
    script(host);
    actionById('scheme.new')?.run(bench);
    await settle();
    write('scheme-name', 'Half done');
    press('Escape');
    await settle();
    expect(all('scheme-builder')).toHaveLength(0);
    bench.notes.list.at(-1)?.offer?.run();
    await settle();
    expect((one('scheme-name') as HTMLInputElement).value).toBe('Half done');
  });

  it('can be had back, and so can the one that it takes the place of', async () => {
    const { bench, host } = await open(new ScriptedRows(1));
    script(host);
    const builders = [];
    for (const name of ['Half done', 'Another']) {
      actionById('scheme.new')?.run(bench);
      await settle();
      write('scheme-name', name);
      builders.push(bench.schemes.builder);
      if (name === 'Half done') press('Escape');
      await settle();
    }
    const again = (): (() => void)[] =>
      bench.notes.list.flatMap(({ offer }) => (offer?.title === 'Open it again' ? [offer.run] : []));
    again()[0]?.();
    await settle();
    expect(bench.schemes.builder).toBe(builders[0]);
    expect(again(), 'what was typed into the other is not lost').toHaveLength(2);
    again()[0]?.();
    await settle();
    expect(again(), 'the one that is open is not left for itself').toHaveLength(2);
    again()[1]?.();
    await settle();
    expect(bench.schemes.builder).toBe(builders[1]);
    expect((one('scheme-name') as HTMLInputElement).value).toBe('Another');
  });

  it('is written as TOML too, where a fault has its line', async () => {
    const { bench, host } = await open(new ScriptedRows(1));
    script(host);
    actionById('scheme.new')?.run(bench);
    await settle();
    actionById('scheme.face')?.run(bench);
    await settle();
    write('scheme-toml', 'a\nb\nc = !\nd');
    await pause();
    expect(one('scheme-toml-fault').textContent).toMatch(/Line 3, column 8:\s+no such place/);
    one('scheme-toml-there').click();
    const area = one('scheme-toml') as HTMLTextAreaElement;
    expect(area.value.slice(area.selectionStart, area.selectionEnd)).toBe('c = !');
  });
});

describe('own schemes', () => {
  it('are listed with who uses them, and removed with a way back', async () => {
    const { bench, host } = await open(new ScriptedRows(0));
    script(host);
    actionById('scheme.list')?.run(bench);
    await settle();
    expect(one('own-scheme').textContent).toContain('<script>');
    expect(one('own-scheme-use').textContent).toContain('/in');
    one('own-scheme-remove').click();
    await settle();
    expect(asked(host, 'remove_own_scheme')).toEqual([{ id: 'acme' }]);
    bench.notes.list.at(-1)?.offer?.run();
    await settle();
    expect(asked(host, 'undo_remedy')).toEqual([{ undo: 8 }]);
  });

  it('are imported once nothing is wrong, and another one of the same id is asked about first', async () => {
    const { bench, host } = await open(new ScriptedRows(0));
    script(host);
    actionById('scheme.import')?.run(bench);
    await settle();
    write('import-toml', 'a = !');
    await settle();
    one('import-run').click();
    await settle();
    expect(one('import-problem').textContent).toContain('The pasted text, line 3, column 8: no such place');
    write('import-toml', 'right');
    await settle();
    one('import-run').click();
    await settle();
    expect(asked(host, 'save_own_scheme'), 'not before it was asked').toHaveLength(0);
    expect(one('import-known').textContent).toContain('acme');
    one('import-run').click();
    await settle();
    expect(asked(host, 'save_own_scheme')).toEqual([{ toml: 'right', replaces: 'acme' }]);
    expect(all('import-dialog')).toHaveLength(0);
  });
});

describe('a place in the form', () => {
  it('is a kind and a name, and as it is written where it has none', () => {
    const kinds = ['header', 'json', 'written'] as const;
    expect(partsOf('header:X-A', kinds)).toEqual({ kind: 'header', name: 'X-A' });
    expect(partsOf('json:a:b', kinds)).toEqual({ kind: 'json', name: 'a:b' });
    for (const written of ['header:A, header:B', 'query:x', 'body']) {
      expect(partsOf(written, kinds)).toEqual({ kind: 'written', name: written });
    }
    expect(placeFrom('json', 'a.b')).toBe('json:a.b');
    expect(placeFrom('header', '')).toBe('');
    expect(namesFor('header', ['header:A', 'json:b', 'header:C'])).toEqual(['A', 'C']);
  });

  it('is asked for by every algorithm but none', () => {
    expect(asks('none').signature).toBe(false);
    expect(asks('ecdsa-p256-sha256')).toMatchObject({
      signature: true,
      key: true,
      secret: false,
      content: true,
    });
    expect(asks('basic')).toMatchObject({ signature: true, key: false, secret: true, content: false });
  });
});
