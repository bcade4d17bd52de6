import { hash } from 'node:crypto';
import type { Action } from '#libs/contracts/vocabulary.js';
import type { PatientName, SentEvent } from '../hospital/event.js';
import { instantOf, localDayOf } from '../hospital/local-time.js';
import type { PlayedEvent } from '../hospital/simulation.js';
import type { Traffic } from './play.js';

/** One way in which feeds of real hospitals are poorer than a simulation. */
interface PoorFeed {
  readonly says: string;
  /** What is sent of an event. */
  readonly sends?: (sent: SentEvent) => SentEvent;
  /** Where events are told by another name, later, or twice. */
  readonly plays?: (played: Iterable<PlayedEvent>) => Iterable<PlayedEvent>;
  /** Whether the ingestors know no links, `VIGIE_CARE_LINK=off`. */
  readonly withoutLinks?: true;
}

const minuteMs = 60_000;
/** An event of so many patients is a list. */
const listPatients = 4;
/** Who shares one login. */
const sharedBy = 10;
/** A national numbering beside the group's own. */
const nationalAuthority = 'urn:oid:1.2.250.1.213.1.4.8';
const seenOutside = new Map<Action, Action>([
  ['search', 'read'],
  ['list', 'read'],
  ['export', 'read'],
  ['print', 'read'],
  ['download', 'read'],
  ['create', 'update'],
  ['delete', 'update'],
]); // prettier-ignore

export const poorFeeds = {
  'no-roles': {
    says: 'no role, kind or privilege of accounts',
    sends: ({ actor_role: _role, actor_kind: _kind, privileged: _privileged, ...sent }) => sent,
  },
  'no-addresses': { says: 'no address, no device', sends: ({ source_ip: _ip, device: _device, ...sent }) => sent },
  'one-address': {
    says: 'the address of a proxy of the house for everybody, no device',
    sends: ({ device: _device, ...sent }) => ({ ...sent, source_ip: '10.255.0.10' }),
  },
  'one-address-outside': {
    says: 'one public address for everybody, no device',
    sends: ({ device: _device, ...sent }) => ({ ...sent, source_ip: '198.51.100.20' }),
  },
  'no-clinic': { says: 'one name for all clinics', sends: (sent) => ({ ...sent, clinic_id: 'group' }) },
  'no-care': { says: 'links are off', withoutLinks: true },
  'no-sessions': { says: 'no session', sends: ({ session_id: _session, ...sent }) => sent },
  'no-outcome': { says: 'no outcome', sends: ({ outcome: _outcome, ...sent }) => sent },
  'whole-minutes': {
    says: 'times of whole minutes',
    sends: (sent) => ({ ...sent, time: new Date(floorTo(minuteMs, Date.parse(sent.time))).toISOString() }),
  },
  'every-quarter': {
    says: 'files of a quarter of an hour',
    plays: (played) => inBatches(played, (at) => floorTo(15 * minuteMs, at) + 15 * minuteMs),
  },
  nightly: {
    says: 'a file a night, at two o’clock, of the day before',
    plays: (played) => inBatches(played, (at) => instantOf(localDayOf(at) + 1, 2)),
  },
  'counted-lists': {
    says: 'lists of four patients or more tell their number alone',
    sends: (sent) =>
      sent.patient_ids.length < listPatients ? sent : { ...sent, patient_ids: [], record_count: sent.patient_ids.length },
  },
  'two-systems': {
    says: 'a SIEM tells every access again, two seconds later, in other words, of who, where, whom and from which address alone',
    plays: toldTwice,
  },
  'shared-accounts': { says: 'ten nurses or aides of a clinic have one login', plays: byShared },
  'mixed-identifiers': {
    says: 'half of the accounts name patients by the national number',
    sends: (sent) => (partOf(sent.actor_id, 2) ? { ...sent, patient_ids: sent.patient_ids.map(nationalName) } : sent),
  },
} as const satisfies Readonly<Record<string, PoorFeed>>;
export type PoorFeedName = keyof typeof poorFeeds;

/** The traffic as poorer feeds tell it, one after the other. The truth of it stays as it is, but for the names of accounts that are shared. */
export function throughFeeds<T extends Traffic>(traffic: T, names: readonly PoorFeedName[]): T {
  const feeds: readonly PoorFeed[] = names.map((name) => poorFeeds[name]);
  return {
    ...traffic,
    withoutLinks: feeds.some(({ withoutLinks }) => withoutLinks),
    played: () => feeds.reduce(through, traffic.played()),
  };
}

function through(played: Iterable<PlayedEvent>, { sends, plays }: PoorFeed): Iterable<PlayedEvent> {
  return (sends ? sent(played, sends) : undefined) ?? plays?.(played) ?? played;
}

function* sent(played: Iterable<PlayedEvent>, sends: NonNullable<PoorFeed['sends']>): Generator<PlayedEvent> {
  for (const one of played) yield { ...one, sent: sends(one.sent ?? one.event) };
}

/** Memory holds a batch. */
function* inBatches(played: Iterable<PlayedEvent>, endOf: (atMs: number) => number): Generator<PlayedEvent> {
  let batch: PlayedEvent[] = [];
  let endsAt = -Infinity;
  for (const one of played) {
    const at = one.receivedMs ?? Date.parse(one.event.time);
    if (at >= endsAt) {
      yield* batch;
      batch = [];
      endsAt = endOf(at);
    }
    batch.push({ ...one, receivedMs: endsAt });
  }
  yield* batch;
}

const siemDelayMs = 2_000;

function* toldTwice(played: Iterable<PlayedEvent>): Generator<PlayedEvent> {
  let waiting: PlayedEvent[] = [];
  for (const one of played) {
    const at = one.receivedMs ?? Date.parse(one.event.time);
    const due = waiting.filter(({ receivedMs = 0 }) => receivedMs <= at);
    if (due.length) waiting = waiting.filter(({ receivedMs = 0 }) => receivedMs > at);
    yield* due;
    yield { ...one, receivedMs: at };
    waiting.push({ ...one, sent: bySiem(one.sent ?? one.event), receivedMs: at + siemDelayMs });
  }
  yield* waiting;
}

/** What a gateway in front of the record platform knows of an access. */
function bySiem({ id, time, action, ...event }: SentEvent): SentEvent {
  const { group_id, clinic_id, actor_id, patient_ids, outcome, source_ip, record_count } = event;
  return {
    id: `siem-${id}`,
    time: new Date(Date.parse(time) + siemDelayMs).toISOString(),
    group_id,
    clinic_id,
    actor_id,
    action: seenOutside.get(action) ?? action,
    patient_ids,
    application: 'gateway',
    ...(outcome && { outcome }),
    ...(source_ip && { source_ip }),
    ...(record_count !== undefined && { record_count }),
  };
}

const shared = new Set(['nurse', 'aide']);

/** Who shares a login is decided by the clinic in which somebody is seen first. */
function* byShared(played: Iterable<PlayedEvent>): Generator<PlayedEvent> {
  const logins = new Map<string, string>();
  const perGroup = new Map<string, number>();
  for (const one of played) {
    const { actor_id, actor_role, clinic_id } = one.event;
    if (!shared.has(actor_role)) {
      yield one;
      continue;
    }
    let login = logins.get(actor_id);
    if (login === undefined) {
      const group = `ward.${clinic_id}.${actor_role}`;
      const before = perGroup.get(group) ?? 0;
      perGroup.set(group, before + 1);
      login = `${group}.${Math.floor(before / sharedBy)}`;
      logins.set(actor_id, login);
    }
    yield { ...one, event: { ...one.event, actor_id: login }, sent: { ...(one.sent ?? one.event), actor_id: login } };
  }
}

function nationalName(name: PatientName): PatientName {
  const own = typeof name === 'string' ? name : `${name.authority} ${name.id}`;
  return { id: `1${String(numberOf(own) % 10 ** 14).padStart(14, '0')}`, authority: nationalAuthority };
}

function partOf(text: string, parts: number): number {
  return numberOf(text) % parts;
}

function numberOf(text: string): number {
  return Number.parseInt(hash('sha1', text).slice(0, 12), 16);
}

function floorTo(gridMs: number, atMs: number): number {
  return Math.floor(atMs / gridMs) * gridMs;
}
