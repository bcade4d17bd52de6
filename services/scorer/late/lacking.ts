import type { EngineOptions } from '#libs/detection/engine.js';
import { rulesOf } from '#libs/detection/rule/rule.js';
import type { Bounds } from '#libs/event-log/port.js';
import { type Filling, joined } from '../judge/filling.js';
import type { Restored } from '../snapshots/snapshot-keeper.js';
import { raisingKeys, windowsMs, windowKeys } from '../judge/window-needs.js';

const dayMs = 86_400_000;

/**
 * What windows lack that begin with a snapshot, or with none, and go on with what the log holds: what was lacking already, accesses whose
 * frames are gone from the log, and the past of rules that are new, or ask for something else, since the snapshot.
 */
export function lackingOf(
  restored: Restored | undefined,
  held: Bounds,
  options: EngineOptions,
  now: number,
): Filling | undefined {
  const lost = held.start > (restored?.header.offset ?? 0);
  const watermark = restored?.engine.stats().watermark ?? 0;
  const fromMs = watermark > 0 ? watermark - windowsMs(options) : undefined;
  const gone: Filling | undefined = lost
    ? {
        // With nothing left in the log there may be no first frame for long. A day more on both sides, for a clock that is wrong.
        ...(held.start === held.end && { from_ms: now - dayMs - windowsMs(options), to_ms: now + dayMs }),
        ...(fromMs !== undefined && { from_ms: fromMs }),
        through_offset: held.start - 1,
      }
    : undefined;
  return joined(joined(restored?.header.filling, gone), newRules(restored, options, watermark));
}

function newRules(restored: Restored | undefined, options: EngineOptions, watermark: number): Filling | undefined {
  if (!restored || watermark === 0) return undefined;
  const { windows, raising } = restored.header;
  const rules = rulesOf(options);
  if (isKnown(windowKeys(rules), windows) && (!raising || isKnown(raisingKeys(rules), raising))) return undefined;
  return { from_ms: watermark - windowsMs(options), to_ms: watermark, through_offset: restored.header.offset - 1 };
}

function isKnown(keys: readonly string[], known: readonly string[] = []): boolean {
  const all = new Set(known);
  return keys.every((key) => all.has(key));
}
