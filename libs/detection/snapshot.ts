import { deserialize, serialize } from 'node:v8';
import { z } from 'zod';
import { entryWords } from './entry-arena.js';
import { type EngineOptions, EngineState } from './engine-state.js';
import { Incident, type Match, type Opening } from './incident.js';
import { Marks } from './marks.js';
import { hashBytes, viewOf } from './scan-text.js';

/** The pieces are not a whole snapshot that this code can read. Nothing was restored; build the windows again from the log. */
export class SnapshotRefused extends Error {
  override readonly name = 'SnapshotRefused';
}

/** The state changed while its snapshot was being taken. */
export class SnapshotDisturbed extends Error {
  override readonly name = 'SnapshotDisturbed';
}

const version = 1;
const pieceBytes = 256 * 1024;

/**
 * Pieces: [0] a header (`node:v8` serialisation), then kind 1: accounts, kind 2: one incident, and last kind 3: the end with the numbers
 * of both. The first byte of a piece is its kind.
 */
const kinds = { header: 0, accounts: 1, incident: 2, end: 3 } as const;

const header = z.object({
  version: z.literal(version),
  entryWords: z.literal(entryWords),
  marks: z.object({
    texts: z.array(z.string()),
    clinics: z.array(z.number()),
    masks: z.array(z.number()),
    spreads: z.array(z.number()),
  }),
  series: z.array(z.string()),
  selectionIds: z.array(z.string()),
  watermark: z.number(),
  now: z.number(),
  lastReceivedAt: z.number(),
  missingGroupBy: z.number(),
  late: z.number(),
  beyondHorizon: z.number(),
  order: z.number(),
  versionBase: z.number(),
  versionCounter: z.number(),
});

const match = z.object({
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
  firstFired: z.number(),
  lastFired: z.number(),
  value: z.number(),
  spread: z.number(),
  windowFirst: z.number(),
}) satisfies z.ZodType<Match>;

const opening = z.object({
  id: z.string(),
  groupId: z.string(),
  actorId: z.string(),
  order: z.number(),
  detectedAt: z.number(),
  found: z.enum(['live', 'late']),
  completedBy: z.number(),
}) satisfies z.ZodType<Opening>;

/** Not `instanceof`, which differs between the realms of a test run. */
function isView(value: unknown): boolean {
  return ArrayBuffer.isView(value);
}

const incidentPiece = z.object({
  key: z.custom<Uint8Array>(isView),
  opening,
  state: z.enum(['open', 'closed']),
  matches: z.array(match),
  patients: z.custom<Uint32Array>(isView),
  marks: z.array(z.tuple([z.number(), z.number()])),
  coveredFrom: z.number(),
  coveredTo: z.number(),
  patientsAtDetection: z.number(),
  toldStep: z.number(),
  closings: z.number(),
  version: z.number(),
  receivedAt: z.number(),
  dirty: z.boolean(),
});

export function* writeSnapshot(state: EngineState): Iterable<Uint8Array> {
  const changes = state.changes;
  let accounts = 0;
  let incidents = 0;
  const { book } = state;
  yield piece(kinds.header, serialize(headerOf(state)));
  for (const bytes of accountPieces(state, () => (accounts += 1))) {
    if (state.changes !== changes)
      throw new SnapshotDisturbed('frames were applied while a snapshot was being taken: take it again');
    yield bytes;
  }
  for (const [account, list] of book.byAccount)
    for (const incident of list) {
      if (state.changes !== changes)
        throw new SnapshotDisturbed('frames were applied while a snapshot was being taken: take it again');
      incidents += 1;
      yield piece(
        kinds.incident,
        serialize(incidentOf(incident, state.accounts.key(account) ?? new Uint8Array(0), book.isDirty(incident))),
      );
    }
  yield piece(kinds.end, serialize({ accounts, incidents }));
}

function headerOf(state: EngineState): z.infer<typeof header> {
  const { watermark, now, lastReceivedAt, missingGroupBy, late, beyondHorizon, book } = state;
  const { order, versionBase, versionCounter } = book;
  return {
    version,
    entryWords,
    marks: state.marks.dump(),
    series: state.compiled.series.map(({ key }) => key),
    selectionIds: [...state.compiled.selectionIds],
    watermark, now, lastReceivedAt, missingGroupBy, late, beyondHorizon, order, versionBase, versionCounter,
  }; // prettier-ignore
}

function incidentOf(incident: Incident, key: Uint8Array, dirty: boolean): z.infer<typeof incidentPiece> {
  const patients = new Uint32Array(incident.patientSet.size * 5);
  let at = 0;
  incident.patientSet.each((...entry) => {
    patients.set(entry, at);
    at += 5;
  });
  const { opening, state, coveredFrom, coveredTo, patientsAtDetection, toldStep, closings, version, receivedAt } = incident;
  return {
    key: new Uint8Array(key), opening, state, matches: [...incident.matches.values()].map((one) => ({ ...one, steps: [...one.steps] })),
    patients, marks: [...incident.marks], coveredFrom, coveredTo, patientsAtDetection, toldStep, closings, version, receivedAt, dirty,
  }; // prettier-ignore
}

/**
 * Accounts, several in a piece, as 32-bit words: length of the key in bytes, the key padded to words, newest time (low, high), number of
 * ledgers; per ledger: series, length of the cell in bytes, the cell padded, number of entries, the entries.
 */
function* accountPieces(state: EngineState, counted: () => void): Iterable<Uint8Array> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for (let account = 1; account < state.accounts.end; account += 1) {
    const key = state.accounts.key(account);
    if (!key) continue;
    counted();
    for (const part of accountParts(state, account, key)) {
      parts.push(part);
      bytes += part.length;
    }
    if (bytes < pieceBytes) continue;
    yield piece(kinds.accounts, Buffer.concat(parts));
    parts = [];
    bytes = 0;
  }
  if (parts.length) yield piece(kinds.accounts, Buffer.concat(parts));
}

function* accountParts(state: EngineState, account: number, key: Uint8Array): Iterable<Uint8Array> {
  const ledgers: Uint8Array[] = [];
  let count = 0;
  for (const series of state.compiled.series)
    for (const [cell, ledger] of state.index.of(account, series)) {
      const entries = state.ledgers.slice(ledger);
      count += 1;
      ledgers.push(words(series.index), ...text(Buffer.from(cell)), words(entries.length / entryWords), bytesOf(entries));
    }
  const newest = state.accounts.newest(account);
  yield* text(key);
  yield words(newest % 2 ** 32, Math.floor(newest / 2 ** 32), count);
  yield* ledgers;
}

export function readSnapshot(pieces: Iterable<Uint8Array>, options: EngineOptions): EngineState {
  let state: EngineState | undefined;
  let series: readonly string[] = [];
  const counts = { accounts: 0, incidents: 0 };
  let ended = false;
  try {
    for (const bytes of pieces) {
      const kind = bytes[0];
      const body = Buffer.from(bytes.subarray(1));
      if (kind === kinds.header) {
        const parsed = header.parse(deserialize(body));
        series = parsed.series;
        state = stateOf(parsed, options);
      } else if (!state || ended) throw new SnapshotRefused('pieces of a snapshot are missing or out of order');
      else if (kind === kinds.accounts) counts.accounts += readAccounts(body, state, series);
      else if (kind === kinds.incident) counts.incidents += readIncident(body, state);
      else {
        const end = z.object({ accounts: z.number(), incidents: z.number() }).parse(deserialize(body));
        ended = end.accounts === counts.accounts && end.incidents === counts.incidents;
      }
    }
  } catch (cause) {
    throw cause instanceof SnapshotRefused
      ? cause
      : new SnapshotRefused('the snapshot cannot be read by this version', { cause });
  }
  if (!state || !ended) throw new SnapshotRefused('the snapshot is not whole');
  return state;
}

function stateOf(parsed: z.infer<typeof header>, options: EngineOptions): EngineState {
  const state = new EngineState(options, Marks.restore(parsed.marks), parsed.selectionIds);
  state.watermark = parsed.watermark;
  state.now = parsed.now;
  state.lastReceivedAt = parsed.lastReceivedAt;
  state.missingGroupBy = parsed.missingGroupBy;
  state.late = parsed.late;
  state.beyondHorizon = parsed.beyondHorizon;
  state.book.watermark = parsed.watermark;
  state.book.order = parsed.order;
  state.book.versionBase = parsed.versionBase;
  state.book.versionCounter = parsed.versionCounter;
  return state;
}

function readAccounts(body: Buffer, state: EngineState, series: readonly string[]): number {
  const all = new Uint32Array(body.buffer, body.byteOffset, body.length / 4);
  const known = new Map(state.compiled.series.map((one) => [one.key, one]));
  let at = 0;
  let accounts = 0;
  const next = (): number => all[at++] ?? 0;
  const bytes = (): Uint8Array => {
    const length = next();
    const start = body.byteOffset + at * 4;
    at += Math.ceil(length / 4);
    return new Uint8Array(body.buffer, start, length);
  };
  while (at < all.length) {
    const key = bytes();
    const account = state.accounts.add(key, 0, key.length, hashBytes(viewOf(key), 0, key.length));
    const low = next();
    state.accounts.setNewest(account, next() * 2 ** 32 + low);
    for (let ledgers = next(); ledgers > 0; ledgers -= 1) {
      const one = known.get(series[next()] ?? '');
      const cell = Buffer.from(bytes()).toString();
      const length = next() * entryWords;
      const entries = all.subarray(at, at + length);
      at += length;
      if (one) state.index.set(account, one, cell, state.ledgers.reopen(one.index, entries));
    }
    accounts += 1;
  }
  return accounts;
}

function readIncident(body: Buffer, state: EngineState): number {
  const parsed = incidentPiece.parse(deserialize(body));
  const { key } = parsed;
  const incident = new Incident(parsed.opening);
  for (const one of parsed.matches) {
    incident.matches.set(one.ruleId, one);
    incident.firedBits |= 1 << one.selection;
  }
  for (let at = 0; at < parsed.patients.length; at += 5) {
    const [v0 = 0, v1 = 0, v2 = 0, v3 = 0, bits = 0] = parsed.patients.subarray(at, at + 5);
    incident.patientSet.add(v0, v1, v2, v3, bits);
  }
  incident.patients = incident.patientSet.countOf(incident.firedBits);
  for (const [mark, bits] of parsed.marks) incident.marks.set(mark, bits);
  const { state: incidentState, coveredFrom, coveredTo, patientsAtDetection, toldStep, closings, version, receivedAt } = parsed;
  Object.assign(incident, {
    state: incidentState,
    coveredFrom,
    coveredTo,
    patientsAtDetection,
    toldStep,
    closings,
    version,
    receivedAt,
  });
  const account = state.accounts.find(viewOf(key), 0, key.length, hashBytes(viewOf(key), 0, key.length));
  if (!account) throw new SnapshotRefused('an incident of the snapshot has no account');
  state.book.reopen(account, incident, parsed.dirty);
  return 1;
}

function piece(kind: number, body: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(kind), body]);
}
function words(...values: readonly number[]): Uint8Array {
  return bytesOf(Uint32Array.from(values));
}
function bytesOf(from: Uint32Array): Uint8Array {
  return new Uint8Array(from.buffer, from.byteOffset, from.byteLength);
}
/** Length, then the bytes padded to words. */
function text(bytes: Uint8Array): readonly Uint8Array[] {
  return [words(bytes.length), bytes, new Uint8Array((4 - (bytes.length % 4)) % 4)];
}
