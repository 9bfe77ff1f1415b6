import type { Action } from '../../keys/actions';

/** Actions in whose title or group every word is found; those whose title begins with the first word come first. */
export function matching(actions: readonly Action[], words: string): Action[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = actions.filter((action) => {
    const text = `${action.group} ${action.title}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  const first = wanted[0];
  if (first === undefined) return found;
  const begins = (action: Action): number => (action.title.toLowerCase().startsWith(first) ? 0 : 1);
  return found.sort((one, other) => begins(one) - begins(other));
}
