import { serialize } from 'node:v8';
import type { z } from 'zod';
import { entryWords } from '../memory/entry.js';
import { dayParts, dayPieces } from './day-parts.js';
import { conditionsOf, neededIds } from './needed-selections.js';
import { allMarks, dumpOf } from './dump-marks.js';
import type { EngineState } from '../state/engine-state.js';
import type { Incident } from '../incidents/incident.js';
import { everySelection } from '../memory/selection-sets.js';
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
  versionWithRoles,
  words,
} from './snapshot-format.js';
import type { AccountNumber } from '../scan/kinds.js';

const books = ['incidents', 'suppressed'] as const;
/** Of a piece of accounts that nobody knows the size of. */
const firstBytes = 8 * 1024;

/**
 * The state as it is when the first piece is asked for; frames may be applied between the pieces. What is one for the whole engine, incidents
 * and what waits for history are copied at once, accounts one after the other: one that is about to change before its turn is copied then.
 * `marks` are those that it knows in the end.
 */
export function* writeSnapshot(state: EngineState, marks = allMarks(state)): Generator<Uint8Array, void> {
  const copies = new AccountCopies(state);
  const head = piece(kinds.header, serialize(headerOf(state, marks)));
  const incidents = incidentPieces(state);
  const rest = [...linkPieces(state), ...pendingPieces(state), ...toldPieces(state), ...dayPieces(state)];
  state.copies = copies;
  try {
    yield head;
    for (let account = 1; account < copies.end; account += 1) {
      copies.keep(account);
      if (copies.bytes >= pieceBytes) yield copies.take();
      if (state.copies !== copies) throw new SnapshotDisturbed('another snapshot was begun before this one was finished');
    }
    if (copies.bytes > 0) yield copies.take();
    yield* incidents;
    yield* rest;
    yield piece(kinds.end, serialize({ accounts: copies.count, incidents: incidents.length }));
  } finally {
    if (state.copies === copies) state.copies = undefined;
  }
}

/** Copies of accounts, each as it was when the snapshot began. */
export class AccountCopies {
  /** Account numbers of the beginning are below this. */
  readonly end: number;
  /** By account: 1 where it was there at the beginning and is not copied yet. A number that is given out later is not in the snapshot. */
  readonly #waiting: Uint8Array;
  /** A piece that begins with its kind, and is handed over when it is full. The first has room for few accounts, and grows; where it filled up, the next ones are as large. */
  #piece = Buffer.allocUnsafe(firstBytes);
  #bytes = 1;
  #count = 0;

  constructor(private readonly state: EngineState) {
    this.end = state.windows.accounts.end;
    this.#waiting = new Uint8Array(this.end);
    for (let account = 1; account < this.end; account += 1) this.#waiting[account] = state.windows.accounts.key(account) ? 1 : 0;
  }

  /** Accounts copied so far. */
  get count(): number {
    return this.#count;
  }
  /** Bytes copied and not yet taken. */
  get bytes(): number {
    return this.#bytes - 1;
  }

  /** Copies the account unless that was done; to be called before anything of it changes. */
  keep(account: AccountNumber): void {
    if (!this.#waiting[account]) return;
    this.#waiting[account] = 0;
    this.#count += 1;
    for (const part of accountParts(this.state, account, keyOf(this.state, account))) {
      if (this.#bytes + part.length > this.#piece.length) this.#grow(this.#bytes + part.length);
      this.#piece.set(part, this.#bytes);
      this.#bytes += part.length;
    }
  }

  take(): Uint8Array {
    const taken = this.#piece.subarray(0, this.#bytes);
    taken[0] = kinds.accounts;
    this.#piece = Buffer.allocUnsafe(this.#bytes < pieceBytes ? firstBytes : 2 * pieceBytes);
    this.#bytes = 1;
    return taken;
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#piece.length));
    this.#piece.copy(larger, 0, 0, this.#bytes);
    this.#piece = larger;
  }
}

function incidentPieces(state: EngineState): readonly Uint8Array[] {
  return books.flatMap((kind) =>
    [...state[kind].byAccount].flatMap(([account, list]) =>
      list.map((incident) => piece(kinds.incident, serialize(incidentOf(state, account, kind, incident)))),
    ),
  );
}

function pendingPieces(state: EngineState): readonly Uint8Array[] {
  return [...state.rejudgements.byAccount].map(([account, pending]) => {
    const { lines, openers, late, ...rest } = pending;
    const body: z.infer<typeof pendingPiece> = {
      key: keyOf(state, account),
      ...rest,
      openers: [...openers],
      lines: [...lines.since(0)],
      late: [...late.keys()],
    };
    return piece(kinds.pending, serialize(body));
  });
}

function linkPieces({ links }: EngineState): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (const table of links.tables())
    for (let at = 0; at < table.length; at += pieceBytes / 4)
      pieces.push(piece(kinds.links, bytesOf(table.subarray(at, at + pieceBytes / 4))));
  return pieces;
}

/** What was told and not yet taken. */
function toldPieces(state: EngineState): readonly Uint8Array[] {
  return books
    .filter((kind) => state[kind].untaken.length > 0)
    .map((kind) => piece(kinds.told, serialize({ kind, changes: [...state[kind].untaken] } satisfies z.infer<typeof toldPiece>)));
}

function headerOf(state: EngineState, marks: readonly number[]): z.infer<typeof header> {
  const { watermark, now, lastReceivedAt, counts, compiled, versions, windows } = state;
  const { missingGroupBy, late, beyondHorizon } = counts;
  const { knownFrom } = windows;
  const needed = neededIds(state);
  return {
    version: state.days ? versionWithRoles : version,
    entryWords,
    marks: dumpOf(state, marks),
    sets: Array.from({ length: state.marks.sets.count }, (_, set) =>
      set === everySelection ? [] : [...state.marks.sets.members(set)],
    ),
    series: compiled.others.map(({ key }) => key),
    selectionIds: [...compiled.selectionIds],
    liveIds: compiled.live.map(({ selection }) => selection.id),
    neededIds: needed,
    conditions: conditionsOf(state, new Set(needed)),
    dormancies: compiled.dormancies.map(({ selection }) => compiled.selectionIds[selection] ?? ''),
    dayCounts: state.days ? compiled.dayCounts.map(({ key }) => key) : [],
    settled: state.settler.watermark,
    orders: { incidents: state.incidents.order, suppressed: state.suppressed.order },
    versionBase: versions.base,
    versionCounter: versions.counter,
    watermark,
    knownFrom,
    now,
    lastReceivedAt,
    missingGroupBy,
    late,
    beyondHorizon,
  };
}

function keyOf(state: EngineState, account: AccountNumber): Uint8Array {
  return new Uint8Array(state.windows.accounts.key(account) ?? []);
}

function incidentOf(
  state: EngineState,
  account: AccountNumber,
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
    isLate,
    lateMs,
    patientsAtDetection,
    toldStep,
    closings,
    version,
    receivedAt,
    archived,
  } = all;
  return {
    key: keyOf(state, account),
    kind,
    opening,
    patients,
    marks: [...marks],
    dirty: state[kind].isDirty(incident),
    formerly: [...state.marks.sets.members(incident.firedSet)],
    matches: [...matches.values()].map((one) => ({ ...one, steps: [...one.steps], exceptions: [...one.exceptions] })),
    figures: {
      state: incident.state,
      coveredFrom,
      coveredTo,
      patientsAtFiring,
      firingStale,
      isLate,
      lateMs,
      patientsAtDetection,
      toldStep,
      closings,
      version,
      receivedAt,
      archived,
      patients: incident.patients,
    },
  };
}

/**
 * Accounts, several in a piece, as 32-bit words: length of the key in bytes, the key padded to words, number of float pairs, then as pairs
 * of words newest, oldest and since and the dormancy columns, words of the entries of the main ledger and the
 * entries, number of other ledgers; per ledger: series, length of the cell in bytes, the cell padded, words of the entries, the entries. Where rules ask
 * for habits then the number of days; per day (`dayParts`): its number and flags, three pairs of words, role and kind as texts, the counts.
 */
function* accountParts(state: EngineState, account: AccountNumber, key: Uint8Array): Iterable<Uint8Array> {
  const { accounts, index } = state.windows;
  const dormancy = state.dormancy.width > 0 ? state.dormancy.slice(account) : [];
  const floats = [accounts.newest(account), accounts.oldest(account), accounts.since(account), ...dormancy];
  yield* text(key);
  yield words(floats.length);
  yield bytesOf(Float64Array.from(floats));
  const main = index.mainOf(account);
  const entries = main ? state.windows.main.store.slice(main) : new Uint32Array(0);
  yield words(entries.length);
  yield bytesOf(entries);
  const ledgers: Uint8Array[] = [];
  let count = 0;
  for (const { series, cell, ledger } of state.windows.othersOf(account)) {
    const held = state.windows.ledgersOf(series).store.slice(ledger);
    count += 1;
    ledgers.push(words(series.index), ...text(cell), words(held.length), bytesOf(held));
  }
  yield words(count);
  yield* ledgers;
  if (state.days) yield* dayParts(state.days, account);
}
