import type { Position } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import { messageOf } from '#libs/runtime/outcome.js';
import type { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { NotifierPipeline } from './pipeline.js';

/** Time between two looks at the log, in milliseconds. */
const lookEveryMs = 1000;

/** A delivery may take 15 s; one that has not ended after this long has been forgotten by somebody, in milliseconds. */
const stuckMs = 120_000;

/** Lag by partition: that of the channel that is furthest behind, since each reads for itself. */
export class Gauges {
  #looking = false;
  #unknown = 'no look at the log has succeeded yet';

  constructor(
    private readonly pipeline: NotifierPipeline,
    private readonly tools: { readonly clock: Clock; readonly log: Log; readonly metrics: Metrics; readonly health: Health },
  ) {}

  /** From here on the checks of health speak of reading; before, of what is waited for. Answers with the function that stops the looks. */
  start(): () => void {
    const { clock, health } = this.tools;
    health.live('deliveries', () => {
      const stuck = this.pipeline.couriers.filter(
        ({ oldestStartedAt: at }) => at !== undefined && clock.monotonic() - at > stuckMs,
      );
      const late = this.pipeline.cases?.teller.couriers.find(
        ({ oldestStartedAt: at }) => at !== undefined && clock.monotonic() - at > stuckMs,
      );
      if (late) return `a message to ${late.channel.name} never ended`;
      return stuck.length > 0 ? `a delivery to ${stuck.map(({ channel }) => channel.name).join(', ')} never ended` : undefined;
    });
    health.ready('log', () => this.#unknown || undefined);
    return clock.every(lookEveryMs, () => void this.look());
  }

  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const cases = this.pipeline.cases?.members ?? [];
      const answers = await Promise.all(this.pipeline.members.map((member) => member.positions()));
      const ofCases = await Promise.all(cases.map((member) => member.positions()));
      this.#show(answers.flat());
      for (const positions of ofCases) this.#showStalled('cases', positions);
      answers.forEach((positions, index) => this.#showStalled(this.pipeline.couriers[index]?.channel.name ?? '', positions));
      this.#unknown = '';
    } catch (cause) {
      this.#unknown = `the log cannot be asked how far it was read: ${messageOf(cause)}`;
      this.tools.log.warn('the lag could not be measured', { cause });
    } finally {
      this.#looking = false;
    }
  }

  #showStalled(pipeline: string, positions: readonly Position[]): void {
    for (const { topic, partition, retrying } of positions)
      this.tools.metrics.set('vigie_stalled', retrying ? 1 : 0, { pipeline, topic, partition });
  }

  #show(positions: readonly Position[]): void {
    const worst = new Map<string, Position>();
    for (const position of positions) {
      const name = `${position.topic}/${position.partition}`;
      if (position.committed < (worst.get(name)?.committed ?? Infinity)) worst.set(name, position);
    }
    for (const { topic, partition, end, next, committed } of worst.values()) {
      this.tools.metrics.set('vigie_log_lag_frames', Math.max(0, end - next), { topic, partition });
      this.tools.metrics.set('vigie_log_uncommitted_frames', Math.max(0, end - Math.max(0, committed)), { topic, partition });
    }
  }
}
