// live/: what goes on while somebody looks: the time, what changed, and whether its person does something.
// The only place where the pages ask for the time or set a timer.

import { useEffect, useState } from 'react';

/** Milliseconds since 1970-01-01T00:00:00Z. */
export function now(): number {
  return Date.now();
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
