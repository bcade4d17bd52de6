// judge/: one partition of the log, judged by one engine: what it decides is in the log before a frame counts as done.
// Everything here belongs to the stream; what reads the store is late.

import { z } from 'zod';

/**
 * Windows that lack accesses of the past and are filled from the store: `(from_ms, to_ms]` of event time, once the store holds everything up to
 * `through_offset`. Times that are left out are not known before the first frame. Kept in the snapshot's header, so that a
 * restart begins the filling anew.
 */
export const filling = z.object({
  from_ms: z.number().optional(),
  to_ms: z.number().optional(),
  through_offset: z.number(),
});
export type Filling = Readonly<z.infer<typeof filling>>;

/** What both need. */
export function joined(a: Filling | undefined, b: Filling | undefined): Filling | undefined {
  if (!a || !b) return a ?? b;
  const from = least(a.from_ms, b.from_ms);
  const to = a.to_ms === undefined || b.to_ms === undefined ? undefined : Math.max(a.to_ms, b.to_ms);
  return {
    ...(from !== undefined && { from_ms: from }),
    ...(to !== undefined && { to_ms: to }),
    through_offset: Math.max(a.through_offset, b.through_offset),
  };
}

/** An absent one says nothing: it follows from `to_ms`, and the horizon before that lies behind every other. */
function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
