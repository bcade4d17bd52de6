import { createHash } from 'node:crypto';
import type { EngineState } from './engine-state.js';
import { parseWhole } from './frame-scanner.js';
import { digest } from './incident-change.js';
import type { Arrival } from './incident-seams.js';
import type { Opening } from './incident.js';
import type { Firing } from './judge.js';
import type { Entry } from './ledger-store.js';
import type { Field } from './rule.js';
import type { ScannedRow } from './scan-row.js';
import { SelectionMemo } from './selection-memo.js';
import type { Series } from './series.js';

/** The way of one row: account, selections, ledgers, rules, incidents. */
export class RowIntake {
  readonly #memo: SelectionMemo;
  readonly #entry: Entry = { v0: 0, v1: 0, v2: 0, v3: 0, time: 0, mark: 0 };
  readonly #firings: Firing[] = [];

  constructor(private readonly state: EngineState) {
    this.#memo = new SelectionMemo(state.compiled.live);
  }

  take(row: ScannedRow, detectedAt: number): void {
    const { state } = this;
    const late = row.time < state.watermark - state.options.allowedLatenessMs;
    if (row.time > state.watermark) state.watermark = row.time;
    if (!row.hasAccount) {
      state.missingGroupBy += 1;
      return;
    }
    const bits = this.#memo.bitsOf(row);
    if (bits === 0) return;
    const account = this.#account(row);
    const newest = state.accounts.newest(account);
    if (row.time > newest) state.accounts.setNewest(account, row.time);
    else if (row.time < newest - state.options.allowedLatenessMs) state.late += 1;
    const floor = state.floor(account);
    const clinic = state.marks.textOfBytes(row.bytes, row.view, row.clinicStart, row.clinicEnd);
    this.#firings.length = 0;
    if (row.time > floor) this.#judge(row, bits, account, clinic, floor);
    else state.beyondHorizon += 1;
    if (this.#firings.length === 0 && !state.book.byAccount.has(account)) return;
    this.#setPatient(row, state.marks.of(clinic, row.categoryMask, clinic));
    state.book.take(this.#arrival(row, account, bits, late, detectedAt), this.#firings);
  }

  #account(row: ScannedRow): number {
    const { accounts, index } = this.state;
    const found = accounts.find(row.view, row.accountStart, row.accountEnd, row.accountHash);
    if (!found) return accounts.add(row.bytes, row.accountStart, row.accountEnd, row.accountHash);
    if (this.state.isForgotten(found)) {
      index.close(found);
      accounts.setNewest(found, 0);
    }
    return found;
  }

  #judge(row: ScannedRow, bits: number, account: number, clinic: number, floor: number): void {
    const { state } = this;
    for (const series of state.compiled.series) {
      if ((bits & (1 << series.selection)) === 0) continue;
      let cell = '';
      let spread = clinic;
      if (series.kind === 'other') {
        const values = this.#valuesOf(row, series);
        if (!values) continue;
        cell = values.cell;
        spread = series.spreadField ? state.marks.textOf(values.spread) : clinic;
      } else if ((series.kind === 'patients') !== row.hasPatient) continue;
      else {
        spread = series.spreadField ? state.marks.textOf(this.#textOf(row, series.spreadField)) : clinic;
        this.#setPatient(row, 0);
      }
      this.#entry.mark = state.marks.of(clinic, row.categoryMask, spread);
      state.judge.take(series, state.index.findOrOpen(account, series, cell), this.#entry, floor, this.#firings);
    }
  }

  #setPatient(row: ScannedRow, mark: number): void {
    this.#entry.v0 = row.patient0;
    this.#entry.v1 = row.patient1;
    this.#entry.v2 = row.patient2;
    this.#entry.v3 = row.patient3;
    this.#entry.time = row.time;
    this.#entry.mark = mark;
  }

  /** Cell, spread value and (in `#entry`) the digest of the counted values; undefined when one that is needed is empty. */
  #valuesOf(row: ScannedRow, series: Series): { readonly cell: string; readonly spread: string } | undefined {
    const cell = series.cell.map((field) => this.#textOf(row, field));
    if (cell.includes('')) {
      this.state.missingGroupBy += 1;
      return undefined;
    }
    const values = series.field.map((field) => this.#textOf(row, field));
    if (values.includes('')) return undefined;
    if (series.field.length === 1 && series.field[0] === 'patient_id') this.#setPatient(row, 0);
    else {
      const hash = createHash('md5').update(JSON.stringify(values)).digest();
      this.#entry.v0 = hash.readUInt32LE(0);
      this.#entry.v1 = hash.readUInt32LE(4);
      this.#entry.v2 = hash.readUInt32LE(8);
      this.#entry.v3 = hash.readUInt32LE(12);
      this.#entry.time = row.time;
    }
    return { cell: JSON.stringify(cell), spread: series.spreadField ? this.#textOf(row, series.spreadField) : '' };
  }

  /** Any field as text, empty where it is absent. */
  #textOf(row: ScannedRow, field: Field): string {
    const value = this.#memo.wholeRow(row)[field];
    if (typeof value === 'string') return value;
    return value === undefined ? '' : JSON.stringify(value);
  }

  #arrival(row: ScannedRow, account: number, bits: number, late: boolean, detectedAt: number): Arrival {
    const entry = this.#entry;
    const opening = (order: number, nth: number): Opening => {
      const { group_id, actor_id, patient_id, event_id } = parseWhole(row);
      const groupId = String(group_id);
      const actorId = String(actor_id);
      const id = digest('incident', String(event_id), String(patient_id), groupId, actorId, String(nth));
      return { id, groupId, actorId, order, detectedAt, found: late ? 'late' : 'live', completedBy: row.time };
    };
    return { account, entry, bits, receivedAt: row.receivedAt, detectedAt, opening };
  }
}
