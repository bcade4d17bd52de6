// live/: what goes on while somebody looks: the time, what changed, and whether its person does something.
// The only place where the pages ask for the time or set a timer.

import { useEffect, useState } from 'react';

/** How far the console's clock is ahead of the browser's, milliseconds. */
let aheadMs = 0;

/** Clocks that differ by less are one: an answer says whole seconds only, and is under way for a while. */
const differMsMin = 5_000;

/**
 * Milliseconds since 1970-01-01T00:00:00Z, by the console's clock where that of the browser differs: deadlines and proofs are told by that one, and by a
 * clock that is ten minutes ahead every proof would be over as it is given.
 */
export function now(): number {
  return Date.now() + aheadMs;
}

/** Called as something is asked; what it gives back learns the console's clock from the `Date` of the answer's head. */
export function clockLearner(): (date: string | null) => void {
  const askedAt = Date.now();
  return (date) => {
    const said = date === null ? NaN : Date.parse(date);
    if (Number.isNaN(said)) return;
    // It holds for the whole second that it names, and for some instant between question and answer.
    const earliest = said - Date.now();
    const latest = said + 1_000 - askedAt;
    const middle = (earliest + latest) / 2;
    aheadMs = Math.abs(middle) < Math.max(differMsMin, latest - earliest) ? 0 : Math.round(middle);
  };
}

/** Calls `post` every `ms` until the answer is called. */
export function every(ms: number, post: () => void): () => void {
  const timer = setInterval(post, ms);
  return () => clearInterval(timer);
}

/** Calls `post` once after `ms`, unless the answer is called before. */
export function after(ms: number, post: () => void): () => void {
  const timer = setTimeout(post, ms);
  return () => clearTimeout(timer);
}

/** The present, read again every `ms`: spans on a page that stays open would stand still otherwise. */
export function useNow(ms = 15_000): number {
  const [at, setAt] = useState(now);
  useEffect(() => every(ms, () => setAt(now())), [ms]);
  return at;
}
