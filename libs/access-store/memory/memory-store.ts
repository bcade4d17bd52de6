import { z } from 'zod';
import { accessRow } from '#libs/contracts/access-row.js';
import { auditRow } from '#libs/contracts/audit-row.js';
import { caseAction } from '#libs/contracts/case-action.js';
import { caseStateRow } from '#libs/contracts/case-state-row.js';
import { incidentChange } from '#libs/contracts/incident.js';
import { notificationRow } from '#libs/contracts/notification-row.js';
import { quarantineRow } from '#libs/contracts/quarantine-row.js';
import type { Selection } from '#libs/detection/rule/rule.js';
import type { TopicPartition } from '#libs/event-log/port.js';
import { accepted, type Outcome, rejected } from '#libs/runtime/outcome.js';
import { type AccessStore, type LedgerEntry, type StoreTable, storeTables } from '../contract/port.js';

const contracts = {
  // As the ephemeral column: it is taken, and kept nowhere.
  accesses: accessRow.transform((row) => Object.fromEntries(Object.entries(row).filter(([key]) => key !== 'id_block'))),
  incident_changes: incidentChange,
  quarantine: quarantineRow,
  case_actions: caseAction,
  audit: auditRow,
  case_states: caseStateRow,
  notifications: notificationRow,
} as const;

const anyRow = z.record(z.string(), z.unknown());

/** The store in memory, for tests: same promises, contracts in place of column types. */
export class MemoryStore implements AccessStore {
  readonly #rows = new Map<StoreTable, Map<string, unknown>>();
  readonly #tokens = new Set<string>();
  readonly #ledger = new Map<string, LedgerEntry>();
  readonly selections = new Map<string, string>();
  /** The conditions that they were made from, as text, by id. */
  readonly conditions = new Map<string, string>();

  /** The rows of a table, without duplicates. */
  rows(table: StoreTable): readonly unknown[] {
    return [...(this.#rows.get(table)?.values() ?? [])];
  }

  insert(table: StoreTable, bytes: Buffer | readonly Buffer[], rows: number, token: string): Promise<Outcome<number>> {
    if (rows === 0 || this.#tokens.has(`${table}/${token}`)) return Promise.resolve(accepted(rows));
    const lines = Buffer.concat(Buffer.isBuffer(bytes) ? [bytes] : [...bytes])
      .toString('utf8')
      .split('\n')
      .filter(Boolean);
    const parsed = lines.map((line) => contracts[table].safeParse(parseJson(line)));
    const bad = parsed.find(({ success }) => !success);
    if (bad)
      return Promise.resolve(
        rejected('unfit_value', String(bad.error?.issues[0]?.path[0] ?? ''), 'the row does not fit its contract'),
      );
    const stored = this.#rows.get(table) ?? new Map<string, unknown>();
    for (const { data } of parsed) stored.set(keyOf(table, data), data);
    this.#rows.set(table, stored);
    this.#tokens.add(`${table}/${token}`);
    return Promise.resolve(accepted(rows));
  }

  recordBatch(entry: LedgerEntry): Promise<void> {
    this.#ledger.set(`${entry.topic}/${entry.partition}/${entry.first}/${entry.last}/${entry.token}`, entry);
    return Promise.resolve();
  }

  batches({ topic, partition }: TopicPartition, fromOffset: number, max: number): Promise<readonly LedgerEntry[]> {
    const ours = [...this.#ledger.values()].filter(
      (entry) => entry.topic === topic && entry.partition === partition && entry.last >= fromOffset,
    );
    return Promise.resolve(ours.toSorted((a, b) => a.first - b.first || a.last - b.last).slice(0, max));
  }

  found(table: StoreTable, ids: readonly string[]): Promise<number> {
    const { id } = storeTables[table];
    const held = new Set(this.rows(table).map((row) => String(anyRow.parse(row)[id])));
    return Promise.resolve(new Set(ids.filter((one) => held.has(one))).size);
  }

  /** Nobody erases here. */
  erasedLately(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  registerSelections(selections: readonly Pick<Selection, 'id' | 'sql' | 'tree'>[]): Promise<void> {
    for (const { id, sql, tree } of selections) {
      if (!this.selections.has(id)) this.selections.set(id, sql);
      if (tree) this.conditions.set(id, JSON.stringify(tree));
    }
    return Promise.resolve();
  }
}

function keyOf(table: StoreTable, data: unknown): string {
  const row = anyRow.parse(data);
  if (table === 'accesses') return [row['group_id'], row['actor_id'], row['time'], row['event_id'], row['patient_id']].join('\0');
  if (table === 'notifications') return [row['change_id'], row['endpoint'], row['attempt']].join('/');
  if (table === 'case_states') return [row['case_id'], row['place']].join('/');
  return String(row[storeTables[table].id]);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
