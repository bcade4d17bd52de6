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
  piece,
  pieceBytes,
  SnapshotDisturbed,
  text,
  version,
  words,
} from './snapshot-format.js';

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
