/** Which headers carry secrets, and how they look when someone looks over the shoulder. */

const SECRET =
  /^(proxy-)?authorization$|^(set-)?cookie$|signature|token|secret|api-?key|password|credential/i;

export function isSecretHeader(name: string): boolean {
  return SECRET.test(name);
}

/** The shape stays (its scheme and its first characters), the secret goes. */
export function masked(value: string): string {
  const scheme = /^[A-Za-z][\w-]* (?=\S)/.exec(value)?.[0] ?? '';
  const rest = value.slice(scheme.length);
  return `${scheme}${rest.length > 12 ? rest.slice(0, 3) : ''}••••••••`;
}
