/** Saying who a sender is and by which key it signs: the buttons that pin a provider, and the form of a key. */
import { describe, expect, it } from 'vitest';
import type { EndpointView } from '../bindings/EndpointView';
import type { ProviderView } from '../bindings/ProviderView';
import type { SignatureView } from '../bindings/SignatureView';
import { ScriptedRows } from '../host/scripted';
import { endpointOf, providerOf, rowOf } from '../host/views';
import { all, hostileOf, one, open, press, settle } from './mounted';

const PEM = '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n';

/** Opens the signature of a request to `/stripe?env=dev`. */
async function signature(told: Partial<SignatureView>, endpoints: EndpointView[], providers: ProviderView[]) {
  const { bench, host } = await open(new ScriptedRows(1));
  const kept = { endpoints };
  host.script.endpoints = () => kept.endpoints;
  host.script.providers = () => providers;
  host.script.request = ({ id }) => {
    const endpoint = kept.endpoints[0]?.path ?? null;
    const row = rowOf(1, { id, target: '/stripe?env=dev', endpoint, provider: null });
    const detail = hostileOf(row, '{}');
    return { ...detail, signature: { ...detail.signature, ...told } };
  };
  await bench.around.loadAll();
  all('request-row')[0]?.click();
  press('3');
  await settle();
  const asked = (name: string): unknown[] =>
    host.asked.filter(([called]) => called === name).map(([, args]) => args);
  return { bench, host, kept, asked };
}

const text = (id: string): string => one(id).textContent.replace(/\s+/g, ' ').trim();

describe('a request that could be from several', () => {
  const could = { verdict: 'unknown', couldBe: ['acme', 'apex'] };
  const both = [providerOf('acme', 'Acme'), providerOf('apex', 'Apex')];

  it('names them, and one press makes an endpoint for the path that is theirs', async () => {
    const { host, kept, asked } = await signature(could, [], both);
    expect(text('possible-providers')).toContain('It could be from Acme or Apex');
    expect(all('choose-provider'), 'one way to any other, not two').toHaveLength(1);
    host.script.add_endpoint = ({ path, provider }) => {
      const made = endpointOf({ path, provider });
      kept.endpoints = [made];
      return made;
    };
    one('pin-apex').click();
    await settle();
    expect(asked('add_endpoint')).toEqual([
      {
        path: '/stripe',
        provider: 'apex',
        parameters: {},
        answersHandshakes: true,
        publicUrl: null,
        past: null,
        future: null,
      },
    ]);
    expect(text('note')).toContain('Requests to /stripe are taken to come from Apex');
  });

  it('leaves all else of an endpoint that is there as it is', async () => {
    const { host, asked } = await signature(
      could,
      [endpointOf({ parameters: { region: 'eu' }, past: 60 })],
      both,
    );
    host.script.update_endpoint = () => endpointOf({ provider: 'acme' });
    one('pin-acme').click();
    await settle();
    expect(asked('add_endpoint')).toEqual([]);
    expect(asked('update_endpoint')).toEqual([
      expect.objectContaining({
        id: 'e1',
        path: '/stripe',
        provider: 'acme',
        answersHandshakes: false,
        past: 60,
        // Those of another provider mean nothing to this one.
        parameters: {},
      }),
    ]);
  });

  it('says why it could not be kept, and offers the choice still', async () => {
    const { host } = await signature(could, [], both);
    host.script.add_endpoint = () => {
      throw { code: 'bad_input', message: 'the store is full', hint: null };
    };
    one('pin-acme').click();
    await settle();
    expect(text('note')).toContain('The provider could not be kept: the store is full');
    expect(all('pin-acme')).toHaveLength(1);
  });
});

describe('the key of a sender that signs with one', () => {
  const BY_KEY = providerOf('acme', 'Acme', { publicKey: true, keySource: 'https://acme.example/keys' });

  /** Opens the form of the key by the button at the verdict. */
  async function form() {
    const made = await signature({ verdict: 'no secret' }, [endpointOf({ provider: 'acme' })], [BY_KEY]);
    made.host.script.set_secret = ({ name }) => {
      const secret = { id: 's1', name, place: 'file', createdAt: 1_795_176_251_000_000 };
      const endpoint = endpointOf({ provider: 'acme', secrets: [secret] });
      made.kept.endpoints = [endpoint];
      return endpoint;
    };
    one('add-secret').click();
    await settle();
    return { ...made, field: one('secret-key-text') as HTMLTextAreaElement };
  }

  function type(field: HTMLTextAreaElement, value: string): void {
    field.value = value;
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }

  function pick(file: File): void {
    const input = one('secret-key-file') as HTMLInputElement;
    Object.defineProperty(input, 'files', { value: [file], configurable: true });
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }

  it('is asked for as a key, in sight and with where it is found', async () => {
    await form();
    expect(all('secret-value'), 'no password field').toHaveLength(0);
    expect(text('endpoint-panel')).toContain('Public key or certificate');
    expect(text('endpoint-panel')).toContain('https://acme.example/keys');
    expect(text('endpoint-panel')).toContain('Hookbench never fetches it');
  });

  it('is kept line by line as it was pasted', async () => {
    const { field, asked } = await form();
    type(field, PEM);
    one('secret-save').click();
    await settle();
    expect(asked('set_secret')).toEqual([{ endpoint: 'e1', name: 'Secret 1', value: PEM }]);
    expect(all('secret-key-text'), 'the form is gone').toHaveLength(0);
    expect(all('secret-row')).toHaveLength(1);
  });

  it('is read from a file', async () => {
    const { field, asked } = await form();
    pick(new File([PEM], 'key.pem'));
    await settle();
    expect(field.value).toBe(PEM);
    one('secret-save').click();
    await settle();
    expect(asked('set_secret')).toHaveLength(1);
  });

  it('is not read from a file that is longer than any key', async () => {
    const { field } = await form();
    pick(new File(['x'.repeat(64 * 1024 + 1)], 'film.mp4'));
    await settle();
    expect(text('secret-problem')).toContain('The file is longer than any key');
    expect(field.value).toBe('');
  });

  it('is not kept where nothing was pasted, nor where the engine refuses it', async () => {
    const { host, field, asked } = await form();
    type(field, ' \n');
    one('secret-save').click();
    await settle();
    expect(asked('set_secret')).toEqual([]);
    expect(text('secret-problem')).toContain('The public key or certificate is empty');
    host.script.set_secret = () => {
      throw { code: 'bad_secret', message: 'this is no key', hint: 'Paste the PEM.' };
    };
    type(field, 'nonsense');
    one('secret-save').click();
    await settle();
    expect(text('secret-problem')).toContain('This is no key');
    expect(all('secret-key-text'), 'one can try again').toHaveLength(1);
  });
});

describe('a signature that does not hold', () => {
  it('leads to the secrets of its endpoint, and asks for no new one by itself', async () => {
    const secret = { id: 's1', name: 'live', place: 'file', createdAt: 1_795_176_251_000_000 };
    const endpoint = endpointOf({ provider: 'acme', secrets: [secret] });
    const { host } = await signature({ verdict: 'invalid' }, [endpoint], [providerOf('acme', 'Acme')]);
    host.script.diagnose = () => new Promise(() => undefined);
    one('check-secrets').click();
    await settle();
    expect(all('secret-row')).toHaveLength(1);
    expect(all('secret-value')).toHaveLength(0);
  });
});
