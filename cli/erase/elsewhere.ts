import { readdirSync } from 'node:fs';
import { topicPlaces } from '#libs/access-store/erasure/topic-places.js';
import type { ErasureSubject } from '#libs/access-store/erasure/subject.js';
import { madeTopics } from '#libs/contracts/topics.js';
import { describeTopics } from '#libs/event-log/kafka/topics/admin.js';
import { isoOf } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { codeOf } from '#libs/runtime/outcome.js';
import type { CommandConfig } from '../config.js';
import { readListFile } from '../list-file.js';
import { kafkaOf, windowsOf } from '../topics.js';

/** A place that no statement of ClickHouse reaches. */
export interface Elsewhere {
  readonly place: string;
  /** When what it holds is gone: an instant, or in words what it hangs on. */
  readonly until: string;
  readonly says: string;
}

const dayMs = 86_400_000;

/** Where else the subject is, and until when, in this order: the log, scorers, the services' files, the store's own, backups. */
export async function elsewhere(config: CommandConfig, nowMs: number, erasureId: string): Promise<readonly Elsewhere[]> {
  const again = erasureId === '' ? 'vigie erase --again with the id of its record' : `vigie erase --again ${erasureId}`;
  const kept = await retentions(config);
  const topics = Object.entries(topicPlaces).map(([topic, { holds, ends, because }]) => ({
    place: topic,
    until: ends ? endOf(kept.get(topic), nowMs) : 'no end',
    says: `${holds}; ${because}`,
  }));
  return [
    ...topics,
    {
      place: 'what is read from the log again',
      until: endOf(kept.get('vigie.accesses.v1'), nowMs),
      says: `an archiver that was stored less than some minutes ago, or whose ledger is lost, reads frames again and stores them, and so does a source that sends again: ${again}`,
    },
    {
      place: 'windows of scorers, and their snapshots',
      until: await windowsEnd(config, nowMs),
      says: 'pairs of account and patient, until no rule looks back to them; a scorer without a snapshot reads the log again, and judges what it has',
    },
    {
      place: 'query log and old parts of a ClickHouse server',
      until: 'as the server is set: old parts some ten minutes, system.query_log its TTL',
      says: 'questions that named the subject stand in its query log',
    },
    {
      place: 'backups',
      until: `the day on which the last backup of before ${isoOf(nowMs)} is deleted`,
      says: `a backup is not changed. After one of before is restored: ${again}. Keep this record where backups do not go, because the table of records is set back with the others`,
    },
  ];
}

function endOf(retentionMs: number | undefined, nowMs: number): string {
  if (retentionMs === undefined) return 'how long the topic keeps is not known here: KAFKA_BROKERS is not set';
  return retentionMs < 0
    ? 'no end: the topic keeps everything; vigie topics alter --retention'
    : isoOf(nowMs + retentionMs + dayMs);
}

/** How long topics keep, by name, milliseconds; -1 for ever. A segment goes as a whole, a day later at most. */
async function retentions(config: CommandConfig): Promise<ReadonlyMap<string, number>> {
  // Who names a store and no brokers has a Kafka that is not known here: the embedded log's days would be wrong ones.
  if (!config.KAFKA_BROKERS && config.CLICKHOUSE_URL) return new Map();
  if (!config.KAFKA_BROKERS) {
    const { defaultRetention } = await import('#libs/event-log/embedded/retention.js');
    return new Map(madeTopics.map((topic) => [topic, defaultRetention.retentionMs]));
  }
  const facts = await describeTopics(kafkaOf(config), madeTopics);
  return new Map(facts.map(({ topic, settings }) => [topic, Number(settings['retention.ms'] ?? -1)]));
}

async function windowsEnd(config: CommandConfig, nowMs: number): Promise<string> {
  try {
    return isoOf(nowMs + (await windowsOf(config)));
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    return 'the longest rule is not known here: set VIGIE_RULES_DIR as for the scorers';
  }
}

/** A list of VIGIE_LISTS_DIR with values of the subject. */
export interface ListFile {
  readonly list: string;
  readonly values: readonly string[];
  /** Pseudonyms go; a name stands for every group in a file, and is left to whoever keeps it. */
  readonly goes: boolean;
}

export function listFiles(folder: string, { kind, patients, account }: ErasureSubject): readonly ListFile[] {
  const wanted = kind === 'patient' ? patients : kind === 'account' ? [account] : [];
  return textFiles(folder).flatMap((list) => {
    const values = readListFile(folder, list).filter((value) => wanted.includes(value));
    return values.length === 0 ? [] : [{ list, values: [...new Set(values)], goes: kind === 'patient' }];
  });
}

function textFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.txt'))
      .map((name) => name.slice(0, -4))
      .toSorted();
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return [];
    throw cause;
  }
}
