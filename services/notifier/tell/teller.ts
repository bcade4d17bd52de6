import type { CaseBook } from '#libs/cases/case-book.js';
import type { OpenChannel } from '#libs/channels/channel.js';
import type { Verdict } from '#libs/channels/http/verdict.js';
import type { Receiver } from '#libs/channels/receivers/schema.js';
import type { CaseMessage } from '#libs/contracts/case-message.js';
import type { MuteRow } from '#libs/contracts/mute-row.js';
import type { Lengths } from '#libs/dossier/deadlines.js';
import type { NotificationOutcome } from '#libs/contracts/notification-row.js';
import { decide } from '#libs/routing/due.js';
import type { Routing } from '#libs/routing/routing.js';
import type { Send } from '#libs/routing/send.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { Delivered } from '../deliver/delivered.js';
import type { Outcomes } from '../deliver/outcomes.js';
import { CaseCourier } from './case-courier.js';
import { Plans } from './plans.js';
import { TellerReport } from './teller-report.js';
import type { Told } from './told.js';

export interface TellerTools {
  readonly book: CaseBook;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly outcomes: Outcomes;
  readonly open: (receiver: Receiver) => OpenChannel;
  /** Of the clocks of a breach, as they are now. */
  /** Where the chains of the audit stand, for the list of the day. */
  readonly heads: () => readonly string[];
  readonly lengths: () => Lengths;
  /** What a receiver has of this process, and what was left out for ever. */
  readonly openDelivered: (name: string) => Promise<Delivered>;
  /** What receivers have of others. */
  readonly told: Told;
  /** Whether this process tells of a case (of an account), or of a message that is about none. */
  readonly owns: (send: Send) => boolean;
}

interface Post {
  readonly courier: CaseCourier;
  readonly delivered: Delivered;
  /** Ids that were left out for good: muted, superseded, expired. */
  readonly leftOut: Delivered;
  receiver: string;
}

/** Tells what the plans say is due, once each; leaves out what is muted, overtaken or too late, and says so once. */
export class Teller {
  readonly #posts = new Map<string, Post>();
  readonly #plans: Plans;
  readonly #report: TellerReport;
  readonly #stopping = new AbortController();
  #ready = false;

  constructor(
    private readonly tools: TellerTools,
    routing: Routing,
  ) {
    this.#plans = new Plans(
      {
        book: tools.book,
        lengths: tools.lengths,
        heads: tools.heads,
        failedAt: (id, receiver) => this.#posts.get(receiver)?.courier.failedAt(id),
      },
      routing,
    );
    this.#report = new TellerReport(tools);
  }

  get couriers(): readonly CaseCourier[] {
    return [...this.#posts.values()].map(({ courier }) => courier);
  }

  /** Follows a file, and mutes, from now on. A receiver that the file does not name any more is told nothing more. */
  async use(routing: Routing, mutes: readonly MuteRow[]): Promise<void> {
    for (const [name, receiver] of routing.receivers) {
      const said = JSON.stringify(receiver);
      const post = this.#posts.get(name) ?? (await this.#postOf(receiver));
      if (post.receiver !== said) post.courier.channel = this.tools.open(receiver);
      post.receiver = said;
      this.#posts.set(name, post);
    }
    this.#plans.use(routing, mutes);
    this.#ready = true;
  }

  /** Called when a record came, when ownership changed, and by a timer: nothing waits for anything else. */
  look(): void {
    if (!this.#ready) return;
    for (const send of this.#plans.at(this.tools.clock.now())) this.#take(send);
    this.#report.nobody(this.#plans.nobody);
    for (const [name, { courier }] of this.#posts) this.#report.show(name, courier);
  }

  /**
   * Says again, to receivers that forget, which of the cases that they were told of are still open. Called every `resendEveryMs`; what cannot be
   * said now is said the next time, and how the receiver is shows itself in what it is told.
   */
  async remind(): Promise<void> {
    if (!this.#ready) return;
    const now = this.tools.clock.now();
    const sends = this.#plans.ofOpen(now);
    const open = this.tools.book.openRows(now);
    await Promise.all(
      [...this.#posts].map(async ([name, post]) => {
        const told = (send: Send) =>
          send.receiver === name && send.mutedBy === '' && this.#wasTold(post, name, send.send_id) && this.tools.owns(send);
        const own = sends.filter(told);
        const cases = new Set(own.filter(({ kind }) => kind !== 'deadline').map(({ case_id }) => case_id));
        const rows = open.filter(({ case_id }) => cases.has(case_id));
        const clocks = lastOfClocks(own);
        if (rows.length > 0 || clocks.length > 0) await post.courier.channel.resend?.(rows, this.#stopping.signal, clocks);
      }),
    );
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the notifier stops'));
    await Promise.all(this.couriers.map((courier) => courier.stop()));
  }

  #take(send: Send): void {
    const post = this.#posts.get(send.receiver);
    if (post && this.#isToTell(post, send)) post.courier.offer(send);
  }

  /** Whether it is to be told at this moment. What is never to be told any more is recorded, once all is known that was told. */
  #isToTell(post: Post, send: Send): boolean {
    const { told, owns, clock } = this.tools;
    const { send_id, receiver } = send;
    if (told.asked || post.delivered.has(send_id) || post.leftOut.has(send_id) || told.has(receiver, send_id) || !owns(send))
      return false;
    const decision = decide(send, clock.now(), (id) => this.#wasTold(post, receiver, id));
    if (decision === 'tell') return true;
    if (decision !== 'wait' && decision !== 'forgotten' && told.known) this.#leaveOut(post, send, decision);
    return false;
  }

  /** Whether a receiver has it. Where that is not known, it has: an end or a reminder too many does no harm, one too few leaves an alert open. */
  #wasTold({ delivered, leftOut }: Post, receiver: string, sendId: string): boolean {
    const { told } = this.tools;
    return delivered.has(sendId) || told.has(receiver, sendId) || (!told.known && !leftOut.has(sendId));
  }

  #leaveOut(post: Post, send: Send, outcome: NotificationOutcome & ('muted' | 'superseded' | 'expired')): void {
    const reason = outcome === 'muted' ? send.mutedBy : outcome === 'expired' ? 'due for too long: in the digest' : '';
    this.#report.outcome(send, 1, outcome, { status: 0, reason });
    // A full disk must not hold up alerts: at worst the row is written again after a restart.
    post.leftOut.add(send.send_id).catch((cause: unknown) => this.#report.notRecorded(send, cause));
  }

  /** What must be told at this moment: the plan is made anew, and what was overtaken is left out. */
  #fresh(post: Post, sendId: string): Send | undefined {
    const send = this.#plans.fresh(sendId, this.tools.clock.now());
    return send && this.#isToTell(post, send) ? send : undefined;
  }

  async #ended(post: Post, send: Send, attempt: number, verdict: Verdict): Promise<void> {
    if (verdict.kind !== 'delivered')
      return this.#report.outcome(send, attempt, verdict.kind === 'later' ? 'failed' : 'refused', verdict);
    this.#report.outcome(send, attempt, 'delivered', { status: verdict.status, reason: '' });
    await post.delivered.add(send.send_id).catch((cause: unknown) => this.#report.notRecorded(send, cause));
  }

  async #postOf(receiver: Receiver): Promise<Post> {
    const { openDelivered, open, clock, random } = this.tools;
    const { name } = receiver;
    const courier = new CaseCourier(open(receiver), {
      clock,
      random,
      fresh: (sendId) => this.#fresh(post, sendId),
      ended: (send, attempt, verdict) => this.#ended(post, send, attempt, verdict),
      turned: () => this.#plans.forget(name),
    });
    const post: Post = {
      courier,
      delivered: await openDelivered(`case-${name}`),
      leftOut: await openDelivered(`case-${name}-left-out`),
      receiver: JSON.stringify(receiver),
    };
    return post;
  }
}

/** Of each clock that still runs the message that was told last. `sends` come in the order of their instants. */
function lastOfClocks(sends: readonly Send[]): readonly CaseMessage[] {
  const last = new Map<string, CaseMessage>();
  for (const { message, stoppedAt, needs, case_id } of sends) {
    const { deadline } = message;
    if (deadline && stoppedAt === undefined && needs.length === 0)
      last.set([case_id, deadline.controller_id, deadline.clock].join('\0'), message);
  }
  return [...last.values()];
}
