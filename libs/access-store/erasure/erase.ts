import type { ClickHouseClient } from '@clickhouse/client';
import type { ErasureRow } from './records/erasure-row.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import { isoOf } from '#libs/runtime/clock.js';
import { registerSelections } from '../views/selections.js';
import { figureAfter, listLength, putFigure } from './incident-figures.js';
import { deleteRows, type ErasureTools } from './mutate.js';
import { countRows, type ErasurePlan, planErasure } from './plan.js';
import { brokenOff, putErasure } from './records/records.js';
import type { ErasureSubject } from './subject.js';

/** Who orders it, why, and which one is repeated. */
export interface ErasureOrder {
  readonly reason: string;
  readonly by: string;
  /** A record of before: the erasure has its id again, and the time at which it was first ordered. */
  readonly again?: Pick<ErasureRow, 'erasure_id' | 'begun_at' | 'group_id'>;
}

/** Rows may come while others go, as long as a feed runs; so often a table is gone through. */
const roundsMax = 3;

/**
 * Erases, and keeps the record. The record is written first: an erasure that was broken off is taken up by the next of the same subject, with the figures
 * that stood there before it. Each step may be done twice. Resolves with the record when every replica has let go of every row. Rejects with `Transient`.
 */
export async function erase(
  client: ClickHouseClient,
  { subject, order }: { readonly subject: ErasureSubject; readonly order: ErasureOrder },
  tools: ErasureTools,
): Promise<{ readonly row: ErasureRow; readonly plan: ErasurePlan }> {
  const plan = await planErasure(client, subject);
  const row = await beginErasure(client, plan, order, tools);
  await putErasure(client, row);
  for (const taken of plan.takes) await takeRows(client, taken, tools);
  // The views over patients quote the selections.
  if (plan.takes.some(({ table }) => table === 'selections')) await registerSelections(client, [], isoOf(tools.clock.now()));
  const listed: ErasureRow['listed'] = [];
  for (const one of row.listed) {
    const incident = { ...one, after: await listLength(client, one.incident_id) };
    tools.progress(
      `incident ${one.incident_id.slice(0, 8)}: ${incident.before} patient(s) in its list before, ${incident.after} now; its figure is ${figureAfter(incident)}`,
    );
    await putFigure(client, incident, { erasureId: row.erasure_id, nowMs: tools.clock.now() });
    listed.push(incident);
  }
  const ended = tools.clock.now();
  const done: ErasureRow = {
    ...row,
    state: 'done',
    ended_at: isoOf(ended),
    listed,
    updated_at: isoOf(Math.max(ended, Date.parse(row.updated_at) + 1)),
  };
  await putErasure(client, done);
  return { row: done, plan };
}

/** The record as it is before anything goes. */
async function beginErasure(
  client: ClickHouseClient,
  plan: ErasurePlan,
  { reason, by, again }: ErasureOrder,
  { clock }: ErasureTools,
): Promise<ErasureRow> {
  const { kind, sha256, groups } = plan.subject;
  const group = groups.length === 1 ? (groups[0] ?? '') : '';
  const broken = await brokenOff(client, { kind, sha256, group: again?.group_id ?? group });
  const before = again ?? broken;
  const now = clock.now();
  const begun_at = before?.begun_at ?? isoOf(now);
  const known = new Map(broken?.listed.map((one) => [one.incident_id, one]));
  return {
    erasure_id: before?.erasure_id ?? hex128Of(`erasure ${kind} ${sha256} ${group} ${begun_at}`),
    group_id: before?.group_id ?? group,
    kind,
    subject_sha256: sha256,
    reason,
    by,
    state: 'begun',
    begun_at,
    ended_at: null,
    taken: summed(broken?.taken ?? {}, plan),
    held: plan.held,
    kept: Object.fromEntries(plan.kept.map(({ table, rows }) => [table, rows])),
    listed: [...known.values(), ...plan.listed.filter(({ incident_id }) => !known.has(incident_id))],
    updated_at: isoOf(Math.max(now, Date.parse(broken?.updated_at ?? begun_at) + 1)),
  };
}

/** What went by the run that was broken off, and what goes by this one: rows that both counted had not gone yet, and cannot be told apart. */
function summed(before: ErasureRow['taken'], { takes }: ErasurePlan): ErasureRow['taken'] {
  const now = Object.fromEntries(takes.map(({ table, rows }) => [table, rows]));
  return Object.fromEntries(
    [...new Set([...Object.keys(before), ...Object.keys(now)])].map((table) => [
      table,
      Math.max(before[table] ?? 0, now[table] ?? 0),
    ]),
  );
}

async function takeRows(client: ClickHouseClient, taken: ErasurePlan['takes'][number], tools: ErasureTools): Promise<void> {
  const { table, rows } = taken;
  tools.progress(`${table}: ${rows} row(s) go`);
  let left = rows;
  for (let round = 0; left > 0 && round < roundsMax; round += 1) {
    await deleteRows(client, taken, tools);
    left = await countRows(client, table, taken);
  }
  if (left > 0)
    throw new Error(`${left} row(s) of ${table} came while others went: run the same erasure again when the feed rests`);
}
