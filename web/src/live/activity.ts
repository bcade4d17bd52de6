import { now } from './clock.js';

/** Somebody who touched nothing for so long is no more there, in milliseconds. */
const activeMs = 60_000;

let touchedAt = 0;

/** Notices keys, pointers and touches: what a page asks by itself must not keep a session alive. */
export function watchActivity(): void {
  for (const kind of ['keydown', 'pointerdown', 'wheel'] as const)
    addEventListener(kind, () => (touchedAt = now()), { passive: true, capture: true });
}

export function isActive(): boolean {
  return now() - touchedAt < activeMs;
}
