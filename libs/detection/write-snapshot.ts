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

/**
 * The state as it is when the first piece is asked for; frames may be applied between the pieces. What is one for the whole engine, and the
 * incidents, are copied at once, accounts one after the other: an account that is about to change before its turn is copied then.
 */
export function* writeSnapshot(state: EngineState): Generator<Uint8Array, void> {
  const copies = new AccountCopies(state);
  const head = piece(kinds.header, serialize(headerOf(state)));
  const incidents = incidentPieces(state);
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
  /** A piece that begins with its kind, and is handed over when it is full. */
  #piece = Buffer.allocUnsafe(2 * pieceBytes);
  #bytes = 1;
  #count = 0;

  constructor(private readonly state: EngineState) {
    this.end = state.accounts.end;
    this.#waiting = new Uint8Array(this.end);
    for (let account = 1; account < this.end; account += 1) this.#waiting[account] = state.accounts.key(account) ? 1 : 0;
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
  keep(account: number): void {
    if (!this.#waiting[account]) return;
    this.#waiting[account] = 0;
    this.#count += 1;
    for (const part of accountParts(this.state, account, this.state.accounts.key(account) ?? new Uint8Array(0))) {
      if (this.#bytes + part.length > this.#piece.length) this.#grow(this.#bytes + part.length);
      this.#piece.set(part, this.#bytes);
      this.#bytes += part.length;
    }
  }

  take(): Uint8Array {
    const taken = this.#piece.subarray(0, this.#bytes);
    taken[0] = kinds.accounts;
    this.#piece = Buffer.allocUnsafe(2 * pieceBytes);
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
  const { accounts, book } = state;
  return [...book.byAccount].flatMap(([account, list]) =>
    list.map((incident) =>
      piece(kinds.incident, serialize(incidentOf(incident, accounts.key(account) ?? new Uint8Array(0), book.isDirty(incident)))),
    ),
  );
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
