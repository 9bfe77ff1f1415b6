/** What the parts of the endpoint's editor say of answers and faults, in words. */
import type { FaultView } from '../../bindings/FaultView';

export type Problem = { message: string; hint?: string | null };

/** Runs what may fail and gives what went wrong. */
export async function attempt(action: () => Promise<unknown>): Promise<Problem | null> {
  try {
    await action();
    return null;
  } catch (thrown) {
    return thrown as Problem;
  }
}

const seconds = (millis: number): string => (millis % 1000 === 0 ? `${millis / 1000} s` : `${millis} ms`);

/** `answers 503 to the next 3 requests`. */
export function faultSentence(fault: Omit<FaultView, 'struck'>): string {
  const what = {
    fail: `answers ${fault.amount} to`,
    delay: `answers ${seconds(fault.amount)} late to`,
    close: 'gives no answer to',
    cut: 'cuts the answer to',
  }[fault.kind];
  const whom = {
    next: fault.extent === 1 ? 'the next request' : `the next ${fault.extent} requests`,
    share: `${fault.extent} % of the requests`,
    all: 'every request',
  }[fault.reach];
  return `${what} ${whom}`;
}
