/** How each verdict looks and reads. Every one has a tone, a shape and a word; none relies on colour alone. */

/** From what wants a look first to what is right. */
export const VERDICT_NAMES = [
  'invalid',
  'malformed',
  'missing',
  'expired',
  'no secret',
  'unknown',
  'unsigned',
  'valid',
] as const;

export type VerdictName = (typeof VERDICT_NAMES)[number];

export type Tone = 'ok' | 'bad' | 'warn' | 'none';
export type Shape = 'check' | 'cross' | 'clock' | 'gap' | 'broken' | 'key' | 'dash' | 'question' | 'stop';

export interface VerdictLook {
  word: string;
  tone: Tone;
  shape: Shape;
  /** One sentence for a tooltip and a screen reader. */
  meaning: string;
}

export const VERDICTS: Record<VerdictName, VerdictLook> = {
  valid: { word: 'Valid', tone: 'ok', shape: 'check', meaning: 'the signature is right' },
  invalid: { word: 'Invalid', tone: 'bad', shape: 'cross', meaning: 'the signature does not match' },
  expired: { word: 'Expired', tone: 'warn', shape: 'clock', meaning: 'the signature is right but too old' },
  missing: { word: 'Missing', tone: 'bad', shape: 'gap', meaning: 'it should be signed and is not' },
  malformed: { word: 'Malformed', tone: 'bad', shape: 'broken', meaning: 'the signature cannot be read' },
  'no secret': {
    word: 'No secret',
    tone: 'warn',
    shape: 'key',
    meaning: 'there is no secret to check it with',
  },
  unsigned: { word: 'Unsigned', tone: 'none', shape: 'dash', meaning: 'this provider does not sign' },
  unknown: { word: 'Unknown', tone: 'none', shape: 'question', meaning: 'no scheme is known for it' },
};

export function verdictLook(verdict: string): VerdictLook {
  return VERDICTS[verdict as VerdictName] ?? VERDICTS.unknown;
}
