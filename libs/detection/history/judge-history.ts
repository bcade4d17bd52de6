import type { AccessRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { Engine } from '../engine.js';
import { lanesOf, type Rule } from '../rule/rule.js';
import type { Milliseconds } from '../scan/kinds.js';

export interface HistoryOptions {
  readonly quietMs: Milliseconds;
  /** Wall clock that incidents shall carry, milliseconds. */
  readonly detectedAt: Milliseconds;
}

/** Rows handed to the engine at a time. */
const frameRows = 512;

/**
 * The incidents that a stretch of history gives, each in its last state. It is the engine itself, so that what it shows is what fires; it
 * forgets nothing, so rows may come in any order, and memory holds all of them.
 */
export function judgeHistory(
  rows: Iterable<AccessRow>,
  rules: readonly Rule[],
  options: HistoryOptions,
): readonly IncidentChange[] {
  const forever = Number.MAX_SAFE_INTEGER;
  const given = { rules, quietMs: options.quietMs, allowedLatenessMs: 0, keepClosedMs: forever, keepsAll: true } as const;
  const engines = [new Engine(given), ...lanesOf(rules).map((subject) => new Engine({ ...given, subject }))];
  const incidents = new Map<string, IncidentChange>();
  const note = (includeUpdates: boolean): void => {
    for (const change of engines.flatMap((engine) => engine.takeChanges({ includeUpdates })))
      incidents.set(change.incident_id, change);
  };
  let offset = 0;
  for (const lines of framesOf(rows)) {
    const frame = { offset, bytes: Buffer.from(lines.join('')) };
    for (const engine of engines) engine.apply(frame, options.detectedAt);
    offset += 1;
    note(false);
  }
  for (const engine of engines) engine.finish(options.detectedAt);
  note(true);
  return [...incidents.values()].filter(({ state }) => state !== 'merged');
}

function* framesOf(rows: Iterable<AccessRow>): Iterable<readonly string[]> {
  let lines: string[] = [];
  for (const row of rows) {
    lines.push(`${JSON.stringify(row)}\n`);
    if (lines.length < frameRows) continue;
    yield lines;
    lines = [];
  }
  if (lines.length) yield lines;
}
