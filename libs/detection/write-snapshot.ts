import { serialize } from 'node:v8';
import type { z } from 'zod';
import { entryWords } from './entry-arena.js';
import type { EngineState } from './engine-state.js';
import type { Incident } from './incident.js';
import {
  bytesOf,
  type header,
  type incidentPiece,
  kinds,
  type pendingPiece,
  piece,
  pieceBytes,
  SnapshotDisturbed,
  text,
  type toldPiece,
  version,
  words,
} from './snapshot-format.js';

const books = ['incidents', 'suppressed'] as const;

export function* writeSnapshot(state: EngineState): Iterable<Uint8Array> {
  const changes = state.changes;
  let accounts = 0;
  let incidents = 0;
  const undisturbed = (): void => {
    if (state.changes !== changes)
      throw new SnapshotDisturbed('frames were applied while a snapshot was being taken: take it again');
  };
  yield piece(kinds.header, serialize(headerOf(state)));
  for (const bytes of accountPieces(state, () => (accounts += 1))) {
    undisturbed();
    yield bytes;
  }
  for (const kind of books)
    for (const [account, list] of state[kind].byAccount)
      for (const incident of list) {
        undisturbed();
        incidents += 1;
        yield piece(kinds.incident, serialize(incidentOf(state, account, kind, incident)));
      }
  for (const [account, pending] of state.rejudgements.byAccount) {
    undisturbed();
    const { lines, openers, ...rest } = pending;
    const body: z.infer<typeof pendingPiece> = { key: keyOf(state, account), ...rest, openers: [...openers], lines: [...lines] };
    yield piece(kinds.pending, serialize(body));
  }
  for (const kind of books)
    if (state[kind].untaken.length)
      yield piece(kinds.told, serialize({ kind, changes: [...state[kind].untaken] } satisfies z.infer<typeof toldPiece>));
  yield piece(kinds.end, serialize({ accounts, incidents }));
}

function headerOf(state: EngineState): z.infer<typeof header> {
  const { watermark, now, lastReceivedAt, missingGroupBy, late, beyondHorizon, compiled, versions } = state;
  return {
    version,
    entryWords,
    marks: state.marks.dump(),
    series: compiled.others.map(({ key }) => key),
    selectionIds: [...compiled.selectionIds],
    neededIds: neededIds(state),
    dormancies: compiled.dormancies.map(({ bit }) => compiled.selectionIds[numberOf(bit)] ?? ''),
    settled: state.settler.watermark,
    orders: { incidents: state.incidents.order, suppressed: state.suppressed.order },
    versionBase: versions.base,
    versionCounter: versions.counter,
    watermark, now, lastReceivedAt, missingGroupBy, late, beyondHorizon,
  }; // prettier-ignore
}

/** Selections whose bits incidents hold. */
function neededIds(state: EngineState): string[] {
  let bits = 0;
  for (const kind of books)
    for (const list of state[kind].byAccount.values())
      for (const { matches } of list)
        for (const { selection, exceptions } of matches.values())
          bits |= exceptions.reduce((all, { bit }) => all | bit, 1 << selection);
  return state.compiled.selectionIds.filter((_, number) => (bits & (1 << number)) !== 0);
}

function numberOf(bit: number): number {
  return 31 - Math.clz32(bit);
}

function keyOf(state: EngineState, account: number): Uint8Array {
  return new Uint8Array(state.accounts.key(account) ?? []);
}

function incidentOf(
  state: EngineState,
  account: number,
  kind: (typeof books)[number],
  incident: Incident,
): z.infer<typeof incidentPiece> {
  const patients = new Uint32Array(incident.patientSet.size * 5);
  let at = 0;
  incident.patientSet.each((...entry) => {
    patients.set(entry, at);
    at += 5;
  });
  const { opening, matches, marks, ...all } = incident;
  const {
    coveredFrom,
    coveredTo,
    patientsAtFiring,
    firingStale,
    patientsAtDetection,
    toldStep,
    closings,
    version,
    receivedAt,
    archived,
  } = all;
  return {
    key: keyOf(state, account), kind, opening, patients, marks: [...marks], dirty: state[kind].isDirty(incident),
    matches: [...matches.values()].map((one) => ({ ...one, steps: [...one.steps], exceptions: [...one.exceptions] })),
    figures: { state: incident.state, coveredFrom, coveredTo, patientsAtFiring, firingStale, patientsAtDetection, toldStep, closings, version, receivedAt, archived, patients: incident.patients },
  }; // prettier-ignore
}

/**
 * Accounts, several in a piece, as 32-bit words: length of the key in bytes, the key padded to words, number of float pairs, then as pairs
 * of words newest, oldest and since and the dormancy columns, entries of the main ledger and the
 * entries, number of other ledgers; per ledger: series, length of the cell in bytes, the cell padded, number of entries, the entries.
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
  const { accounts, index } = state;
  const dormancy = state.dormancy.width > 0 ? state.dormancy.slice(account) : [];
  const floats = [accounts.newest(account), accounts.oldest(account), accounts.since(account), ...dormancy];
  yield* text(key);
  yield words(floats.length);
  yield bytesOf(Float64Array.from(floats));
  const main = index.mainOf(account);
  const entries = main ? state.main.store.slice(main) : new Uint32Array(0);
  yield words(entries.length / entryWords);
  yield bytesOf(entries);
  const ledgers: Uint8Array[] = [];
  let count = 0;
  for (const { series, cell, ledger } of index.of(account)) {
    const held = state.other.store.slice(ledger);
    count += 1;
    ledgers.push(words(series.index), ...text(cell), words(held.length / entryWords), bytesOf(held));
  }
  yield words(count);
  yield* ledgers;
}
