import type { AttemptView } from '../bindings/AttemptView';
import type { DeliveryView } from '../bindings/DeliveryView';

const WORDS: Record<AttemptView['outcome'], string> = {
  answered: 'answered',
  unresolved: 'no such host',
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

export function outcomeOf(attempt: Pick<AttemptView, 'status' | 'outcome'> | undefined): Outcome {
  if (attempt === undefined) return { tone: 'none', text: 'not sent' };
  if (attempt.status === null) return { tone: 'bad', text: WORDS[attempt.outcome] };
  // An answer that broke off has a status too.
  const whole = attempt.outcome === 'answered';
  const tone = !whole ? 'bad' : attempt.status < 300 ? 'ok' : attempt.status < 400 ? 'warn' : 'bad';
  return { tone, text: String(attempt.status) };
}

export function lastAttempt(delivery: DeliveryView): AttemptView | undefined {
  return delivery.attempts.at(-1);
}

export const KINDS: Record<DeliveryView['kind'], string> = {
  resend: 'as sent',
  edited: 'edited',
  forward: 'forwarded',
};

/** How its retries stand, in a few words; nothing where it has none. */
export function retryWord({ schedule, attempts, underWay }: DeliveryView): string | null {
  if (underWay) return 'sending…';
  if (schedule === null) return attempts.length > 1 ? `attempt ${attempts.length}` : null;
  if (schedule.state === 'waiting') return `retry ${schedule.used} of ${schedule.waits.length}`;
  return schedule.state === 'delivered'
    ? `delivered, ${attempts.length} tries`
    : schedule.state === 'stopped'
      ? 'retries stopped'
      : 'given up';
}

/** The answer that came before the one to an attempt: of the same delivery, else of the one before it. */
export function answerBefore(
  deliveries: readonly DeliveryView[],
  delivery: DeliveryView,
  attempt: number,
): AttemptView | undefined {
  const answered = ({ status }: AttemptView): boolean => status !== null;
  const within = delivery.attempts.slice(0, attempt).findLast(answered);
  if (within !== undefined) return within;
  const older = deliveries.filter(({ createdAt }) => createdAt < delivery.createdAt);
  const nearest = older.sort((one, other) => other.createdAt - one.createdAt);
  for (const { attempts } of nearest) {
    const last = attempts.findLast(answered);
    if (last !== undefined) return last;
  }
  return undefined;
}
