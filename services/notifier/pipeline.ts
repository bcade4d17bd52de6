import { join } from 'node:path';
import { topics } from '#libs/contracts/topics.js';
import type { EventLog, Join, Membership, Reader } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { Channel } from './channels/channel.js';
import { ChannelReader } from './read/channel-reader.js';
import { Courier } from './deliver/courier.js';
import type { Delivered } from './deliver/delivered.js';
import { Outcomes, type NotificationStore } from './deliver/outcomes.js';
import { SetAside } from './read/set-aside.js';
import type { CasesPipeline } from './tell/cases-pipeline.js';
import { tellOthers } from './deliver/tell-others.js';

/** The group of the log channel; an endpoint has a group of its own with its name at the end. */
export const notifierGroup = 'vigie-notifier';

/** Bytes of frames taken over in one call. */
const batchBytesMax = 1024 * 1024;

export interface PipelineTools {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Log;
  readonly metrics: Metrics;
  readonly store: NotificationStore;
  readonly openDelivered: (channel: string) => Promise<Delivered>;
}

/**
 * The notifier's road, once per channel (the log, and each endpoint):
 *
 *   frames -> decode -> leave out what is not told -> queue (per incident in order, critical first) -> attempt -> record the id
 *                                                        ^ backoff, Retry-After, long interval <-'         '-> offset of the prefix
 *                                                        '-> what is stuck is told to the other channels
 *
 * and, where a file of routing says who is told of cases, that of tell/cases-pipeline.ts.
 */
export class NotifierPipeline {
  readonly #couriers: Courier[] = [];
  readonly #members: Membership[] = [];
  readonly #readers = new Map<string, Reader>();
  readonly #leaving = new AbortController();
  readonly #outcomes: Outcomes;
  #fail: (cause: unknown) => void = () => {};
  /** Rejects with what a channel could not survive; never resolves. */
  readonly failed = new Promise<never>((_resolve, reject) => {
    this.#fail = reject;
  });

  constructor(
    private readonly channels: readonly Channel[],
    private readonly tools: PipelineTools,
    casesOver: (outcomes: Outcomes) => CasesPipeline | undefined = () => undefined,
  ) {
    this.#outcomes = new Outcomes(tools.store, { clock: tools.clock, log: tools.logger, metrics: tools.metrics });
    this.cases = casesOver(this.#outcomes);
  }

  /** Tells cases by the file of routing; undefined where there is none. */
  readonly cases: CasesPipeline | undefined;

  get couriers(): readonly Courier[] {
    return this.#couriers;
  }

  /** In the order of the couriers, without those of cases. */
  get members(): readonly Membership[] {
    return this.#members;
  }

  /** Each channel reads as a group of its own: what `join` gives hands frames to `readerOf` the group; without it the log does. */
  async start(join?: Join): Promise<void> {
    for (const channel of this.channels) {
      const courier = await this.#courierOf(channel);
      this.#couriers.push(courier);
      const member = await this.#join(courier, join);
      member.ended.catch(this.#fail);
      this.#members.push(member);
    }
    await this.cases?.start(join, this.#leaving.signal, this.#fail);
  }

  /** Who reads for a group. Throws for a group that is none of ours. */
  readerOf(group: string): Reader {
    const reader = this.#readers.get(group) ?? this.cases?.readerOf(group);
    if (!reader) throw new Error(`nobody reads as the group ${group}`);
    return reader;
  }

  /** Nothing more is taken over; what is with a receiver ends; the rest stays in the log. */
  async stop(): Promise<void> {
    this.#leaving.abort(new Error('the notifier stops'));
    await Promise.all(this.#members.map((member) => member.leave()));
    await Promise.all([...this.#couriers.map((courier) => courier.stop()), this.cases?.stop()]);
    await this.#outcomes.flush();
  }

  /** Called by a timer: outcomes go to the store. */
  flushOutcomes(): Promise<void> {
    return this.#outcomes.flush();
  }

  async #courierOf(channel: Channel): Promise<Courier> {
    const { clock, random, logger, metrics, openDelivered } = this.tools;
    const delivered = await openDelivered(channel.name);
    return new Courier(channel, {
      clock,
      random,
      log: logger,
      metrics,
      delivered,
      outcomes: this.#outcomes,
      tellOthers: (notice) => tellOthers(this.#couriers, notice, { log: logger, metrics }),
    });
  }

  #join(courier: Courier, join?: Join): Promise<Membership> {
    const { log, clock, logger, metrics } = this.tools;
    const isLog = courier.channel.name === 'log';
    const aside = new SetAside(log, clock);
    const reader = new ChannelReader(courier, {
      log: logger,
      metrics,
      // Every channel reads every line; the log channel alone sets the bad ones aside.
      setAside: async (at, offset, line, text, reason, detail) => {
        if (!isLog) return;
        await aside.append(at, offset, line, text, reason, detail);
        metrics.add('vigie_rows_rejected_total', { step: 'notify', reason });
        logger.error('a line of the incidents is no incident change and was set aside', { ...at, offset, reason });
      },
    });
    const group = isLog ? notifierGroup : `${notifierGroup}-${courier.channel.name}`;
    const { signal } = this.#leaving;
    this.#readers.set(group, reader);
    const options = { group, topics: [topics.incidents], batchBytesMax, signal };
    const joining = join ? join(options) : log.join(options, reader);
    reader.joined(joining);
    return joining;
  }
}

/** Where the ids that a channel has delivered are kept. */
export function deliveredPath(dataDir: string, channel: string): string {
  return join(dataDir, 'state', 'notifier', `${channel}.delivered`);
}
