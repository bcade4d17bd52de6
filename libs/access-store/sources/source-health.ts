// sources/: how feeds are, by what is stored of them.
// It reads accesses and quarantine, and writes nothing.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { ownGroup } from '#libs/audit/reading.js';
import { isoTime } from '#libs/contracts/access-row.js';
import { type FeedGap, feedGaps } from '#libs/contracts/vocabulary.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const healthSql = readFileSync(new URL('./source-health.sql', import.meta.url), 'utf8');
const reasonsSql = readFileSync(new URL('./set-aside-by-reason.sql', import.meta.url), 'utf8');

const count = z.int().min(0);
const healthRow = z.object({
  group_id: z.string(),
  source: z.string(),
  last_time: isoTime,
  last_received: isoTime,
  events_hour: count,
  events_day: count,
  habit_hour: z.number().min(0),
  without_patient: count,
  without_human: count,
  dated_ahead: count,
  delay_seconds: z.number(),
  rows_day: count,
  with_role: count,
  with_session: count,
  with_address: count,
  with_outcome: count,
  with_patient: count,
  without_link: count,
  strangers: count,
  addresses: count,
  accounts: count,
});
const reasonRow = z.object({ group_id: z.string(), source: z.string(), reason: z.string(), records: count });

/** `silent`: nothing within an hour in which there always was something. `thin`: less than a quarter of it. */
export type SourceState = 'ok' | 'thin' | 'silent';

/** A source, by what was stored and set aside of it within the last day. Counts are events. */
export interface SourceHealth {
  readonly group_id: string;
  readonly source: string;
  readonly state: SourceState;
  /** Of its newest access; undefined where none was received within the day. */
  readonly last_time?: string;
  readonly last_received?: string;
  readonly events_hour: number;
  readonly events_day: number;
  /** Mean of the same hour of the same weekday in the four weeks before. */
  readonly habit_hour: number;
  readonly without_patient: number;
  /** By a service or a vendor's account. */
  readonly without_human: number;
  readonly dated_ahead: number;
  /** Median of the time from an access to its receipt; below zero where the source's clock runs ahead. */
  readonly delay_seconds: number;
  /** What its accesses of the day lack, all but a hundredth of them; empty where there were few. */
  readonly lacks: readonly FeedGap[];
  /** Records that were set aside, by reason. */
  readonly set_aside: Readonly<Record<string, number>>;
}

/** With fewer events in the hour by habit, an hour without any is no sign. */
const habitMin = 20;
const thinShare = 0.25;
/** Of fewer rows in a day nothing is said to be lacking. */
const rowsMin = 100;
/** What fewer of them have, nobody can judge by. */
const carriedShare = 0.01;
/**
 * Of what comes too late links are not known only where they would say that somebody is a stranger: a quarter of the accesses or less, and then hardly any
 * stranger is known. So much of those with a patient is more than an outage leaves.
 */
const unlinkedShare = 0.05;
/** So many accounts from one address do not sit at one computer. */
const accountsMin = 20;

/** All sources of the last four weeks and a day, in order of group and name. Rejects with `Transient` when the store is away. */
export async function sourceHealth(client: ClickHouseClient, nowMs: number, groupId = ''): Promise<readonly SourceHealth[]> {
  const asked = { params: { now: nowMs, group: groupId }, failure: 'the health of sources could not be read' };
  const stored = await jsonRows(client, { query: healthSql, shape: healthRow, ...asked });
  return healthOf(stored, await jsonRows(client, { query: reasonsSql, shape: reasonRow, ...asked }));
}

function healthOf(
  stored: readonly z.infer<typeof healthRow>[],
  reasons: readonly z.infer<typeof reasonRow>[],
): readonly SourceHealth[] {
  const known = new Set(stored.map(keyOf));
  const unheard = [...new Map(reasons.filter((row) => !known.has(keyOf(row))).map((row) => [keyOf(row), row])).values()];
  const nothing = {
    events_hour: 0,
    events_day: 0,
    habit_hour: 0,
    without_patient: 0,
    without_human: 0,
    dated_ahead: 0,
    delay_seconds: 0,
  };
  const all = [
    ...stored.map((row) => ({
      ...figuresOf(row),
      ...(row.events_day && { last_time: row.last_time, last_received: row.last_received }),
      lacks: lacksOf(row),
    })),
    ...unheard.map(({ group_id, source }) => ({ group_id, source, ...nothing, lacks: [] })),
  ];
  return all
    .map((row) => ({ ...row, state: stateOf(row), set_aside: setAsideOf(row, reasons) }))
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

type Stored = z.infer<typeof healthRow>;

function figuresOf({ group_id, source, events_hour, events_day, habit_hour, ...row }: Stored) {
  const { without_patient, without_human, dated_ahead, delay_seconds } = row;
  return { group_id, source, events_hour, events_day, habit_hour, without_patient, without_human, dated_ahead, delay_seconds };
}

function lacksOf(row: Stored): readonly FeedGap[] {
  // Who reads Vigie itself has no role or session, and no rule of a hospital asks for one.
  if (row.rows_day < rowsMin || row.group_id === ownGroup) return [];
  const least = carriedShare * row.rows_day;
  const lacking: Readonly<Record<FeedGap, boolean>> = {
    actor_role: row.with_role < least,
    session_id: row.with_session < least,
    source_ip: row.with_address < least,
    one_source_ip: row.addresses === 1 && row.accounts >= accountsMin,
    outcome: row.with_outcome < least,
    care_link: row.without_link > unlinkedShare * row.with_patient && row.without_link > row.strangers,
  };
  return feedGaps.filter((gap) => lacking[gap]);
}

function stateOf({ events_hour, habit_hour }: Pick<SourceHealth, 'events_hour' | 'habit_hour'>): SourceState {
  if (habit_hour < habitMin || events_hour >= thinShare * habit_hour) return 'ok';
  return events_hour === 0 ? 'silent' : 'thin';
}

function setAsideOf(of: Named, reasons: readonly z.infer<typeof reasonRow>[]): Readonly<Record<string, number>> {
  const own = reasons.filter((row) => keyOf(row) === keyOf(of));
  return Object.fromEntries(own.map(({ reason, records }) => [reason, records]));
}

interface Named {
  readonly group_id: string;
  readonly source: string;
}

function keyOf({ group_id, source }: Named): string {
  return `${group_id}\0${source}`;
}
