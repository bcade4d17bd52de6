/** The words of Vigie, the same in JSON, SQL, rules, metrics and code. */

export const actions = [
  'read', 'search', 'list', 'export', 'print', 'download',
  'create', 'update', 'delete', 'login', 'logout', 'other',
] as const; // prettier-ignore
export type Action = (typeof actions)[number];

export const outcomes = ['success', 'failure', 'unknown'] as const;
export type Outcome = (typeof outcomes)[number];

export const actorKinds = ['human', 'service', 'vendor'] as const;
export type ActorKind = (typeof actorKinds)[number];

/**
 * Whose accesses are counted together, and so to whom an incident belongs: to one account, or to what several accounts may have in common,
 * under the name of its field.
 */
export const subjectKinds = ['account', 'source_ip', 'device', 'session_id', 'id_block', 'clinic_id'] as const;
export type SubjectKind = (typeof subjectKinds)[number];
/** A subject that is no account: each kind has a lane of its own in the scorer. */
export type LaneKind = Exclude<SubjectKind, 'account'>;
/**
 * The column of stored accesses that says which subject of a kind an access belongs to. Blocks of numbers have none: what tells them apart is in
 * the log alone, so their incidents carry their patients.
 */
export const subjectColumns = {
  account: 'actor_id',
  source_ip: 'source_ip',
  device: 'device',
  session_id: 'session_id',
  clinic_id: 'clinic_id',
} as const;
/** Subjects whose accesses the store can be asked for. */
export type StoredSubject = keyof typeof subjectColumns;
export function isStoredSubject(subject: SubjectKind): subject is StoredSubject {
  return Object.hasOwn(subjectColumns, subject);
}
export const laneKinds: readonly LaneKind[] = ['source_ip', 'device', 'session_id', 'id_block', 'clinic_id'];

/**
 * How a patient was known as an account came: to the account itself from an earlier day, by a feed of stays and appointments, through several
 * other accounts within five days, through a single one, or to nobody.
 */
export const careLinks = ['own', 'stay', 'several', 'single', 'none'] as const;
export type CareLink = (typeof careLinks)[number];

export const categories = [
  'identity', 'prescription', 'insurance', 'notes', 'lab',
  'imaging', 'scheduling', 'clinical', 'billing', 'unknown',
] as const; // prettier-ignore
export type Category = (typeof categories)[number];

/** The five services; also the name of each process and of its health and metrics pages. */
export const services = ['ingestor', 'scorer', 'archiver', 'notifier', 'console'] as const;
export type ServiceName = (typeof services)[number];

/** Offsets from `VIGIE_PORT_BASE` at which each process listens. */
export const portOffsets = { ingestor: 0, scorer: 1, archiver: 2, notifier: 3, console: 4, clickhouse: 13 } as const;

/**
 * What a whole feed may lack, so that rules cannot hold on what it tells: a field that hardly any of its accesses has, `care_link` for those
 * whose patient is not known to be in care or not, or `one_source_ip` where everybody comes from one address, that of a proxy.
 */
export const feedGaps = ['actor_role', 'session_id', 'source_ip', 'one_source_ip', 'outcome', 'care_link'] as const;
export type FeedGap = (typeof feedGaps)[number];
