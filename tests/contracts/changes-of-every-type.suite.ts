import type { AccessRow } from '#libs/contracts/access-row.js';
import { incidentChange, type IncidentChange } from '#libs/contracts/incident.js';
import type { History } from '#libs/detection/definition/partition-run.suite.js';
import { play, randomHistories } from '#libs/detection/definition/random-history.suite.js';
import { test } from '#libs/detection/rules/match/match.js';
import { selectionOf } from '#libs/detection/rules/match/selection.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, aPatient } from '#libs/testkit/builders.js';

const hourMs = 3_600_000;

/** What the engine says in invented histories, two of each type; of what is the same row to ClickHouse, the last. */
export function changesOfEveryType(): readonly IncidentChange[] {
  const kept = new Map<string, IncidentChange>();
  const wanted = new Map(incidentChange.shape.change_type.options.map((type) => [type, 2]));
  for (const of of [...['one', 'other'].flatMap((actor) => [withdrawing(actor), joining(actor)]), ...randomHistories(400)]) {
    if ([...wanted.values()].every((count) => count <= 0)) break;
    for (const change of play(of).said.toSorted((a, b) => a.version - b.version)) {
      const count = wanted.get(change.change_type) ?? 0;
      if (count <= 0) continue;
      wanted.set(change.change_type, count - 1);
      kept.set(storedKey(change), change);
    }
  }
  return [...kept.values()];
}

/** Two patients and no more are an incident; a third of the same moment, who is told a day later, undoes it. Such a history is rare among invented ones. */
function withdrawing(actor: string): History {
  const rows = [row(actor, 1, 0), row(actor, 2, 60_000), row(actor, 1, 23 * hourMs), row(actor, 3, 60_000, 24 * hourMs)];
  return inOneFrameEach(rows, { atMost: 2 });
}

/** Two incidents three hours apart, and what joins them is told last; as rare. */
function joining(actor: string): History {
  const pairAt = (atMs: number, delayMs = 0) => [row(actor, 1, atMs, delayMs), row(actor, 2, atMs + 60_000, delayMs)];
  return inOneFrameEach([...pairAt(48 * hourMs), ...pairAt(51 * hourMs), ...pairAt(49.5 * hourMs, 2 * hourMs)], {});
}

function row(actor: string, n: number, atMs: number, delayMs = 0): AccessRow {
  return anAccessRow({
    time: new Date(aMonday + atMs).toISOString(),
    received_at: new Date(aMonday + atMs + delayMs).toISOString(),
    actor_id: actor,
    patient_id: aPatient(n),
  });
}

/** Two patients within an hour. */
function inOneFrameEach(rows: readonly AccessRow[], { atMost = Number.POSITIVE_INFINITY }): History {
  const selection = selectionOf(test({ kind: 'present', field: 'action' }));
  const two = { ...aRule({ id: 'two', selection, timespanMs: hourMs }), condition: { atLeast: 2, atMost } };
  return {
    rows,
    rules: [two],
    quietMs: atMost === Number.POSITIVE_INFINITY ? 2 * hourMs : hourMs,
    allowedLatenessMs: 0,
    partitions: 1,
    frames: rows.length,
    snapshots: [],
    kills: [],
    clock: [],
    storeLag: 0,
    judgingFrames: 0,
    changed: undefined,
  };
}

function storedKey(of: IncidentChange): string {
  return [of.group_id, of.incident_id, of.change_id, of.detected_at, of.changed_at].join(' ');
}
