import { createHash } from 'node:crypto';
import type { AccessStore } from '#libs/access-store/port.js';
import { isoOf, type Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { ToldChange } from './channel.js';
import type { Verdict } from './verdict.js';

/** One attempt at telling one change: a row of the table `notifications`. */
export interface NotificationRow {
  readonly change_id: string;
  readonly incident_id: string;
  readonly change_type: string;
  readonly endpoint: string;
  /** Of this change since this process began; from 1, 0 when it was given up without one. */
  readonly attempt: number;
  readonly outcome: 'delivered' | 'later' | 'refused' | 'expired';
  /** HTTP status, 0 where there was none. */
  readonly status: number;
  readonly reason: string;
  readonly at: string;
  /** From `received_at` of the row that caused the change. */
  readonly delay_seconds: number;
}

/** Where attempts are kept for analysts. */
export interface NotificationStore {
  insertNotifications(rows: readonly NotificationRow[]): Promise<void>;
}

/** The store's table as a place for attempts. */
export function insertOutcomes(store: Pick<AccessStore, 'insert'>): NotificationStore {
  return {
    async insertNotifications(rows) {
      const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
      const token = `notifications-${createHash('sha256').update(bytes).digest('hex')}`;
      const outcome = await store.insert('notifications', bytes, rows.length, token);
      if (outcome.kind === 'rejected') throw new Error(`the table notifications refused rows: ${outcome.detail}`);
    },
  };
}

/** Rows that wait for the store; beyond it the oldest are dropped and counted, because delivery never waits for bookkeeping. */
export const waitingRowsMax = 20_000;

/** Rows per insert, and the pause between two inserts in milliseconds. */
const insertRowsMax = 5_000;
export const insertEveryMs = 1000;

/** Best effort: the log and the metrics have every outcome as well. */
export class Outcomes {
  #rows: NotificationRow[] = [];
  #busy: Promise<void> = Promise.resolve();
  #failing = false;

  constructor(
    private readonly store: NotificationStore,
    private readonly tools: { readonly clock: Clock; readonly log: Log; readonly metrics: Metrics },
  ) {}

  note(endpoint: string, change: ToldChange, attempt: number, result: Verdict | { readonly kind: 'expired' }): void {
    const now = this.tools.clock.now();
    this.#rows.push({
      change_id: change.change_id,
      incident_id: change.incident_id,
      change_type: change.change_type,
      endpoint,
      attempt,
      outcome: result.kind,
      status: 'status' in result ? result.status : 0,
      reason: 'reason' in result ? result.reason : '',
      at: isoOf(now),
      delay_seconds: Math.max(0, now - Date.parse(change.received_at)) / 1000,
    });
    if (this.#rows.length <= waitingRowsMax) return;
    const dropped = this.#rows.splice(0, this.#rows.length - waitingRowsMax).length;
    this.tools.metrics.add('vigie_notification_rows_dropped_total', {}, dropped);
  }

  /** Called by a timer and once at the end: inserts what waits, one insert at a time. */
  flush(): Promise<void> {
    this.#busy = this.#busy.then(() => this.#insert());
    return this.#busy;
  }

  async #insert(): Promise<void> {
    const rows = this.#rows.slice(0, insertRowsMax);
    if (rows.length === 0) return;
    try {
      await this.store.insertNotifications(rows);
    } catch (cause) {
      if (!this.#failing)
        this.tools.log.warn('outcomes of notifications cannot be stored for now', { count: this.#rows.length, cause });
      this.#failing = true;
      return;
    }
    if (this.#failing) this.tools.log.info('outcomes of notifications are stored again');
    this.#failing = false;
    const stored = new Set(rows);
    this.#rows = this.#rows.filter((row) => !stored.has(row));
  }
}
