import { describe, expect, it } from 'vitest';
import type { DiagnosisView } from '../bindings/DiagnosisView';
import type { RequestDetail } from '../bindings/RequestDetail';
import { all, choose, HOSTILE, one, open, press, settle } from './mounted';
import { ScriptedRows } from '../host/scripted';

const UNKNOWN: DiagnosisView = {
  cause: 'unknown',
  message: 'Nothing that was tried fits.',
  proof: null,
  remedy: { text: 'Check the secret.', actions: [] },
  hints: ['a proxy is named in `Via`', HOSTILE],
  excluded: ['other stored secrets', 'line ends'],
  tries: 1200,
  cutShort: false,
};
const PROVED: DiagnosisView = {
  ...UNKNOWN,
  cause: 'body-newline',
  message: 'It is right without the last byte.',
  proof: {
    changes: ['the last byte (`0A`) taken away', 'the time in seconds'],
    algorithm: 'HMAC-SHA256',
    template: '{t}.{body}',
    secret: 'Stripe test',
    computed: 'aa01',
    received: 'aa01',
    documented: 'bb02',
    difference: null,
  },
  hints: [],
};

/** Opens the signature of the first request; `diagnose` answers what is given, as often as it is asked. */
async function withVerdict(
  verdict: string,
  answer: () => DiagnosisView | Promise<DiagnosisView>,
  told: Partial<RequestDetail['signature']> = {},
) {
  const { bench, host } = await open(new ScriptedRows(2));
  const request = host.script.request;
  const seen = { sentence: 'It does not match.' };
  host.script.request = async (asked): Promise<RequestDetail> => {
    if (request === undefined) throw new Error('not scripted');
    const detail = await request(asked);
    return { ...detail, signature: { ...detail.signature, verdict, ...seen, ...told } };
  };
  host.script.diagnose = answer;
  const asked = (): number => host.asked.filter(([name]) => name === 'diagnose').length;
  all('request-row')[0]?.click();
  press('3');
  await until(() => all('verdict').length > 0);
  return { bench, host, asked, seen };
}

async function until(holds: () => boolean): Promise<void> {
  for (let round = 0; round < 100 && !holds(); round += 1) await settle();
  expect(holds(), 'it should have come about by now').toBe(true);
}

const text = (id: string): string => one(id).textContent.replace(/\s+/g, ' ').trim();

describe('what came', () => {
  const digests = { expected: null, received: 'aa01', firstDifference: null };

  it('is not called another where there is no secret to compute one with', async () => {
    await withVerdict('no secret', () => UNKNOWN, { digests });
    expect(text('digest-outcome')).toBe('nothing was computed: there is no secret');
  });

  it('is called another where it was held against a key that only the sender can sign with', async () => {
    await withVerdict('invalid', () => UNKNOWN, { digests });
    expect(text('digest-outcome')).toBe('not the same');
  });
});

describe('the diagnosis', () => {
  it('is looked for by itself and says so meanwhile', async () => {
    let answer: (found: DiagnosisView) => void = () => undefined;
    await withVerdict('invalid', () => new Promise((resolve) => (answer = resolve)));
    expect(text('diagnosis-wait')).toBe('Looking for the cause…');
    expect(one('diagnosis').getAttribute('aria-busy')).toBe('true');
    await until(() => {
      answer(PROVED);
      return all('diagnosis-title').length > 0;
    });
    expect(all('diagnosis-wait')).toHaveLength(0);
  });

  it('is called proved where there is a proof, with the digests beside it', async () => {
    await withVerdict('invalid', () => PROVED);
    await until(() => all('diagnosis-title').length > 0);
    expect(text('diagnosis-title')).toBe('Cause proved: It is right without the last byte.');
    expect(one('diagnosis-changes').querySelectorAll('li')).toHaveLength(2);
    expect(text('diagnosis-digests')).toBe(
      'computed aa01 received aa01 the same documented bb02 for the request as it came',
    );
    expect(text('diagnosis')).toContain('HMAC-SHA256 of {t}.{body} with the secret “Stripe test”');
  });

  it('is called not proved where there is none, and what may matter is only a perhaps', async () => {
    await withVerdict('invalid', () => UNKNOWN);
    await until(() => all('diagnosis-title').length > 0);
    expect(text('diagnosis-title')).toBe('Not proved: Nothing that was tried fits.');
    expect(text('diagnosis-remedy')).toBe('Check the secret.');
    expect(all('diagnosis-hint').map((hint) => hint.textContent.trim())).toEqual([
      'Perhaps: a proxy is named in Via',
      `Perhaps: ${HOSTILE}`,
    ]);
    expect((one('diagnosis-excluded') as HTMLDetailsElement).open).toBe(false);
    expect(all('diagnosis-digests')).toHaveLength(0);
    expect(document.querySelector('main img, main script')).toBeNull();
  });

  it('of an expired one is what the facts say', async () => {
    await withVerdict('expired', () => ({ ...UNKNOWN, cause: 'expired', message: 'It was too old.' }));
    await until(() => all('diagnosis-title').length > 0);
    expect(text('diagnosis-title')).toBe('Not proved, the facts say: It was too old.');
  });

  it('offers one button, which the engine does and undoes', async () => {
    const remedy = { text: 'Use it.', actions: [{ kind: 'use-secret', label: 'Use the secret “b”' }] };
    const { host, seen } = await withVerdict('invalid', () => ({ ...PROVED, remedy }));
    const done = { undo: 7, done: '`/a` checks with `b` too' };
    host.script.apply_remedy = () => {
      seen.sentence = 'It matches.';
      return done;
    };
    host.script.undo_remedy = () => ({});
    await until(() => all('remedy-apply').length > 0);
    expect(text('remedy-apply')).toBe('Use the secret “b”');
    one('remedy-apply').click();
    await until(() => all('remedy-applied').length > 0);
    expect(text('remedy-applied')).toContain('Done: /a checks with b too.');
    expect(text('verdict')).toContain('It matches.');
    one('remedy-undo').click();
    await until(() => all('remedy-applied').length === 0);
    expect(host.asked).toContainEqual(['undo_remedy', { undo: 7 }]);
  });

  it('offers every button that it takes, each for itself', async () => {
    const actions = [
      { kind: 'use-secret', label: 'Use the secret “b”' },
      { kind: 'set-url', label: 'Set the public URL to https://a.example/' },
    ];
    const { host } = await withVerdict('invalid', () => ({
      ...PROVED,
      remedy: { text: 'Use it.', actions },
    }));
    host.script.apply_remedy = () => ({ undo: 1, done: 'it is set' });
    await until(() => all('remedy-apply').length === 2);
    expect(text('remedy-all')).toBe('It takes all of them; each can be taken back.');
    (all('remedy-apply')[1] as HTMLElement).click();
    await until(() => all('remedy-applied').length > 0);
    const applied = host.asked.filter(([name]) => name === 'apply_remedy').map(([, asked]) => asked);
    expect(applied).toEqual([expect.objectContaining({ kind: 'set-url' })]);
  });

  it('of a secret that was sent itself shows no digests', async () => {
    if (PROVED.proof === null) throw new Error('it has a proof');
    const proof = { ...PROVED.proof, computed: null, received: null, documented: null, template: '' };
    await withVerdict('invalid', () => ({ ...PROVED, proof }));
    await until(() => all('diagnosis-title').length > 0);
    expect(text('diagnosis-digests')).toBe('');
    expect(text('diagnosis')).toContain('HMAC-SHA256 with the secret “Stripe test”');
  });

  it('that the engine refuses to apply says why', async () => {
    const remedy = { text: 'Use it.', actions: [{ kind: 'use-secret', label: 'Use it' }] };
    const { host } = await withVerdict('invalid', () => ({ ...PROVED, remedy }));
    host.script.apply_remedy = () => {
      throw { code: 'bad_input', message: 'the diagnosis is another one by now', hint: null };
    };
    await until(() => all('remedy-apply').length > 0);
    one('remedy-apply').click();
    await until(() => all('remedy-refused').length > 0);
    expect(text('remedy-refused')).toContain('The diagnosis is another one by now.');
    expect(all('remedy-applied')).toHaveLength(0);
  });

  it('is not looked for where the signature holds', async () => {
    const { asked } = await withVerdict('valid', () => PROVED);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([asked(), all('diagnosis').length]).toEqual([0, 0]);
  });

  it('that failed says why and can be asked for again', async () => {
    let failing = true;
    const { asked } = await withVerdict('invalid', () => {
      if (failing) throw { code: 'store', message: 'the body cannot be read', hint: 'Is the disk there?' };
      return PROVED;
    });
    await until(() => all('diagnosis-error').length > 0);
    expect(text('diagnosis-error')).toContain('the body cannot be read.');
    failing = false;
    one('diagnosis-again').click();
    await until(() => all('diagnosis-title').length > 0);
    expect(asked()).toBe(2);
  });

  it('is asked for anew only where the check came out otherwise or the secrets are others', async () => {
    const { bench, host, asked, seen } = await withVerdict('invalid', () => PROVED);
    await until(() => all('diagnosis-title').length > 0);
    await bench.opened?.loadDetail();
    one('tab-payload').click();
    await settle();
    one('tab-signature').click();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(asked(), 'nothing changed').toBe(1);
    host.happened({ endpoints: true });
    await until(() => asked() === 2);
    await until(() => all('diagnosis-title').length > 0);
    seen.sentence = 'It does not match with the new secret.';
    await bench.opened?.loadDetail();
    await until(() => asked() === 3);
  });
});

describe('the code that verifies it', () => {
  it('is written in the language that was chosen, and can be copied', async () => {
    const { host } = await withVerdict('valid', () => PROVED);
    host.script.write_snippet = ({ language }) => ({ code: `// ${language}\nverify()`, refused: null });
    const card = one('snippet') as HTMLDetailsElement;
    card.open = true;
    card.dispatchEvent(new Event('toggle'));
    await until(() => all('snippet-code').length > 0);
    expect(one('snippet-code').textContent).toBe('// node\nverify()');
    choose('snippet-language', 'python');
    await until(() => one('snippet-code').textContent.startsWith('// python'));
    expect(localStorage.getItem('hookbench.snippet.language')).toBe('"python"');
    localStorage.removeItem('hookbench.snippet.language');
  });

  it('that a few lines cannot be is refused with the reason', async () => {
    const { host } = await withVerdict('valid', () => PROVED);
    host.script.write_snippet = () => ({ code: null, refused: 'the signature is a JSON web token' });
    const card = one('snippet') as HTMLDetailsElement;
    card.open = true;
    card.dispatchEvent(new Event('toggle'));
    await until(() => all('snippet-refused').length > 0);
    expect(text('snippet-refused')).toBe('The signature is a JSON web token.');
    expect((one('snippet-copy') as HTMLButtonElement).disabled).toBe(true);
  });
});
