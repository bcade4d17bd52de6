import { levels } from '#libs/contracts/incident.js';
import type { EndpointPaused } from '#libs/contracts/webhook-body.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { assertNever } from '#libs/runtime/outcome.js';
import { Announcer, type AnnouncerTools } from './announcer.js';
import type { Channel, ToldChange } from '../channels/channel.js';
import { CourierReport } from './courier-report.js';
import type { Delivered } from './delivered.js';
import type { DeliveryTask as Task } from './delivery-task.js';
import { DeliveryQueue } from './delivery-queue.js';
import { EndpointState } from './endpoint-state.js';
import type { Outcomes } from './outcomes.js';
import { giveUpAfterMs } from '../channels/schedule.js';
import type { Later, Refused, Verdict } from '#libs/channels/http/verdict.js';

/** Changes that one endpoint holds in memory (about 2 KB each); more stay in the log until there is room. */
export const pendingMax = 10_000;

export interface CourierTools extends AnnouncerTools {
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly delivered: Delivered;
  readonly outcomes: Outcomes;
}

/**
 * Delivers changes to one channel: those of an incident in order, incidents side by side up to the channel's limit, the critical first.
 * A failure makes the whole endpoint wait, with one probe at a time until an answer is good again: ten thousand waiting changes are not
 * ten thousand retries. Nothing polls: the loop runs when a change comes, a delivery ends, or a wait is over.
 */
export class Courier {
  readonly #queue = new DeliveryQueue<Task>(levels.length);
  readonly #inFlight = new Map<Task, { readonly startedAt: number; readonly ended: Promise<void> }>();
  readonly #gone = new WeakSet<object>();
  readonly #stop = new AbortController();
  readonly #report: CourierReport;
  readonly #ids = new Set<string>();
  #roomWanted: (() => void)[] = [];
  readonly #state: EndpointState;
  readonly #announcer: Announcer;
  #wake: AbortController | undefined;

  constructor(
    readonly channel: Channel,
    private readonly tools: CourierTools,
  ) {
    this.#report = new CourierReport(channel.name, tools);
    this.#state = new EndpointState(tools.random);
    this.#announcer = new Announcer(channel.name, this.#queue, this.#state, tools);
    this.#show();
  }

  /** Why the endpoint counts as unhealthy, if it does. */
  get unhealthy(): string | undefined {
    return this.#state.refused;
  }

  /** Monotonic milliseconds at which the oldest delivery under way began. */
  get oldestStartedAt(): number | undefined {
    const [oldest] = this.#inFlight.values();
    return oldest?.startedAt;
  }

  get pending(): number {
    return this.#queue.size;
  }

  /** Resolves when another change may be offered, or when the signal aborts. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.#queue.size >= pendingMax && !signal.aborted)
      await new Promise<void>((resolve) => {
        this.#roomWanted.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
  }

  /** Takes a change over; `settled` is called once it is delivered, needless or too old. Never again after `release` of its owner. */
  offer(change: ToldChange, owner: object, settled: () => void): void {
    const needless = this.#needless(change);
    if (needless) {
      this.#report.count(needless);
      settled();
      return;
    }
    this.#ids.add(change.change_id);
    const urgency = levels.indexOf(change.level);
    const task: Task = { change, incidentId: change.incident_id, urgency, owner, settled, attempts: 0, refusals: 0 };
    this.#announcer.waits(task);
    this.#queue.add(task);
    this.#pump();
  }

  /** Forgets the changes of an owner, after those with the receiver have ended (within the deadline of an attempt). */
  async release(owner: object): Promise<void> {
    this.#gone.add(owner); // from here on none of its changes starts
    const its = [...this.#inFlight].filter(([task]) => task.owner === owner);
    await Promise.all(its.map(([, { ended }]) => ended));
    this.#queue.drop((task) => {
      if (task.owner !== owner) return false;
      this.#ids.delete(task.change.change_id);
      this.#announcer.gone(task);
      return true;
    });
    this.#show();
    this.#makeRoom();
  }

  /** One attempt to say here that another channel takes nothing; none while this one is left alone. */
  announce(notice: EndpointPaused): Promise<Verdict> {
    if (this.tools.clock.monotonic() < this.#state.pausedUntil)
      return Promise.resolve({ kind: 'later', status: 0, reason: 'is paused itself' });
    return this.channel.announce(notice, this.#stop.signal);
  }

  /** Breaks off what is in flight and delivers nothing more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake?.abort();
    await Promise.all([...this.#inFlight.values()].map(({ ended }) => ended));
  }

  #needless(change: ToldChange): 'below_level' | 'duplicate' | undefined {
    if (levels.indexOf(change.level) < levels.indexOf(this.channel.levelMin)) return 'below_level';
    // The same change comes twice after the scorer has replayed: the first one is on its way or there.
    return this.#ids.has(change.change_id) || this.tools.delivered.has(change.change_id) ? 'duplicate' : undefined;
  }

  #pump(): void {
    const now = this.tools.clock.monotonic();
    while (!this.#stop.signal.aborted && now >= this.#state.pausedUntil && this.#inFlight.size < this.#parallel()) {
      const task = this.#queue.next(now);
      if (!task) break;
      if (this.#gone.has(task.owner)) this.#forget(task);
      else this.#inFlight.set(task, { startedAt: now, ended: this.#deliver(task) });
    }
    if (!this.#stop.signal.aborted) void this.#announcer.look(now)?.then(() => this.#pump());
    this.#show();
    this.#arm(now);
  }

  /** One probe while the endpoint fails, else what the channel allows. */
  #parallel(): number {
    return this.#state.probing ? 1 : this.channel.parallelMax;
  }

  async #deliver(task: Task): Promise<void> {
    await Promise.resolve(); // so that the caller has noted this delivery before it can end
    try {
      const { clock, outcomes } = this.tools;
      if (clock.now() - Date.parse(task.change.changed_at) > giveUpAfterMs) return this.#giveUp(task);
      task.attempts += 1;
      const verdict = await this.channel.send(task.change, this.#stop.signal);
      if (this.#stop.signal.aborted && verdict.kind !== 'delivered') return;
      outcomes.note(this.channel.name, task.change, task.attempts, verdict);
      await this.#judge(task, verdict);
    } finally {
      this.#inFlight.delete(task);
      this.#makeRoom();
      this.#pump();
    }
  }

  async #judge(task: Task, verdict: Verdict): Promise<void> {
    switch (verdict.kind) {
      case 'delivered':
        return this.#delivered(task);
      case 'later':
        return this.#failed(task, verdict);
      case 'refused':
        return this.#refused(task, verdict);
      default:
        return assertNever(verdict);
    }
  }

  async #delivered(task: Task): Promise<void> {
    if (this.#state.refused) this.#report.recovered();
    this.#state.delivered();
    this.#report.arrived(task.change);
    // A full disk must not hold up alerts: at worst the change is sent again under the same id after a restart.
    await this.tools.delivered.add(task.change.change_id).catch((cause: unknown) => this.#report.notRecorded(cause));
    this.#settle(task);
  }

  #failed(task: Task, verdict: Later): void {
    this.#queue.later(task, this.#state.failed(this.tools.clock.monotonic(), verdict, task.attempts));
    this.#report.count('failed');
    this.#say('warn', 'a notification was not taken and is tried again', task, verdict);
  }

  #refused(task: Task, verdict: Refused): void {
    task.refusals += 1;
    this.#announcer.refused(task);
    this.#queue.later(task, this.#state.refusedFor(this.tools.clock.monotonic(), verdict, task.refusals));
    this.#report.count('refused');
    this.#say('error', 'a notification was refused; check the endpoint, the incident is in this log', task, verdict);
  }

  #giveUp(task: Task): void {
    this.#report.count('expired');
    this.tools.outcomes.note(this.channel.name, task.change, task.attempts, { kind: 'expired' });
    const why = { status: 0, reason: 'expired' };
    this.#say('error', 'a notification could not be delivered for too long and is given up', task, why);
    this.#settle(task);
  }

  #settle(task: Task): void {
    this.#forget(task);
    task.settled();
  }

  #forget(task: Task): void {
    this.#queue.done(task);
    this.#announcer.gone(task);
    this.#ids.delete(task.change.change_id);
  }

  #makeRoom(): void {
    if (this.#queue.size >= pendingMax) return;
    for (const resolve of this.#roomWanted.splice(0)) resolve();
  }

  /** Sleeps until the next change or notice is due, unless a delivery that ends or a change that comes will run the loop anyway. */
  #arm(now: number): void {
    this.#wake?.abort('armed anew'); // without a reason each makes an exception, stack included
    this.#wake = undefined;
    if (this.#stop.signal.aborted) return;
    const dueAt = (this.#inFlight.size < this.#parallel() ? this.#queue.dueAt : undefined) ?? Infinity;
    const attemptAt = Math.max(dueAt, this.#state.pausedUntil);
    const wakeAt = Math.min(attemptAt, this.#announcer.dueAt ?? Infinity);
    if (wakeAt === Infinity) return;
    const wake = new AbortController();
    this.#wake = wake;
    this.tools.clock.sleep(Math.max(0, wakeAt - now), wake.signal).then(
      () => this.#pump(),
      () => {},
    );
  }

  #say(level: 'warn' | 'error', message: string, task: Task, { status, reason }: { status: number; reason: string }): void {
    this.#report.say(level, message, task.change, { attempt: task.attempts, status, reason });
  }

  #show(): void {
    this.#report.show(this.#queue.size, !this.#state.troubled(this.tools.clock.monotonic()));
  }
}
