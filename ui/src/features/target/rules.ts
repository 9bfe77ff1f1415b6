/** The form of a target's rules: texts as they are typed, and what they mean. */
import type { HeaderRuleView } from '../../bindings/HeaderRuleView';
import type { RulesView } from '../../bindings/RulesView';

export interface RulesForm {
  path: 'url' | 'keep' | 'prefix' | 'fixed';
  from: string;
  to: string;
  fixed: string;
  headers: HeaderRuleView[];
  connect: string;
  firstByte: string;
  total: string;
  trust: 'system' | 'certificate' | 'anything';
  pem: string;
  followRedirects: boolean;
  sendCredentials: boolean;
}

export function formOf(rules: RulesView | undefined): RulesForm {
  const path = rules?.path ?? { rule: 'url' };
  const trust = rules?.trust ?? { of: 'system' };
  const seconds = (ms: number | null | undefined): string =>
    ms === null || ms === undefined ? '' : String(ms / 1000);
  return {
    path: path.rule,
    from: path.rule === 'prefix' ? path.from : '/',
    to: path.rule === 'prefix' ? path.to : '',
    fixed: path.rule === 'fixed' ? path.path : '/',
    headers: (rules?.headers ?? []).map((rule) => ({ ...rule })),
    connect: seconds(rules?.connectMs),
    firstByte: seconds(rules?.firstByteMs),
    total: seconds(rules?.totalMs),
    trust: trust.of,
    pem: trust.of === 'certificate' ? trust.pem : '',
    followRedirects: rules?.followRedirects ?? false,
    sendCredentials: rules?.sendCredentials ?? false,
  };
}

export function rulesOf(form: RulesForm): RulesView {
  const millis = (text: string): number | null =>
    text.trim() === '' ? null : Math.max(0, Math.round(Number(text.replace(',', '.')) * 1000) || 0);
  return {
    path:
      form.path === 'prefix'
        ? { rule: 'prefix', from: form.from.trim(), to: form.to.trim() }
        : form.path === 'fixed'
          ? { rule: 'fixed', path: form.fixed.trim() }
          : { rule: form.path },
    headers: form.headers.filter((rule) => rule.name.trim() !== '').map((rule) => ({ ...rule })),
    connectMs: millis(form.connect),
    firstByteMs: millis(form.firstByte),
    totalMs: millis(form.total),
    trust: form.trust === 'certificate' ? { of: 'certificate', pem: form.pem } : { of: form.trust },
    followRedirects: form.followRedirects,
    sendCredentials: form.sendCredentials,
  };
}

/** Whether the rules change anything, so that the form shows them at once. */
export function isPlain(rules: RulesView | undefined): boolean {
  return JSON.stringify(rulesOf(formOf(rules))) === JSON.stringify(rulesOf(formOf(undefined)));
}
