import type { RequestRow } from '../bindings/RequestRow';
import { count, plural } from './format';

type Repeated = Pick<RequestRow, 'duplicateOf' | 'repeatedBy' | 'repeats'>;

/** Where the engine stops counting. */
const MANY = 1000;

/** How many there are of a request: itself and all that are known to repeat the same one; empty for a single one. */
export function timesWord(row: Repeated): string {
  if (row.repeats === 0) return '';
  return row.repeats >= MANY ? `×${count(MANY)}+` : `×${count(row.repeats + 1)}`;
}

/**
 * That a request repeats another, or is repeated, and by what that is known; `null` for a single one. What comes first
 * names the other request, where there is one.
 */
export function repetition(row: Repeated): { lead: string; rest: string } | null {
  const same = row.repeatedBy === 'bytes' ? 'the same bytes' : 'the same delivery id';
  if (row.duplicateOf !== null) {
    const all = row.repeats >= MANY ? `more than ${count(MANY)}` : count(row.repeats + 1);
    const rest = row.repeats > 0 ? `: one of ${all} with ${same}` : ` with ${same}`;
    return { lead: 'Repeats an earlier request', rest };
  }
  if (row.repeats === 0) return null;
  const times = row.repeats >= MANY ? `more than ${count(MANY)} times` : plural(row.repeats, 'time');
  return { lead: `Came again ${times}`, rest: ` with ${same}` };
}

/** The same as one sentence. */
export function repeatSentence(row: Repeated): string | null {
  const told = repetition(row);
  return told === null ? null : told.lead + told.rest;
}

const ENDINGS = {
  delivered: 'the target took it',
  refused: 'the target did not take it',
  failed: 'no whole answer came',
  cancelled: 'it was broken off',
} as const;

type Sent = Pick<RequestRow, 'deliveries' | 'forwarded' | 'resent'>;

/** That a request was sent again, how often, and what came of the newest time. */
export function sentAgain({ deliveries, forwarded, resent }: Sent): string {
  const once = deliveries === 1;
  // What went on by itself is among those that are counted.
  const times = forwarded !== null ? '' : once ? ' once' : ` ${count(deliveries)} times`;
  const last = once || resent === null ? '' : 'the last time ';
  return `Sent again${times}${resent === null ? '' : `: ${last}${ENDINGS[resent]}`}`;
}

/** The tone of what came of it. */
export function resentTone({ resent }: Pick<RequestRow, 'resent'>): 'ok' | 'bad' | 'dim' {
  if (resent === 'delivered') return 'ok';
  return resent === null || resent === 'cancelled' ? 'dim' : 'bad';
}
