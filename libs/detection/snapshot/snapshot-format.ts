import { z } from 'zod';
import type { AccountDay } from '#libs/habits/seams.js';
import { subjectKinds } from '#libs/contracts/vocabulary.js';
import { incidentChange, parseIncidentChange } from '#libs/contracts/incident.js';
import { entryWords } from '../memory/entry.js';
import type { Match as RuleMatch } from '../incidents/match.js';
import type { Opening } from '../incidents/opening.js';
import type { Match } from '../rules/match/match.js';

/** The pieces are not a whole snapshot that this code can read. Nothing was restored; build the windows again from the log. */
export class SnapshotRefused extends Error {
  override readonly name = 'SnapshotRefused';
}

/** What a whole snapshot has at this place. Throws `SnapshotRefused` where it has nothing: read on, that would be a zero that counts. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new SnapshotRefused(`the snapshot is not whole: it lacks ${what}`);
  return value;
}

/** Another snapshot was begun before this one was finished. */
export class SnapshotDisturbed extends Error {
  override readonly name = 'SnapshotDisturbed';
}

/** Engines without habits write the first of them, which those of before read. Days say all their roles in the newest alone. */
export const version = 3;
export const versionWithDays = 4;
export const versionWithRoles = 5;
export const pieceBytes = 256 * 1024;

/**
 * Pieces: [0] a header (`node:v8` serialisation), then kind 1: accounts, kind 2: one incident, kind 4: one account whose history waits to be
 * judged, kind 5: changes that were told and not taken, as JSON, kind 6: links of pseudonyms, eight words each, kind 7: days that wait to be given, and last kind 3: the end with the numbers of accounts and incidents. The first byte of a piece is its kind.
 */
export const kinds = { header: 0, accounts: 1, incident: 2, end: 3, pending: 4, told: 5, links: 6, days: 7 } as const;

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** Infinite where nothing has come yet. */
const moment = z.custom<number>((value) => typeof value === 'number' && !Number.isNaN(value));

export const header = z.object({
  version: z.union([z.literal(version), z.literal(versionWithDays), z.literal(versionWithRoles)]),
  entryWords: z.literal(entryWords),
  /** By number: clinic (a place in `texts`), categories, set of selections, lateness. */
  marks: z.object({
    texts: z.array(z.string()),
    numbers: z.array(z.number()),
    clinics: z.array(z.number()),
    masks: z.array(z.number()),
    sets: z.array(z.number()),
    late: z.array(z.number()),
  }),
  /** Selections of each set, by number; the one of all selections has none. */
  sets: z.array(z.array(z.number())),
  /** Keys of all series but the main one, by number. */
  series: z.array(z.string()),
  selectionIds: z.array(z.string()),
  /** Those that rows were asked for. */
  liveIds: z.array(z.string()).default([]),
  /** Those that incidents need. */
  neededIds: z.array(z.string()),
  /** Normalised conditions of these, as far as they are known: lists are part of them, so nothing else says them once a list has changed. */
  conditions: z.array(z.object({ id: z.string(), condition: z.custom<Match>(isObject) })).default([]),
  /** Selections of the dormancy columns. */
  dormancies: z.array(z.string()),
  /** What is counted in the columns of days; accounts have days in the versions that have them. */
  dayCounts: z.array(z.string()).default([]),
  watermark: z.number(),
  knownFrom: moment.default(Number.NEGATIVE_INFINITY),
  settled: moment,
  now: z.number(),
  lastReceivedAt: z.number(),
  missingGroupBy: z.number(),
  late: z.number(),
  beyondHorizon: z.number(),
  orders: z.object({ incidents: z.number(), suppressed: z.number() }),
  versionBase: z.number(),
  versionCounter: z.number(),
});

const match = z
  .object({
    ruleId: z.string(),
    selection: z.number(),
    shown: z.object({
      title: z.string(),
      level: z.enum(['informational', 'low', 'medium', 'high', 'critical']),
      threshold: z.number(),
      spread_threshold: z.number(),
      timespan_seconds: z.number(),
    }),
    steps: z.array(z.number()),
    exceptions: z.array(z.object({ id: z.string(), selection: z.number() })),
    firstFired: z.number(),
    lastFired: z.number(),
    value: z.number(),
    spread: z.number(),
    windowFirst: z.number(),
    innerMs: z.number().default(0),
    begins: z.number().optional(),
  })
  .transform((one) => ({ ...one, begins: one.begins ?? one.windowFirst })) satisfies z.ZodType<RuleMatch>;

const opening = z.object({
  id: z.string(),
  groupId: z.string(),
  actorId: z.string(),
  order: z.number(),
  detectedAt: z.number(),
  completedBy: z.number(),
}) satisfies z.ZodType<Opening>;

export const daysPiece = z.object({
  days: z.array(
    z.object({
      groupId: z.string(),
      subject: z.enum(subjectKinds),
      key: z.string(),
      day: z.number(),
      role: z.string(),
      kind: z.string(),
      most: z.record(z.string(), z.number()),
      told: z.boolean(),
    }),
  ),
}) satisfies z.ZodType<{ readonly days: readonly AccountDay[] }>;

/** Not `instanceof`, which differs between the realms of a test run. */
function isView(value: unknown): boolean {
  return ArrayBuffer.isView(value);
}

export const incidentPiece = z.object({
  key: z.custom<Uint8Array>(isView),
  kind: z.enum(['incidents', 'suppressed']),
  opening,
  matches: z.array(match),
  /** Selections that it counts by besides those of its matches; a snapshot of before has none. */
  formerly: z.array(z.number()).default([]),
  patients: z.custom<Uint32Array>(isView),
  marks: z.array(z.tuple([z.number(), z.number()])),
  dirty: z.boolean(),
  figures: z.object({
    state: z.enum(['open', 'closed', 'suppressed', 'withdrawn']),
    coveredFrom: moment,
    coveredTo: moment,
    patientsAtFiring: z.number(),
    firingStale: z.boolean(),
    isLate: z.boolean(),
    lateMs: z.number(),
    patientsAtDetection: z.number(),
    toldStep: z.number(),
    closings: z.number(),
    version: z.number(),
    receivedAt: z.number(),
    archived: z.boolean(),
    patients: z.number(),
  }),
});

export const pendingPiece = z.object({
  key: z.custom<Uint8Array>(isView),
  groupId: z.string(),
  actorId: z.string(),
  from: z.number(),
  to: z.number(),
  throughOffset: z.number(),
  lateMs: z.number(),
  receivedAt: z.number(),
  openers: z.array(z.object({ time: z.number(), id: z.string() })),
  lines: z.array(z.custom<Uint8Array>(isView)),
  late: z.array(z.string()),
});

export function piece(kind: number, body: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(kind), body]);
}
export function words(...values: readonly number[]): Uint8Array {
  return bytesOf(Uint32Array.from(values));
}
export function bytesOf(from: Uint32Array | Float64Array): Uint8Array {
  return new Uint8Array(from.buffer, from.byteOffset, from.byteLength);
}
/** Length, then the bytes padded to words. */
export function text(bytes: Uint8Array): readonly Uint8Array[] {
  return [words(bytes.length), bytes, new Uint8Array((4 - (bytes.length % 4)) % 4)];
}

/** Told before an upgrade, it lacks what changes say since. */
const toldChange = z.preprocess((told) => parseIncidentChange(told).data ?? told, incidentChange);

export const toldPiece = z.object({ kind: z.enum(['incidents', 'suppressed']), changes: z.array(toldChange) });
