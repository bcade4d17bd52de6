import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { ToldChange } from '../channels/channel.js';

/** What a courier did with a change, as `vigie_notifications_total` counts it. */
export type CountedOutcome = 'delivered' | 'failed' | 'refused' | 'expired' | 'duplicate' | 'below_level';

/** How a courier shows itself to people: metrics and log lines of one endpoint. */
export class CourierReport {
  constructor(
    private readonly endpoint: string,
    private readonly tools: { readonly clock: Clock; readonly log: Log; readonly metrics: Metrics },
  ) {}

  count(outcome: CountedOutcome): void {
    this.tools.metrics.add('vigie_notifications_total', { endpoint: this.endpoint, outcome });
    if (outcome === 'failed') this.tools.metrics.add('vigie_retries_total', { operation: 'webhook' });
  }

  /** The end-to-end delay of a change that has just arrived. */
  arrived(change: ToldChange): void {
    const delayMs = this.tools.clock.now() - Date.parse(change.received_at);
    this.tools.metrics.observe('vigie_delivery_delay_seconds', Math.max(0, delayMs) / 1000, { endpoint: this.endpoint });
    this.count('delivered');
  }

  show(pending: number, healthy: boolean): void {
    this.tools.metrics.set('vigie_notifications_pending', pending, { endpoint: this.endpoint });
    this.tools.metrics.set('vigie_endpoint_unhealthy', healthy ? 0 : 1, { endpoint: this.endpoint });
  }

  recovered(): void {
    this.tools.log.info('the endpoint takes notifications again', { endpoint: this.endpoint });
  }

  say(
    level: 'warn' | 'error',
    message: string,
    change: ToldChange,
    what: { attempt: number; status: number; reason: string },
  ): void {
    this.tools.log[level](message, {
      endpoint: this.endpoint,
      changeId: change.change_id,
      incidentId: change.incident_id,
      attempt: what.attempt,
      status: what.status,
      reason: what.reason,
    });
  }

  notRecorded(cause: unknown): void {
    this.tools.log.error('that a notification was delivered cannot be recorded', { endpoint: this.endpoint, cause });
  }
}
