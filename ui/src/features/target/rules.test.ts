import { describe, expect, it } from 'vitest';
import type { RulesView } from '../../bindings/RulesView';
import { formOf, isPlain, rulesOf } from './rules';

const RULES: RulesView = {
  path: { rule: 'prefix', from: '/stripe', to: '/hooks' },
  headers: [{ action: 'replace', name: 'X-Env', value: 'dev' }],
  connectMs: 1500,
  firstByteMs: null,
  totalMs: 90_000,
  trust: { of: 'certificate', pem: 'PEM' },
  followRedirects: true,
  sendCredentials: true,
};

describe('the form of rules', () => {
  it('means the rules it was made of', () => {
    expect(rulesOf(formOf(RULES))).toEqual(RULES);
  });

  it('leaves out header rules without a name', () => {
    const form = formOf(RULES);
    form.headers.push({ action: 'add', name: ' ', value: 'x' });
    expect(rulesOf(form).headers).toHaveLength(1);
  });

  it('knows rules that change nothing', () => {
    expect(isPlain(undefined)).toBe(true);
    expect(isPlain(RULES)).toBe(false);
  });
});
