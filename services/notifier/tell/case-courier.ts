// tell/: what is told of cases, by the file of routing: the plan of each case, kept up with the log, and couriers that ask it before each attempt.
// The road is cases-pipeline.ts.

import type { OpenChannel } from '#libs/channels/channel.js';
import type { Verdict } from '#libs/channels/http/verdict.js';
import { levels } from '#libs/contracts/incident.js';
import type { Send } from '#libs/routing/send.js';
import type { Clock } from '#libs/runtime/clock.js';
import { assertNever } from '#libs/runtime/outcome.js';
import { DeliveryQueue } from '../deliver/delivery-queue.js';
import { EndpointState } from '../deliver/endpoint-state.js';

/** A send on its way; what it says is asked for when it leaves. */
interface Task {
  readonly sendId: string;
  /** The line that it stands in: messages of one case leave one after the other. */
  readonly incidentId: string;
  readonly urgency: number;
  attempts: number;
  refusals: number;
}

export interface CaseCourierTools {
  readonly clock: Clock;
  readonly random: () => number;
  /** The send as it must be told at this moment; `undefined` when it is not to be told any more, or not now. */
  readonly fresh: (sendId: string) => Send | undefined;
  /** What became of an attempt. Resolves once a delivery survives the end of this process. */
  readonly ended: (send: Send, attempt: number, verdict: Verdict) => Promise<void>;
  /** The receiver begins to fail, or takes messages again: plans that tell it something may be others. */
  readonly turned: () => void;
}

/** Messages of cases at a time to one receiver. */
const parallelMax = 4;

/**
 * Brings messages of cases to one receiver: those of a case in order, the critical first, with the waits of the other couriers. Before each
 * attempt the plan is asked again, so that nothing is told that was overtaken while it waited.
 */
export class CaseCourier {
  readonly #queue = new DeliveryQueue<Task>(levels.length);
  readonly #queued = new Set<string>();
  readonly #failing = new Map<string, number>();
  readonly #inFlight = new Map<Task, { readonly startedAt: number; readonly ended: Promise<void> }>();
  readonly #state: EndpointState;
  readonly #stop = new AbortController();
  #troubledAt: number | undefined;
  #wake: AbortController | undefined;

  constructor(
    public channel: OpenChannel,
    private readonly tools: CaseCourierTools,
  ) {
    this.#state = new EndpointState(tools.random);
  }

  get pending(): number {
    return this.#queue.size;
  }

  get troubled(): boolean {
    return this.#troubledAt !== undefined;
  }

  /** Monotonic milliseconds at which the oldest attempt under way began. */
  get oldestStartedAt(): number | undefined {
    const [oldest] = this.#inFlight.values();
    return oldest?.startedAt;
  }

  /** Since when (wall clock, milliseconds) a send cannot be brought: its own attempts fail, or the receiver takes nothing. */
  failedAt(sendId: string): number | undefined {
    return this.#failing.get(sendId) ?? (this.#queued.has(sendId) ? this.#troubledAt : undefined);
  }

  /** Takes a send over; one that it has already is the same. */
  offer({ send_id: sendId, case_id, message }: Send): void {
    if (this.#queued.has(sendId) || this.#stop.signal.aborted) return;
    this.#queued.add(sendId);
    const level = message.case?.level ?? 'informational';
    this.#queue.add({ sendId, incidentId: case_id || sendId, urgency: levels.indexOf(level), attempts: 0, refusals: 0 });
    this.#pump();
  }

  /** Breaks off what is in flight and brings nothing more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake?.abort();
    await Promise.all([...this.#inFlight.values()].map(({ ended }) => ended));
  }

  #pump(): void {
    const now = this.tools.clock.monotonic();
    const parallel = this.#state.probing ? 1 : parallelMax;
    while (!this.#stop.signal.aborted && now >= this.#state.pausedUntil && this.#inFlight.size < parallel) {
      const task = this.#queue.next(now);
      if (!task) break;
      this.#inFlight.set(task, { startedAt: now, ended: this.#bring(task) });
    }
    this.#arm(now, parallel);
  }

  async #bring(task: Task): Promise<void> {
    await Promise.resolve(); // so that the caller has noted this attempt before it can end
    try {
      const send = this.tools.fresh(task.sendId);
      if (!send) return this.#done(task);
      task.attempts += 1;
      const verdict = await this.channel.send(send.message, this.#stop.signal);
      if (this.#stop.signal.aborted && verdict.kind !== 'delivered') return;
      this.#judge(task, verdict);
      await this.tools.ended(send, task.attempts, verdict);
      if (verdict.kind === 'delivered') this.#done(task);
    } finally {
      this.#inFlight.delete(task);
      this.#pump();
    }
  }

  #judge(task: Task, verdict: Verdict): void {
    const { clock } = this.tools;
    switch (verdict.kind) {
      case 'delivered':
        this.#state.delivered();
        break;
      case 'later':
        this.#queue.later(task, this.#state.failed(clock.monotonic(), verdict, task.attempts));
        if (task.attempts > 1) this.#failing.set(task.sendId, this.#failing.get(task.sendId) ?? clock.now());
        break;
      case 'refused':
        task.refusals += 1;
        this.#queue.later(task, this.#state.refusedFor(clock.monotonic(), verdict, task.refusals));
        this.#failing.set(task.sendId, this.#failing.get(task.sendId) ?? clock.now());
        break;
      default:
        assertNever(verdict);
    }
    const troubled = this.#state.troubled(clock.monotonic());
    const turned = troubled !== this.troubled || verdict.kind !== 'delivered';
    this.#troubledAt = troubled ? (this.#troubledAt ?? clock.now()) : undefined;
    if (turned) this.tools.turned();
  }

  #done(task: Task): void {
    this.#queue.done(task);
    this.#queued.delete(task.sendId);
    this.#failing.delete(task.sendId);
  }

  /** Sleeps until the next attempt is due, unless one that ends or a send that comes will run the loop anyway. */
  #arm(now: number, parallel: number): void {
    this.#wake?.abort();
    this.#wake = undefined;
    const dueAt = this.#inFlight.size < parallel ? this.#queue.dueAt : undefined;
    if (this.#stop.signal.aborted || dueAt === undefined) return;
    const wake = new AbortController();
    this.#wake = wake;
    this.tools.clock.sleep(Math.max(0, Math.max(dueAt, this.#state.pausedUntil) - now), wake.signal).then(
      () => this.#pump(),
      () => {},
    );
  }
}
