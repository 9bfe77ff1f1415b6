import type { AttemptView } from '../../bindings/AttemptView';
import type { DeliveryView } from '../../bindings/DeliveryView';

const WORDS: Record<AttemptView['outcome'], string> = {
  answered: 'answered',
  unresolved: 'name not found',
  refused: 'refused',
  timed_out: 'timed out',
  tls_failed: 'TLS failed',
  closed: 'closed',
  invalid_answer: 'not HTTP',
  cancelled: 'cancelled',
};

export interface Outcome {
  tone: 'ok' | 'bad' | 'warn' | 'none';
  /** The status, or what happened instead. */
  text: string;
}

export function outcomeOf(attempt: AttemptView | undefined): Outcome {
  if (attempt === undefined) return { tone: 'none', text: 'not sent' };
  if (attempt.status === null) return { tone: 'bad', text: WORDS[attempt.outcome] };
  const tone = attempt.status < 300 ? 'ok' : attempt.status < 400 ? 'warn' : 'bad';
  return { tone, text: String(attempt.status) };
}

export function lastAttempt(delivery: DeliveryView): AttemptView | undefined {
  return delivery.attempts.at(-1);
}
