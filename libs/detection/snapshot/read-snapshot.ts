// Longer than the house likes: how an account lies in a snapshot is read in one place.
import { deserialize } from 'node:v8';
import { z } from 'zod';
import { dormancyColumns } from '../judge/dormancy.js';
import { restoreUnknown } from '../days/known-day.js';
import type { EngineOptions } from '../state/engine-options.js';
import { EngineState } from '../state/engine-state.js';
import { Incident } from '../incidents/incident.js';
import { cellOfBytes, noCell } from '../memory/cell-key.js';
import { entryWords, markOf, timeHighBits, timeOf } from '../memory/entry.js';
import { everySelection, noSelections } from '../memory/selection-sets.js';
import { rulesOf, type Selection } from '../rule/rule.js';
import { selectionIdsOf } from '../rule/selection-ids.js';
import { selectionOf } from '../rules/match/selection.js';
import { hashBytes } from '../scan/keyed-hash.js';
import { viewOf } from '../scan/scan-text.js';
import { KeptLines } from '../state/kept-lines.js';
import { LateList } from '../state/late-list.js';
import type { Pending } from '../state/rejudgements.js';
import { settleAgain } from '../state/settle-again.js';
import { type DaysThen, readDays } from './day-parts.js';
import {
  daysPiece,
  header,
  incidentPiece,
  kinds,
  pendingPiece,
  present,
  SnapshotRefused,
  toldPiece,
  version,
  versionWithRoles,
} from './snapshot-format.js';
import { outside } from '../scan/outside.js';
import type { AccountNumber } from '../scan/kinds.js';

/** Takes the pieces of a snapshot one after the other. Throws `SnapshotRefused` where they are not those of a whole one that this code reads. */
export class SnapshotReading {
  #reader: SnapshotReader | undefined;
  readonly #counts = { accounts: 0, incidents: 0 };
  #ended = false;

  constructor(
    private readonly options: EngineOptions,
    /** Former selections that the state is to know besides those of the snapshot. */
    private readonly former: readonly Selection[] = [],
  ) {}

  take(bytes: Uint8Array): void {
    try {
      this.#take(bytes[0], Buffer.from(bytes.subarray(1)));
    } catch (cause) {
      throw cause instanceof SnapshotRefused
        ? cause
        : new SnapshotRefused('the snapshot cannot be read by this version', { cause });
    }
  }

  finish(): EngineState {
    if (!this.#reader || !this.#ended) throw new SnapshotRefused('the snapshot is not whole');
    this.#reader.state.crowd.note();
    return this.#reader.state;
  }

  #take(kind: number | undefined, body: Buffer): void {
    const reader = this.#reader;
    const counts = this.#counts;
    if (kind === kinds.header) this.#reader = new SnapshotReader(header.parse(deserialize(body)), this.options, this.former);
    else if (!reader || this.#ended) throw new SnapshotRefused('pieces of a snapshot are missing or out of order');
    else if (kind === kinds.accounts) counts.accounts += reader.accounts(body);
    else if (kind === kinds.incident) counts.incidents += reader.incident(body);
    else if (kind === kinds.pending) reader.pending(body);
    else if (kind === kinds.links) reader.links(body);
    else if (kind === kinds.told) reader.told(body);
    else if (kind === kinds.days) reader.days(body);
    else {
      const end = z.object({ accounts: z.number(), incidents: z.number() }).parse(deserialize(body));
      this.#ended = end.accounts === counts.accounts && end.incidents === counts.incidents;
    }
  }
}

class SnapshotReader {
  readonly state: EngineState;
  /** Number of a selection now by its number then; -1 where nothing needs it any more. */
  readonly #numbers: readonly number[];
  /** Selections of each set then, and set now by set then, as far as asked. */
  readonly #setsThen: readonly (readonly number[])[];
  readonly #sets = new Map<number, number>();
  /** Mark now by mark then; undefined where all are as they were. */
  readonly #marks: Uint32Array | undefined;
  readonly #series: readonly string[];
  readonly #dormancies: readonly number[];
  /** Column of now by column then, -1 for none; undefined where accounts have no days. */
  readonly #daysThen: DaysThen | undefined;
  /** The rules ask for accesses that those of then did not ask for. */
  readonly #looksFurther: boolean;

  constructor(parsed: z.infer<typeof header>, options: EngineOptions, former: readonly Selection[]) {
    const live = new Set(selectionIdsOf(rulesOf(options)));
    const named = new Map([...formerOf(parsed.conditions, live), ...former].map((one) => [one.id, one]));
    const wanted = new Set([...parsed.neededIds, ...live]);
    const kept = new Set([...parsed.selectionIds.filter((id) => wanted.has(id)), ...named.keys()]);
    this.state = new EngineState(options, undefined, [...kept], [...named.values()]);
    const { compiled } = this.state;
    this.#numbers = parsed.selectionIds.map((id) => compiled.selectionIds.indexOf(id));
    this.#series = parsed.series;
    const asked = new Set(parsed.liveIds);
    this.#looksFurther = compiled.live.some(({ selection }) => !asked.has(selection.id));
    this.#dormancies = parsed.dormancies.map((id) =>
      compiled.dormancies.findIndex(({ selection }) => compiled.selectionIds[selection] === id),
    );
    if (parsed.version !== version)
      this.#daysThen = {
        columns: parsed.dayCounts.map((then) => compiled.dayCounts.findIndex(({ key }) => key === then)),
        hasRoles: parsed.version === versionWithRoles,
      };
    this.#setsThen = parsed.sets;
    this.#marks = this.#mapOfMarks(parsed.marks);
    this.#restoreFigures(parsed);
  }

  #restoreFigures(parsed: z.infer<typeof header>): void {
    const { state } = this;
    state.watermark = parsed.watermark;
    state.windows.knownFrom = parsed.knownFrom;
    state.settler.watermark = parsed.settled;
    state.now = parsed.now;
    state.lastReceivedAt = parsed.lastReceivedAt;
    state.counts.missingGroupBy = parsed.missingGroupBy;
    state.counts.late = parsed.late;
    state.counts.beyondHorizon = parsed.beyondHorizon;
    state.versions.base = parsed.versionBase;
    state.versions.counter = parsed.versionCounter;
    for (const kind of ['incidents', 'suppressed'] as const) {
      state[kind].watermark = parsed.watermark;
      state[kind].order = parsed.orders[kind];
    }
  }

  #mapOfMarks({ texts, numbers, clinics, masks, sets, late }: z.infer<typeof header>['marks']): Uint32Array | undefined {
    const { marks } = this.state;
    const map = new Uint32Array(1 + numbers.reduce((max, mark) => Math.max(max, mark), 0));
    for (const [place, mark] of numbers.entries()) {
      const clinic = marks.texts.of(present(texts[present(clinics[place], 'the clinic of a mark')], 'the name of a clinic'));
      map[mark] = marks.of(
        clinic,
        present(masks[place], 'the categories of a mark'),
        this.#setOf(present(sets[place], 'the set of a mark')),
        present(late[place], 'the lateness of a mark'),
      );
    }
    return map.every((to, from) => to === from) ? undefined : map;
  }

  /** The set of now that holds what is left of one of then. */
  #setOf(then: number): number {
    if (then === everySelection) return everySelection;
    const known = this.#sets.get(then);
    if (known !== undefined) return known;
    const left = (this.#setsThen[then] ?? []).map((was) => this.#numbers[was] ?? -1).filter((number) => number >= 0);
    const now = this.state.marks.sets.of(left);
    this.#sets.set(then, now);
    return now;
  }

  accounts(body: Buffer): number {
    const { state } = this;
    const all = new Uint32Array(body.buffer, body.byteOffset, body.length / 4);
    const known = new Map(state.compiled.others.map((one) => [one.key, one]));
    let at = 0;
    let accounts = 0;
    const next = (): number => present(all[at++], 'words of an account');
    const bytes = (): Uint8Array => {
      const length = next();
      const start = body.byteOffset + at * 4;
      at += Math.ceil(length / 4);
      return new Uint8Array(body.buffer, start, length);
    };
    const entries = (): Uint32Array => {
      const length = next();
      at += length;
      present(length === 0 ? 0 : all[at - 1], 'entries of an account');
      return all.subarray(at - length, at);
    };
    while (at < all.length) {
      const key = bytes();
      const view = viewOf(key);
      const account = state.windows.accounts.add(key, view, 0, key.length, hashBytes(view, 0, key.length));
      const floats = Float64Array.from({ length: next() }, () => {
        at += 2;
        return present(new Float64Array(all.slice(at - 2, at).buffer)[0], 'times of an account');
      });
      this.#restoreTimes(account, floats);
      const main = entries();
      if (main.length) {
        this.#remark(main);
        const ledger = state.windows.main.store.reopen(main);
        state.windows.index.setMain(account, ledger);
        settleAgain(state, { account, ledger, cell: noCell.bytes, series: state.compiled.main }, main);
      }
      for (let ledgers = next(); ledgers > 0; ledgers -= 1) {
        const series = known.get(present(this.#series[next() - 1], 'the series of a ledger'));
        const cell = bytes();
        const held = entries();
        if (!series) continue;
        this.#remark(held, state.windows.ledgersOf(series).store.width);
        const ledger = state.windows.ledgersOf(series).store.reopen(held);
        state.windows.index.set(account, series.index, cellOfBytes(cell), ledger);
        settleAgain(state, { account, ledger, cell, series }, held);
      }
      if (this.#daysThen) readDays(state, account, this.#daysThen, { word: next, bytes });
      else if (state.days) restoreUnknown(state.days.days, account, timesOf(main));
      accounts += 1;
    }
    return accounts;
  }

  #restoreTimes(account: AccountNumber, [newest = 0, oldest = 0, since = 0, ...dormancy]: Float64Array): void {
    const { state } = this;
    state.windows.accounts.setNewest(account, newest);
    state.windows.accounts.setOldest(account, oldest);
    state.windows.accounts.setSince(account, since);
    this.#dormancies.forEach((index, was) => {
      if (index >= 0) state.dormancy.restore(account, index, dormancy.slice(was * dormancyColumns, (was + 1) * dormancyColumns));
    });
  }

  days(body: Buffer): void {
    this.state.days?.days.giving.ready.push(...daysPiece.parse(deserialize(body)).days);
  }

  #remark(entries: Uint32Array, width = entryWords): void {
    const map = this.#marks;
    if (!map) return;
    const timeMask = 2 ** timeHighBits - 1;
    for (let word = 0; word < entries.length; word += width)
      entries[word + 5] =
        ((entries[word + 5] ?? outside()) & timeMask) |
        (present(map[markOf(entries, word)], 'a mark of an entry') << timeHighBits);
  }

  incident(body: Buffer): number {
    const { state } = this;
    const parsed = incidentPiece.parse(deserialize(body));
    const { sets } = state.marks;
    const incident = new Incident(parsed.opening, sets);
    for (const one of parsed.matches) {
      const selection = present(this.#numbers[one.selection], 'the selection of a rule that fired');
      const exceptions = one.exceptions.map((exception) => ({
        ...exception,
        selection: present(this.#numbers[exception.selection], 'the selection of an exception'),
      }));
      incident.matches.set(one.ruleId, { ...one, selection, exceptions });
      incident.firedSet = sets.union(incident.firedSet, sets.of([selection]));
    }
    const formerly = parsed.formerly.map((then) => present(this.#numbers[then], 'a selection that an incident counts by'));
    incident.firedSet = sets.union(incident.firedSet, sets.of(formerly));
    for (let at = 0; at < parsed.patients.length; at += 5) {
      const [v0 = 0, v1 = 0, v2 = 0, v3 = 0, then] = parsed.patients.subarray(at, at + 5);
      const now = this.#setOf(present(then, 'the set of a patient'));
      if (now !== noSelections) incident.patientSet.add(v0, v1, v2, v3, now);
    }
    for (const [mark, set] of parsed.marks) incident.see(this.#marks?.[mark] ?? mark, this.#setOf(set));
    Object.assign(incident, parsed.figures);
    const account = this.#accountOf(parsed.key);
    state[parsed.kind].reopen(account, incident, parsed.dirty);
    state.noteFormer(account);
    return 1;
  }

  pending(body: Buffer): void {
    const { key, ...pending } = pendingPiece.parse(deserialize(body));
    const known = { ...pending, lines: KeptLines.of(pending.lines), late: LateList.of(pending.late) };
    this.state.rejudgements.byAccount.set(this.#accountOf(key), this.#looksFurther ? this.#anew(known) : known);
  }

  /** Rows that nobody asked for are not among those that have come since, so that the store must have them all. */
  #anew(pending: Pending): Pending {
    return { ...pending, lines: new KeptLines(), throughOffset: Math.max(pending.throughOffset, this.state.versions.offset) };
  }

  links(body: Buffer): void {
    this.state.links.add(new Uint32Array(new Uint8Array(body).buffer));
  }

  told(body: Buffer): void {
    const { kind, changes } = toldPiece.parse(deserialize(body));
    this.state[kind].tellAgain(changes);
  }

  #accountOf(key: Uint8Array): AccountNumber {
    const account = this.state.windows.accounts.find(viewOf(key), 0, key.length, hashBytes(viewOf(key), 0, key.length));
    if (!account) throw new SnapshotRefused('an incident of the snapshot has no account');
    return account;
  }
}

/** Selections that incidents name and no rule has. One that another version put in another order has another id, and is not known then. */
function formerOf(conditions: z.infer<typeof header>['conditions'], live: ReadonlySet<string>): readonly Selection[] {
  return conditions
    .filter(({ id }) => !live.has(id))
    .flatMap(({ id, condition }) => {
      const selection = selectionOf(condition);
      return selection.id === id ? [selection] : [];
    });
}

/** Times of entries. */
function* timesOf(entries: Uint32Array): Iterable<number> {
  for (let word = 0; word < entries.length; word += entryWords) yield timeOf(entries, word);
}
