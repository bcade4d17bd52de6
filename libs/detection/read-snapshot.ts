import { deserialize } from 'node:v8';
import { z } from 'zod';
import { entryWords } from './entry-arena.js';
import { type EngineOptions, EngineState } from './engine-state.js';
import { Incident } from './incident.js';
import { Marks } from './marks.js';
import { hashBytes, viewOf } from './scan-text.js';
import { header, incidentPiece, kinds, SnapshotRefused } from './snapshot-format.js';

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
