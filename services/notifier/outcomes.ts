import { isoOf, type Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { ToldChange } from './channel.js';
import type { Verdict } from './verdict.js';

/** One attempt at telling one change: a row of the table `notifications`. */
export interface NotificationRow {
  readonly change_id: string;
  readonly incident_id: string;
  readonly group_id: string;
  readonly change_type: string;
  readonly endpoint: string;
  readonly outcome: 'delivered' | 'later' | 'refused' | 'expired';
  /** HTTP status, 0 where there was none. */
  readonly status: number;
  readonly reason: string;
  readonly attempt: number;
  readonly attempted_at: string;
}

/** Where attempts are kept for analysts. */
export interface NotificationStore {
  insertNotifications(rows: readonly NotificationRow[]): Promise<void>;
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
    this.#rows.push({
      change_id: change.change_id,
      incident_id: change.incident_id,
      group_id: change.group_id,
      change_type: change.change_type,
      endpoint,
      outcome: result.kind,
      status: 'status' in result ? result.status : 0,
      reason: 'reason' in result ? result.reason : '',
      attempt,
      attempted_at: isoOf(this.tools.clock.now()),
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
