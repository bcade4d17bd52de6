import { judgedTopics, topics } from '#libs/contracts/topics.js';
import { type ServiceName, services } from '#libs/contracts/vocabulary.js';
import type { HealthReport } from '#libs/runtime/health.js';
import type { RowKey } from '../ledger.js';
import type { Feed } from './feed.js';
import type { GroupSeen, KafkaView, PartitionSeen } from './kafka-view.js';
import type { Wave } from './wave.js';

/** Who reads what as a group, on every machine once. The notifier's is that of its log channel; no other is configured here. */
const groups: Readonly<Record<string, readonly string[]>> = {
  'vigie-scorer': judgedTopics,
  'vigie-archiver': Object.values(topics),
  'vigie-notifier': [topics.incidents],
};

/** `group topic/partition` to the offset that must be committed there. */
export type Marks = ReadonlyMap<string, number>;

/** A running system as it is asked from outside. */
export interface Asked {
  /** Where a process of it answers. */
  readonly url: (name: ServiceName) => string;
  /** Rows of a query on its ClickHouse, 64-bit numbers as text. */
  readonly sql: (query: string) => Promise<readonly Record<string, unknown>[]>;
}

/** Systems that share one log and one store; any of them knows all of it. */
export interface AskedTogether {
  readonly machines: readonly [Asked, ...Asked[]];
}

interface Moving {
  readonly view: Pick<KafkaView, 'progress'>;
}

/** The ends of all partitions now: whoever has committed them all has done what there was. */
export async function marksNow({ view }: Moving): Promise<Marks> {
  const seen = await eachProgress(view);
  return new Map(seen.map(({ name, end }) => [name, end]));
}

/** What is not done yet of what the marks ask for, as sentences. */
export async function behind({ view }: Moving, marks: Marks): Promise<readonly string[]> {
  const seen = await eachProgress(view);
  const late = seen.filter(({ name, committed }) => Math.max(0, committed) < (marks.get(name) ?? 0));
  return late.map(({ name, committed }) => `${name} is committed up to ${committed}, not ${marks.get(name)}`);
}

async function eachProgress(view: Moving['view']): Promise<readonly (PartitionSeen & { readonly name: string })[]> {
  const pairs = Object.entries(groups).flatMap(([group, read]) => read.map((topic) => ({ group, topic })));
  const all = await Promise.all(
    pairs.map(async ({ group, topic }) =>
      (await view.progress(group, topic)).map((one) => ({ ...one, name: `${group} ${topic}/${one.partition}` })),
    ),
  );
  return all.flat();
}

interface Members {
  readonly view: Pick<KafkaView, 'groups'>;
  readonly machines: readonly unknown[];
}

/** The groups of all services as brokers describe them. */
export function groupsSeen({ view }: Pick<Members, 'view'>): Promise<readonly GroupSeen[]> {
  return view.groups(Object.keys(groups));
}

/** One member for each process, and every partition held by exactly one of them. A topic that has grown has more than these. */
export async function wrongMembers({ view, machines }: Members, partitions: number): Promise<readonly string[]> {
  const seen = await groupsSeen({ view });
  return seen.flatMap(({ group, state, members }) => {
    const held = members.flatMap(({ holds }) => holds);
    const due = (groups[group] ?? []).flatMap((topic) => Array.from({ length: partitions }, (_, n) => `${topic}/${n}`));
    const free = due.filter((one) => !held.includes(one));
    const told = members.map(({ memberId, holds }) => `${memberId} with ${holds.length}`).join(', ');
    const count = `${members.length} members for ${machines.length} processes`;
    return [
      ...(state === 'Stable' ? [] : [`group ${group} is ${state}`]),
      ...(members.length === machines.length ? [] : [`group ${group} has ${count}: ${told}`]),
      ...(free.length === 0 ? [] : [`nobody in group ${group} holds ${free.join(', ')}`]),
      ...(new Set(held).size === held.length ? [] : [`group ${group} has given a partition to two members`]),
    ];
  });
}

export interface Judged {
  /** Acknowledged reads of the waves' accounts that no incident counts. */
  readonly unjudged: number;
  readonly wrong: readonly string[];
}

/** Compares each account's incident with what was acknowledged of it: figure, list and truth are one number. */
export async function judgedOf({ machines }: AskedTogether, feed: Feed, waves: readonly Wave[]): Promise<Judged> {
  const accounts = new Set(waves.flatMap((wave) => wave.accounts));
  const owed = new Map<string, number>();
  for (const { actor_id } of feed.rows) if (accounts.has(actor_id)) owed.set(actor_id, (owed.get(actor_id) ?? 0) + 1);
  const told = await figures(machines[0]);
  let unjudged = 0;
  const wrong: string[] = [];
  for (const [account, reads] of owed) {
    const { incidents = 0, figure = 0, list = 0 } = told.get(account) ?? {};
    unjudged += Math.max(0, reads - figure);
    if (incidents !== 1 || figure !== reads || list !== reads)
      wrong.push(`${account}: ${reads} reads acknowledged, ${incidents} incident(s) with figure ${figure} and list ${list}`);
  }
  return { unjudged, wrong };
}

interface Figures {
  readonly incidents: number;
  readonly figure: number;
  readonly list: number;
}

async function figures(vigie: Asked): Promise<ReadonlyMap<string, Figures>> {
  const rows = await vigie.sql(`
    SELECT actor_id, count() AS incidents, sum(patients) AS figure, sum(listed) AS list
    FROM (SELECT incident_id, actor_id, patients FROM vigie.incidents WHERE state IN ('open', 'closed')) AS i
    LEFT JOIN (SELECT incident_id, count() AS listed FROM vigie.incident_patients GROUP BY incident_id) AS p USING (incident_id)
    GROUP BY actor_id`);
  return new Map(
    rows.map(({ actor_id, incidents, figure, list }) => [
      String(actor_id),
      { incidents: Number(incidents), figure: Number(figure), list: Number(list) },
    ]),
  );
}

/** What the store holds of a feed. */
export async function storedRows({ machines }: AskedTogether, feed: Feed): Promise<readonly RowKey[]> {
  const rows = await machines[0].sql(`SELECT event_id, patient_id FROM vigie.accesses WHERE application = '${feed.name}'`);
  return rows.map(({ event_id, patient_id }) => ({ event_id: String(event_id), patient_id: String(patient_id) }));
}

/** Every process is ready, and those of `telling`, no others, say that somebody has to look at something. */
export async function wrongReadiness(
  { machines }: AskedTogether,
  telling: readonly ServiceName[] = [],
): Promise<readonly string[]> {
  const asked = machines.flatMap((machine, index) =>
    services.map(async (name) => {
      const answer = await fetch(`${machine.url(name)}/health/ready`);
      const text = await answer.text();
      if (!answer.ok) return [`${name} ${index + 1} is not ready: ${text.slice(0, 300)}`];
      const { hint } = JSON.parse(text) as HealthReport;
      if ((hint !== undefined) === telling.includes(name)) return [];
      return [`${name} ${index + 1} is ready and says ${hint === undefined ? 'nothing of what somebody has to look at' : text}`];
    }),
  );
  return (await Promise.all(asked)).flat();
}
