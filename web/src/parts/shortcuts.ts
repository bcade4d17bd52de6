import { useEffect, useRef } from 'react';
import { now } from '../live/clock.js';
import { useTexts } from '../texts/context.js';

/** A second key counts as belonging to the first for so long, in milliseconds. */
const pairMs = 1_500;

/** What keys do, by the key or, for two after each other, by both: `g c`. */
export type Shortcuts = Readonly<Record<string, () => void>>;

/** Listens to keys where no field has the focus and no dialog is open, unless they were switched off. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const { hasShortcuts } = useTexts();
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    if (!hasShortcuts) return undefined;
    let first = { key: '', at: 0 };
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isBusy(event.target)) return;
      const pair = now() - first.at < pairMs ? `${first.key} ${event.key}` : event.key;
      const act = latest.current[pair] ?? latest.current[event.key];
      first = { key: event.key, at: now() };
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, [hasShortcuts]);
}

function isBusy(target: EventTarget | null): boolean {
  if (document.querySelector('dialog[open]')) return true;
  return target instanceof HTMLElement && target.closest('input, select, textarea') !== null;
}
