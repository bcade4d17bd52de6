import type { NotificationOutcome, NotificationRow } from '#libs/contracts/notification-row.js';
import type { Nobody } from '#libs/routing/planning.js';
import { lateMsMax } from '#libs/routing/due.js';
import type { Send } from '#libs/routing/send.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { RecentIds, rememberedMax } from '../deliver/delivered.js';
import type { Outcomes } from '../deliver/outcomes.js';
import type { CaseCourier } from './case-courier.js';

const sayings = {
  delivered: ['info', 'a case was told'],
  failed: ['warn', 'a case could not be told and is told again later'],
  refused: ['error', 'a message of a case was refused; check the receiver'],
  expired: ['warn', 'a message of a case was due for too long and is left to the digest'],
  muted: ['info', 'a message of a case was kept back by a mute'],
  superseded: ['info', 'a message of a case was not sent: somebody took it, or it was over'],
} as const satisfies Readonly<Record<NotificationOutcome, readonly ['info' | 'warn' | 'error', string]>>;

/** The row of an attempt to send it, or of why there was none. `now` is wall clock, milliseconds. */
export function sendRowOf(
  send: Send,
  attempt: number,
  outcome: NotificationOutcome,
  what: { readonly status: number; readonly reason: string; readonly now: number },
): NotificationRow {
  const { send_id: change_id, case_id: incident_id, kind, receiver: endpoint, at, message } = send;
  const { status, reason, now } = what;
  return {
    change_id,
    incident_id,
    change_type: message.change_type ?? '',
    kind,
    endpoint,
    attempt,
    outcome,
    status,
    reason,
    at: isoOf(now),
    delay_seconds: Math.max(0, now - at) / 1000,
  };
}

/** How what is told of cases shows itself to people: rows of the store, metrics and log lines. No account, no patient. */
export class TellerReport {
  readonly #nobody = new RecentIds(rememberedMax);

  constructor(
    private readonly tools: { readonly clock: Clock; readonly log: Log; readonly metrics: Metrics; readonly outcomes: Outcomes },
  ) {}

  /** What became of a send, or of an attempt to send it. */
  outcome(
    send: Send,
    attempt: number,
    outcome: NotificationOutcome,
    { status, reason }: { readonly status: number; readonly reason: string },
  ): void {
    const { clock, log, metrics, outcomes } = this.tools;
    const now = clock.now();
    const { send_id, case_id, kind, receiver, policy, step } = send;
    const row = sendRowOf(send, attempt, outcome, { status, reason, now });
    outcomes.add(row);
    metrics.add('vigie_notifications_total', { endpoint: receiver, outcome });
    if (outcome === 'superseded') metrics.add('vigie_notifications_superseded_total');
    if (outcome === 'delivered') {
      metrics.observe('vigie_delivery_delay_seconds', row.delay_seconds, { endpoint: receiver });
      if (kind === 'escalation') metrics.add('vigie_escalation_steps_total', { policy, step });
    }
    const [level, text] = sayings[outcome];
    log[level](text, { endpoint: receiver, sendId: send_id, caseId: case_id, kind, attempt, status, reason });
  }

  /** Once for each step that found nobody on call. */
  nobody(all: readonly Nobody[]): void {
    const now = this.tools.clock.now();
    for (const { case_id: caseId, policy, step, round, at, schedule } of all) {
      if (now - at > lateMsMax) continue;
      const id = `${caseId} ${policy} ${step} ${round} ${at} ${schedule}`;
      if (this.#nobody.has(id)) continue;
      this.#nobody.add(id);
      this.tools.metrics.add('vigie_escalation_nobody_total');
      this.tools.log.error('nobody is on call; the next step is told at once', { caseId, policy, step, schedule });
    }
  }

  show(receiver: string, courier: CaseCourier): void {
    this.tools.metrics.set('vigie_notifications_pending', courier.pending, { endpoint: receiver });
    this.tools.metrics.set('vigie_endpoint_unhealthy', courier.troubled ? 1 : 0, { endpoint: receiver });
  }

  notRecorded({ receiver, send_id: sendId }: Send, cause: unknown): void {
    this.tools.log.error('what became of a message of a case cannot be recorded', { endpoint: receiver, sendId, cause });
  }
}
