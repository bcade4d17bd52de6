import { madeTopics, topics as names, topicsOfOnePartition } from '#libs/contracts/topics.js';
import type { TopicFacts } from '#libs/event-log/kafka/topics/admin.js';
import { daysText, messageBytesMax, retentionMarginMs, shortfalls } from '#libs/event-log/kafka/topics/topic-needs.js';
import { advice, type Finding, fine, wrong } from './finding.js';

/** What there must be: how far back rules look, and whether frames are signed. */
export interface LogNeeds {
  /** Milliseconds; undefined where the rules cannot be read. */
  readonly windowsMs: number | undefined;
  readonly signed: boolean;
  /** Topics that can be seen: a service's principal sees those that it uses. All of them where it is left out. */
  readonly seen?: readonly string[];
}

/** Whether Kafka has every topic, with as many copies and for as long as Vigie needs. `facts` are of the topics that are there. */
export function logFindings(
  facts: readonly TopicFacts[],
  { windowsMs, signed, seen = madeTopics }: LogNeeds,
): readonly Finding[] {
  const missing = seen.filter((name) => !facts.some(({ topic }) => topic === name));
  const of = (name: string) => facts.find(({ topic }) => topic === name);
  const [incidents, actions] = [of(names.incidents), of(names.actions)];
  const apart = incidents && actions && incidents.partitions !== actions.partitions;
  const single = facts.filter(({ copies }) => copies < 2).map(({ topic }) => topic);
  const loose = facts.filter(({ copies, settings }) => copies > 1 && Number(settings['min.insync.replicas'] ?? 1) < 2);
  const strict = facts.filter(({ copies, settings }) => Number(settings['min.insync.replicas'] ?? 1) > copies);
  const narrow = facts.filter(({ settings }) => Number(settings['max.message.bytes'] ?? Infinity) < messageBytesMax);
  const unclean = facts.filter(({ settings }) => settings['unclean.leader.election.enable'] === 'true');
  const clocks = facts.filter(({ settings }) => settings['message.timestamp.type'] !== 'LogAppendTime');
  const short = windowsMs === undefined ? [] : shortfalls(facts, windowsMs);
  const parted = facts.filter(({ topic, partitions }) => topicsOfOnePartition.includes(topic) && partitions !== 1);
  const found = [
    ...parted.map(({ topic, partitions }) =>
      wrong(
        'log',
        `${topic} has ${partitions} partitions: its order says what thresholds are made of, and one partition alone has an order`,
        `delete ${topic}, and run vigie topics create: scorers learn it again from the days that they hold`,
      ),
    ),
    ...(missing.length
      ? [
          wrong(
            'log',
            `Kafka has no topic ${missing.join(', ')}`,
            'vigie topics create --partitions <as many as the others have>',
          ),
        ]
      : []),
    ...(apart
      ? [
          wrong(
            'log',
            `${names.incidents} has ${incidents.partitions} partitions and ${names.actions} ${actions.partitions}: an action would not lie where its case does`,
            'create the one that has no data yet anew, with as many partitions as the other',
          ),
        ]
      : []),
    ...short.map((sentence) =>
      wrong(
        'log',
        sentence,
        'vigie topics alter --retention 35d, or as long as is said; with --dry-run it shows what it would change',
      ),
    ),
    ...(loose.length
      ? [
          wrong(
            'log',
            `${namesOf(loose)} acknowledges events that one broker has: min.insync.replicas is 1`,
            'kafka-configs --alter --topic <topic> --add-config min.insync.replicas=2',
          ),
        ]
      : []),
    ...strict.map(({ topic, copies, settings }) =>
      wrong(
        'log',
        `${topic} asks for ${settings['min.insync.replicas']} copies of what it acknowledges, and has ${copies}: brokers may refuse every append`,
        `kafka-configs --alter --topic ${topic} --add-config min.insync.replicas=${Math.max(1, copies - 1)}, or more copies`,
      ),
    ),
    ...(narrow.length
      ? [
          wrong(
            'log',
            `${namesOf(narrow)} takes less than ${messageBytesMax} bytes at a time (max.message.bytes), which one event over many patients may come to`,
            `kafka-configs --alter --topic <topic> --add-config max.message.bytes=${messageBytesMax}`,
          ),
        ]
      : []),
    ...(unclean.length
      ? [
          wrong(
            'log',
            `${namesOf(unclean)} may lose acknowledged events: unclean.leader.election.enable is true`,
            'kafka-configs --alter --topic <topic> --add-config unclean.leader.election.enable=false',
          ),
        ]
      : []),
    ...(single.length
      ? [
          advice(
            'log',
            `${single.length === facts.length ? 'every topic' : single.join(', ')} has one copy: what a broker's disk loses is lost`,
            'three brokers, and --replication 3 when topics are made',
          ),
        ]
      : []),
    ...(clocks.length && signed
      ? [
          advice(
            'log',
            `${namesOf(clocks)} goes by the writers' clocks: VIGIE_FRAMES_SIGNED_SINCE does not hold there`,
            'kafka-configs --alter --topic <topic> --add-config message.timestamp.type=LogAppendTime',
          ),
        ]
      : []),
  ];
  return found.some(({ level }) => level === 'wrong') ? found : [...found, fine('log', wellText(facts, windowsMs))];
}

function wellText(facts: readonly TopicFacts[], windowsMs: number | undefined): string {
  const kept = Number(facts.find(({ topic }) => topic === names.accesses)?.settings['retention.ms'] ?? -1);
  const needs =
    windowsMs === undefined ? '' : `; rules look ${daysText(windowsMs)} back, and the margin is ${daysText(retentionMarginMs)}`;
  return `Kafka has every topic; accesses are kept ${kept < 0 ? 'for ever' : `for ${daysText(kept)}`}${needs}`;
}

function namesOf(facts: readonly TopicFacts[]): string {
  return facts.map(({ topic }) => topic).join(', ');
}
