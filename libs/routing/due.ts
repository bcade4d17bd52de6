import type { Send } from './send.js';

/** A step that is due for longer than this is left to the digest, milliseconds. */
export const lateMsMax = 6 * 3_600_000;

/** Nothing is told that is older, milliseconds. */
export const ageMsMax = 7 * 24 * 3_600_000;

/**
 * What to do with a send now: `tell` it, `wait` for its time, or leave it out for ever, with why. `forgotten` is so old that nothing need be
 * recorded of it.
 */
export type Decision = 'tell' | 'wait' | 'muted' | 'superseded' | 'expired' | 'forgotten';

/** `delivered` says of an id whether its receiver has it. To be asked again immediately before each attempt, of a plan made anew. */
export function decide(send: Send, now: number, delivered: (sendId: string) => boolean): Decision {
  const { at, kind, mutedBy, stoppedAt, needs } = send;
  if (at > now) return 'wait';
  if (now - at > ageMsMax) return 'forgotten';
  if (mutedBy !== '') return 'muted';
  if (stoppedAt !== undefined) return 'superseded';
  if (kind === 'ended' || kind === 'withdrawn' || needs.length > 0) return needs.some(delivered) ? 'tell' : 'superseded';
  return now - at > lateMsMax ? 'expired' : 'tell';
}
