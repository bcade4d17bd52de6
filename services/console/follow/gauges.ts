// follow/: reads what the log says of cases, from its beginning on, and shows how far it is.
// The book, the feed of the pages and the table of cases are made from it.

import { caseStatuses } from '#libs/contracts/case-row.js';
import type { AuditTrail } from '#libs/audit/audit-trail.js';
import { headNumber } from '#libs/audit/chain.js';
import { clockNames, type Lengths } from '#libs/dossier/deadlines.js';
import { levels } from '#libs/contracts/incident.js';
import type { Clock } from '#libs/runtime/clock.js';
import { messageOf } from '#libs/runtime/outcome.js';
import type { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { clocksOfCase } from '#libs/routing/deadline-plan.js';
import { runningClocks } from '../answer/running-clocks.js';
import type { ConsolePipeline } from './pipeline.js';

/** Time between two looks, in milliseconds. */
const lookEveryMs = 1000;

/** Time between two looks at the clocks of all cases, in milliseconds: each takes a pass over every case. */
const clocksEveryMs = 15_000;

export interface GaugesTools {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly health: Health;
  /** Of the clocks of a breach, as they are now. */
  readonly lengths: () => Lengths;
}

/** Lag by partition, cases by status and level, how long the nearest clock of each kind still runs, and where the chain of the audit stands. */
export class Gauges {
  #looking = false;
  #unknown = 'no look at the log has succeeded yet';
  /** When the clocks were shown last, on the clock that never goes back. */
  #clocksAt = -Infinity;

  constructor(
    private readonly pipeline: Pick<ConsolePipeline, 'book' | 'behind' | 'membership'> & {
      readonly trail: Pick<AuditTrail, 'head'>;
    },
    private readonly tools: GaugesTools,
  ) {}

  /** Whether the log could be asked at the last look. */
  get logAnswers(): boolean {
    return this.#unknown === '';
  }

  /** Answers with the function that stops the looks. */
  start(): () => void {
    this.tools.health.ready('log', () => this.#unknown || undefined);
    return this.tools.clock.every(lookEveryMs, () => void this.look());
  }

  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      this.#showCases();
      this.#showClocks();
      this.#showHead();
      const positions = (await this.pipeline.membership?.positions()) ?? [];
      for (const { topic, partition, end, next, retrying } of positions) {
        this.tools.metrics.set('vigie_log_lag_frames', Math.max(0, end - next), { topic, partition });
        this.tools.metrics.set('vigie_stalled', retrying ? 1 : 0, { pipeline: 'console', topic, partition });
      }
      // A console reads every partition: one that has none at the moment has lost them with its brokers.
      this.#unknown = positions.length > 0 ? '' : 'no partition of the log is read at the moment';
    } catch (cause) {
      this.#unknown = `the log cannot be asked how far it was read: ${messageOf(cause)}`;
      this.tools.log.warn('the lag could not be measured', { cause });
    } finally {
      this.#looking = false;
    }
  }

  #showCases(): void {
    const counts = new Map<string, number>(
      caseStatuses.flatMap((status) => levels.map((level) => [`${status} ${level}`, 0] as const)),
    );
    for (const { status, level } of this.pipeline.book.unsortedRows(this.tools.clock.now())) {
      const key = `${status} ${level}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const [key, count] of counts) {
      const [status = '', level = ''] = key.split(' ');
      this.tools.metrics.set('vigie_cases', count, { status, level });
    }
  }

  #showHead(): void {
    const { head } = this.pipeline.trail;
    if (!head) return;
    this.tools.metrics.set('vigie_audit_chain_rows', head.rows, { chain_id: head.chainId });
    this.tools.metrics.set('vigie_audit_head', headNumber(head), { chain_id: head.chainId });
  }

  /** A book that is not read to its end would tell of clocks that were met long ago. */
  #showClocks(): void {
    const { clock, metrics, lengths } = this.tools;
    const { book } = this.pipeline;
    if (this.pipeline.behind() !== undefined || clock.monotonic() - this.#clocksAt < clocksEveryMs) return;
    this.#clocksAt = clock.monotonic();
    const now = clock.now();
    const options = { lengths: lengths(), controllers: book.policy.controllers, until: now };
    const clocksOf = (id: string) => [book.caseOf(id, now) ?? []].flat().flatMap((view) => clocksOfCase(view, options));
    const running = runningClocks(book.unsortedRows(now), now, clocksOf);
    for (const kind of clockNames) {
      const left = running.find((one) => one.clock === kind)?.seconds_left;
      if (left === undefined) metrics.forget('vigie_deadline_seconds', { kind });
      else metrics.set('vigie_deadline_seconds', left, { kind });
    }
  }
}
