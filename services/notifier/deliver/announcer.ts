// deliver/: one endpoint's changes in their order, once each, through its troubles; others are told of those.
// The road is courier.ts.

import type { EndpointPaused } from '#libs/contracts/webhook-body.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { DeliveryTask as Task } from './delivery-task.js';
import type { DeliveryQueue } from './delivery-queue.js';
import type { EndpointState } from './endpoint-state.js';
import { noticeOf } from './notice.js';
import { noticeCollectMs, noticeEveryMs } from '../channels/schedule.js';

export interface AnnouncerTools {
  readonly clock: Clock;
  /** Tells the other channels. Resolves with whether somebody knows now; when nobody is there to be told, the log is enough. */
  readonly tellOthers: (notice: EndpointPaused) => Promise<boolean>;
}

/**
 * Sees to it that the other channels know what is stuck at one endpoint: all that waits while it is in trouble, else what waits behind a change
 * that it refused. Each change is told of once, those that come together in one notice, and once a minute at most.
 */
export class Announcer {
  readonly #refused = new Set<Task>();
  /** What the others do not know of. */
  readonly #unknown = new Set<Task>();
  #noticeAt: number | undefined;
  #noticedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly endpoint: string,
    private readonly queue: DeliveryQueue<Task>,
    private readonly state: EndpointState,
    private readonly tools: AnnouncerTools,
  ) {}

  /** Monotonic milliseconds at which `look` has something to tell; undefined while nothing is stuck that the others do not know of. */
  get dueAt(): number | undefined {
    return this.#noticeAt;
  }

  waits(task: Task): void {
    this.#unknown.add(task);
  }
  refused(task: Task): void {
    this.#refused.add(task);
  }
  gone(task: Task): void {
    this.#unknown.delete(task);
    this.#refused.delete(task);
  }

  /** To be called whenever something may have changed, and at `dueAt`. Resolves once the others are told, if they were. */
  look(now: number): Promise<void> | undefined {
    if (this.#noticeAt !== undefined) return now >= this.#noticeAt ? this.#tell(now) : undefined;
    const stuck = this.#unknown.size > 0 && (this.state.probing || this.#refused.size > 0);
    if (stuck) this.#noticeAt = Math.max(now + noticeCollectMs, this.#noticedAt + noticeEveryMs);
    return undefined;
  }

  async #tell(now: number): Promise<void> {
    this.#noticeAt = undefined;
    const troubled = this.state.troubled(now);
    const stuck = [...this.queue.behind((head) => troubled || this.#refused.has(head))];
    const news = stuck.filter((task) => this.#unknown.has(task));
    if (news.length === 0) return;
    this.#noticedAt = now;
    for (const task of news) this.#unknown.delete(task);
    const changes = stuck.map(({ change }) => change);
    const wall = this.tools.clock.now();
    const nextAttemptAt = wall + Math.max(0, Math.max(this.queue.dueAt ?? 0, this.state.pausedUntil) - now);
    if (await this.tools.tellOthers(noticeOf(this.endpoint, this.state.last, changes, { now: wall, nextAttemptAt }))) return;
    // Nobody took it: those who were asked may be back in a minute.
    const waiting = new Set(this.queue.behind(() => true));
    for (const task of news) if (waiting.has(task)) this.#unknown.add(task);
  }
}
