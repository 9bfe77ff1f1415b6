/** Two bodies side by side: what they begin and end with alike, and what differs between. */
import type { DifferenceView } from '../../bindings/DifferenceView';
import type { Piece } from '../../lib/escape';
import { bytePieces } from '../../lib/utf8';
import { fromBase64 } from './marks';

export interface Side {
  name: string;
  length: number;
  before: readonly Piece[];
  other: readonly Piece[];
  after: readonly Piece[];
  /** Whether the body began before what is shown, or goes on behind it. */
  cutBefore: boolean;
  cutAfter: boolean;
}

export function parted(difference: DifferenceView): Side[] {
  const ours = fromBase64(difference.ours);
  const signed = fromBase64(difference.signed);
  const start = Math.min(difference.at - difference.windowAt, ours.length, signed.length);
  const cut = {
    ours: difference.windowAt + ours.length < difference.ourLength,
    signed: difference.windowAt + signed.length < difference.signedLength,
  };
  // Ends are compared only where both are shown: the ends of two windows are no ends of the bodies.
  const end = cut.ours || cut.signed ? 0 : sameEnd(ours.subarray(start), signed.subarray(start));
  const side = (name: string, bytes: Uint8Array, length: number, cutAfter: boolean): Side => ({
    name,
    length,
    before: bytePieces(bytes.subarray(0, start)),
    other: bytePieces(bytes.subarray(start, bytes.length - end)),
    after: bytePieces(bytes.subarray(bytes.length - end)),
    cutBefore: difference.windowAt > 0,
    cutAfter,
  });
  return [
    side('The body that came', ours, difference.ourLength, cut.ours),
    side('What was signed', signed, difference.signedLength, cut.signed),
  ];
}

/** How many bytes two ends have in common; a character is not taken apart. */
function sameEnd(one: Uint8Array, other: Uint8Array): number {
  const most = Math.min(one.length, other.length);
  let same = 0;
  while (same < most && one[one.length - 1 - same] === other[other.length - 1 - same]) same += 1;
  while (same > 0 && ((one[one.length - same] ?? 0) & 0xc0) === 0x80) same -= 1;
  return same;
}
