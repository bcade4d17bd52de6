/** A query gives way to those that began in a later span of this length, in milliseconds. */
const spanMs = 1000;

/** What one block of a query waits for younger ones at most, in milliseconds: an old query slows down under them and never stands still. */
const waitMsMax = 50;

/** The engine takes the smaller number first; below one it would mean no precedence at all. */
const oldest = 2_000_000_000;

/**
 * Settings by which a query that has run for a second steps aside, block by block, for those begun after it. Nobody can say beforehand how
 * long a query will take, and the engine lets nobody change the precedence of one that runs: so the younger always goes before the older.
 */
export function precedence(monotonicMs: number): Readonly<Record<string, number>> {
  return {
    priority: Math.max(1, oldest - Math.floor(monotonicMs / spanMs)),
    low_priority_query_wait_time_ms: waitMsMax,
  };
}
