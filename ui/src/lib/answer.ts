/** What is said of the answer that a request got. */
import type { RequestRow } from '../bindings/RequestRow';
import { duration } from './format';

const SOURCES: Record<string, string> = {
  set: ', as set',
  handshake: ', as the provider wants it',
  fault: ' by a fault',
  target: ' by the target',
  gateway: ', since the target did not answer',
};

type Answered = Pick<RequestRow, 'answered' | 'answerSource' | 'answerMicros'> &
  Partial<Pick<RequestRow, 'imported'>>;

/** `answered 200 in 3.1 ms`, `answered 503 in 1.2 ms by a fault`, `no answer, by a fault`. */
export function answerSentence(row: Answered): string {
  // What is imported from another program was not answered by us.
  const told = (row.imported ?? null) !== null && row.answerSource === null ? ', as the file tells' : '';
  const whose = SOURCES[row.answerSource ?? ''] ?? told;
  if (row.answered === null)
    return row.answerSource === 'fault' ? 'no answer, by a fault' : `not answered${told}`;
  const took = row.answerMicros === null ? '' : ` in ${duration(row.answerMicros)}`;
  return `answered ${row.answered}${took}${whose}`;
}
