import type { UsualView } from '#libs/contracts/accounts/account-view.js';
import { habitVersion } from '#libs/contracts/habits/habit-record.js';
import { habitsTopic } from '#libs/contracts/topics.js';
import type { EventLog, Frame, Membership } from '#libs/event-log/port.js';
import type { HabitModel, HabitOptions } from '#libs/habits/habit-model.js';
import type { HabitRule, Habits } from '#libs/habits/seams.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { newestTimeOf } from './day-of-frame.js';
import { HabitReading, rulesDigest } from './habit-reading.js';
import { lineOf } from '#libs/habits/habit-rows.js';

export interface HabitBookTools {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics: Metrics;
  /** Nobody else's: every scorer reads everything. */
  readonly group: string;
  /** Told what the reading could not survive. */
  readonly failed: (cause: unknown) => void;
}

/** The next day's thresholds are asked for this long after a day began: whoever lags behind has that long to say what the day before came to. */
const askedAfterMs = 18 * 3_600_000;
const batchBytesMax = 8 * 1024 * 1024;
const at = { topic: habitsTopic, partition: 0 };

/**
 * The model of habits as all scorers have it. Engines ask `habits`; before a frame is judged `before` waits until the thresholds of its day are made: whoever needs
 * them first appends a record that says so, and everything before it in the log is what they are made of.
 */
export class HabitBook {
  #reading: HabitReading;
  #membership: Membership | undefined;
  #signal: AbortSignal | undefined;
  /** Groups that have waited once: what they show goes back to 0. */
  readonly #waited = new Set<string>();
  readonly #asked = new Map<number, Promise<void>>();

  constructor(
    private options: HabitOptions,
    private readonly tools: HabitBookTools,
  ) {
    this.#reading = this.#newReading();
  }

  /** What engines ask: always the model in use. */
  readonly habits: Habits = {
    dayOf: (groupId, timeMs) => this.model.dayOf(groupId, timeMs),
    startOf: (groupId, day) => this.model.startOf(groupId, day),
    least: (rule, groupId, key, day, roles) => this.model.least(rule, groupId, key, day, roles),
    evidence: (groupId, key, day, most) => this.model.evidence(groupId, key, day, most),
  };

  get model(): HabitModel {
    return this.#reading.model;
  }
  /** What the model says of a count that a rule came to on a day; undefined of a rule that asks for no habit, and while nothing is known. */
  usualOf(
    ruleId: string,
    of: {
      readonly groupId: string;
      readonly key: string;
      readonly day: number;
      readonly count: number;
      readonly roles?: readonly string[];
    },
  ): UsualView | undefined {
    const rule = this.options.rules.find(({ id }) => id === ruleId);
    const found = rule && this.model.explainDay(rule, of.groupId, of.key, of);
    if (!found) return undefined;
    const { own, role, ceiling = null, usual, p, peerDays, asFar, isNewcomer, asRole, ownDays } = found;
    const least = Math.max(rule.floor, Math.ceil((ownDays?.least ?? 0) - 1e-9));
    return {
      own,
      role,
      ceiling,
      compared_with: usual,
      p,
      peer_days: peerDays,
      as_far: asFar,
      is_newcomer: isNewcomer,
      ...(asRole !== undefined && { as_role: asRole }),
      ...(ownDays && {
        own_days: {
          days: ownDays.days,
          mean: ownDays.mean,
          deviation: ownDays.deviation,
          told_from: found.threshold === undefined ? null : least,
          p: ownDays.p,
        },
      }),
    };
  }

  /** Incidents that are known as honest already. */
  get honest(): ReadonlySet<string> {
    return this.#reading.honest;
  }
  /** Without a rule that asks for habits nothing is learned and nothing is waited for. */
  get isUsed(): boolean {
    return this.options.rules.length > 0;
  }

  /** Reads the topic to its end. */
  async start(signal?: AbortSignal): Promise<void> {
    this.#signal = signal;
    this.#membership = await this.#read(this.#reading);
  }

  async stop(): Promise<void> {
    await this.#membership?.leave();
  }

  /** Shows what is known as metrics; called by a timer. */
  show(): void {
    const { metrics } = this.tools;
    metrics.set('vigie_habits_budget_per_week', this.options.falseIncidentsPerWeek);
    metrics.set('vigie_habits_model_day', this.model.day);
    for (const subject of new Set(this.options.rules.map((rule) => rule.subject)))
      metrics.set('vigie_habits_accounts', this.model.accounts(subject), { subject_kind: subject });
    const waiting = new Map([...this.#waited].map((group) => [group, 0]));
    for (const { groupId } of this.model.waiting()) waiting.set(groupId, (waiting.get(groupId) ?? 0) + 1);
    for (const [group_id, count] of waiting) {
      this.#waited.add(group_id);
      metrics.set('vigie_habits_waiting', count, { group_id });
    }
  }

  /** Other rules are learned from the same days: the topic is read again, and the model so far answers until then. */
  async useRules(rules: readonly HabitRule[]): Promise<void> {
    const options = { ...this.options, rules };
    if (rulesDigest(options) === this.#reading.rules) return;
    this.options = options;
    const reading = this.#newReading();
    if (this.#membership) {
      await this.#membership.leave();
      this.#membership = await this.#read(reading);
    }
    this.#asked.clear();
    const before = this.#reading;
    this.#reading = reading;
    before.abandon();
  }

  /** Waits until the thresholds of a frame's newest day are made. Rejects with `Transient` when the log is away. */
  async before(frame: Pick<Frame, 'bytes' | 'appendedAt'>): Promise<void> {
    const newest = this.isUsed ? newestTimeOf(frame) : undefined;
    if (newest === undefined || newest < 0) return;
    const day = this.model.dayOf('', newest);
    if (this.model.day < day) await this.#ask(day);
    if (this.model.day <= day && newest >= this.model.startOf('', day) + askedAfterMs)
      this.#ask(day + 1).catch((cause: unknown) =>
        this.tools.logger.warn('the thresholds of tomorrow are asked for again', { cause }),
      );
  }

  #ask(day: number): Promise<void> {
    const known = this.#asked.get(day);
    if (known) return known;
    for (const old of this.#asked.keys()) if (old < day - 1) this.#asked.delete(old);
    const asked = this.#append(day);
    this.#asked.set(day, asked);
    asked.catch(() => this.#asked.delete(day));
    return asked;
  }

  async #append(day: number): Promise<void> {
    const reading = this.#reading;
    const { digest, day: digestDay } = reading.model;
    const record = {
      version: habitVersion,
      type: 'habit.model',
      day,
      digest_day: digestDay,
      digest,
      rules: reading.rules,
    } as const;
    await this.tools.log.append(at, Buffer.from(lineOf(record)));
    // Where rules change meanwhile, another reading comes to the same record.
    while (this.model.day < day) await this.#reading.made(day);
  }

  async #read(reading: HabitReading): Promise<Membership> {
    const { log, group, failed } = this.tools;
    const options = { group, topics: [habitsTopic], batchBytesMax, ...(this.#signal && { signal: this.#signal }) };
    const membership = await log.join(options, reading);
    membership.ended.catch(failed);
    await Promise.race([reading.whole, membership.ended]);
    return membership;
  }

  #newReading(): HabitReading {
    const { clock, logger, metrics } = this.tools;
    const differs = () => {
      metrics.add('vigie_habits_models_differing_total', {});
      logger.warn('thresholds were made of other days than another scorer has; they are the same again after a restart of both');
    };
    return new HabitReading(this.options, { clock, logger, differs });
  }
}
