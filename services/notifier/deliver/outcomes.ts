import { createHash } from 'node:crypto';
import type { AccessStore } from '#libs/access-store/contract/port.js';
import type { NotificationOutcome, NotificationRow } from '#libs/contracts/notification-row.js';
import { isoOf, type Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { ToldChange } from '../channels/channel.js';
import type { Verdict } from '#libs/channels/http/verdict.js';

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

/** What can become of an attempt, or of the change when there is none any more. */
export type Result = Verdict | { readonly kind: 'expired' };

/** The row of one attempt. `attempts` is how many were made, this one included; of a change that is given up, all that were made. */
export function notificationRowOf(
  endpoint: string,
  change: ToldChange,
  attempts: number,
  result: Result,
  now: number,
): NotificationRow {
  return {
    change_id: change.change_id,
    incident_id: change.incident_id,
    change_type: change.change_type,
    kind: '',
    endpoint,
    attempt: result.kind === 'expired' ? attempts + 1 : attempts,
    outcome: outcomeOf[result.kind],
    status: 'status' in result ? result.status : 0,
    reason: 'reason' in result ? result.reason : '',
    at: isoOf(now),
    delay_seconds: Math.max(0, now - Date.parse(change.received_at)) / 1000,
  };
}

const outcomeOf: Readonly<Record<Result['kind'], NotificationOutcome>> = {
  delivered: 'delivered',
  later: 'failed',
  refused: 'refused',
  expired: 'expired',
};

/** Best effort: the log and the metrics have every outcome as well. */
export class Outcomes {
  #rows: NotificationRow[] = [];
  #busy: Promise<void> = Promise.resolve();
  #failing = false;

  constructor(
    private readonly store: NotificationStore,
    private readonly tools: { readonly clock: Clock; readonly log: Log; readonly metrics: Metrics },
  ) {}

  note(endpoint: string, change: ToldChange, attempts: number, result: Result): void {
    this.add(notificationRowOf(endpoint, change, attempts, result, this.tools.clock.now()));
  }

  add(row: NotificationRow): void {
    this.#rows.push(row);
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
