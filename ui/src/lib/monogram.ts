/** Two letters that stand for a name where there is no room for it: `GH` for GitHub, `St` for Stripe. */
export function monogram(name: string): string {
  const words = name.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{N}]+/gu) ?? [];
  const [first = '', second] = words;
  if (second === undefined) return [...first].slice(0, 2).join('');
  return ([...first].slice(0, 1).join('') + [...second].slice(0, 1).join('')).toUpperCase();
}
