import { auditLog, auditTopics } from '#libs/event-log/audit-log.js';
import { AuditTrail } from '#libs/audit/audit-trail.js';
import { CaseBook } from '#libs/cases/case-book.js';
import { type Controllers, standardPolicy } from '#libs/cases/policy.js';
import type { CaseAction } from '#libs/contracts/case-action.js';
import { partitionOf, topics } from '#libs/contracts/topics.js';
import type { EventLog, Join, Membership } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { CaseReader } from '#libs/case-log/case-reader.js';
import { Transient } from '#libs/runtime/outcome.js';
import { CaseFeed } from '../answer/case-feed.js';
import { CaseWriter, type CaseStore } from '../store/case-writer.js';

/** What cases are made of. */
export const caseTopics = [topics.incidents, topics.actions] as const;

/** What the console reads or writes. */
export const consoleTopics = [...caseTopics, ...auditTopics] as const;

/** Bytes of frames taken over in one call. */
const batchBytesMax = 1024 * 1024;

export interface PipelineTools {
  readonly log: EventLog;
  readonly store: CaseStore;
  /** Who answers for the clinics of a case. */
  readonly controllers: Controllers;
  /** Of this process alone: every console reads everything. */
  readonly group: string;
  /** Of the chain of audit rows that this process writes: 32 hexadecimal digits that no other has. */
  readonly chainId: string;
  /** How long an action may take until it is read back, in milliseconds. */
  readonly ackMsMax: number;
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics: Metrics;
}

/**
 * The console's road:
 *
 *   incidents, actions -> read (from the beginning) -> book (libs/cases) -> answers of the API
 *        ^                                                              '-> rows of case_states
 *        '- append <- check <- what a person does            |
 *                                audit: who asked <- every answer, before it goes out; accesses: who was shown patients
 */
export class ConsolePipeline {
  readonly book: CaseBook;
  readonly reader: CaseReader;
  readonly writer: CaseWriter;
  /** What changes, for whoever listens. */
  readonly feed: CaseFeed;
  readonly trail: AuditTrail;
  readonly #leaving = new AbortController();
  #membership: Membership | undefined;
  #partitions = 0;
  #fail: (cause: unknown) => void = () => {};
  /** Rejects with what reading could not survive; never resolves. */
  readonly failed = new Promise<never>((_resolve, reject) => {
    this.#fail = reject;
  });

  constructor(private readonly tools: PipelineTools) {
    const { clock, logger, metrics, store, chainId, controllers } = tools;
    this.book = new CaseBook({ ...standardPolicy, controllers });
    const append = auditLog(tools.log, chainId);
    // The log would be waited for, and the person with it.
    this.trail = new AuditTrail(chainId, async (rows, readings) => {
      if (this.#partitions === 0) throw new Transient('waiting for the log');
      await append(rows, readings);
    });
    this.reader = new CaseReader({ book: this.book, log: logger, metrics });
    this.feed = new CaseFeed(this.book);
    this.writer = new CaseWriter(this.book, { store, clock, log: logger });
  }

  get membership(): Membership | undefined {
    return this.#membership;
  }

  /** Waits for the log. Rejects when the topics of incidents and of actions have not the same number of partitions. */
  async start(join: Join): Promise<void> {
    const [incidents = 0, actions = 0] = await Promise.all(caseTopics.map((topic) => this.tools.log.partitions(topic)));
    if (incidents !== actions)
      throw new Error(
        `${topics.incidents} has ${incidents} partitions and ${topics.actions} ${actions}: an incident and what people do with it must lie on one; make the new topic again with as many`,
      );
    const { signal } = this.#leaving;
    this.#partitions = actions;
    this.#membership = await join({ group: this.tools.group, topics: caseTopics, batchBytesMax, signal });
    this.#membership.ended.catch(this.#fail);
  }

  async stop(): Promise<void> {
    this.#leaving.abort(new Error('the console stops'));
    await this.#membership?.leave();
    await this.writer.flush();
  }

  /** Why cases may lack something, `undefined` once everything is read that there was at the start. */
  behind(): string | undefined {
    if (this.#partitions === 0) return 'waiting for the log';
    return this.reader.behind(caseTopics.length * this.#partitions);
  }

  /** Waits until what the log has by now is in the book, no longer than for an action. Resolves with why that is not known; undefined once it is. */
  async readToEnd(): Promise<string | undefined> {
    const { clock, ackMsMax, logger } = this.tools;
    const deadline = new AbortController();
    const ended = new AbortController();
    const late = clock.sleep(ackMsMax, ended.signal).then(
      () => deadline.abort(),
      () => {},
    );
    try {
      const positions = await Promise.race([this.#membership?.positions() ?? [], late]);
      if (!positions) throw new Transient(`it has not answered within ${ackMsMax} ms`);
      const reached = positions.filter(({ end }) => end > 0).map((at) => this.reader.reached(at, at.end - 1, deadline.signal));
      if ((await Promise.all(reached)).every(Boolean)) return undefined;
      return 'this console has not read the log to its end yet';
    } catch (cause) {
      logger.warn('the log cannot be asked how far it goes, while somebody waits for an answer', { cause });
      return 'the log does not say how far it goes';
    } finally {
      ended.abort();
    }
  }

  /** Appends an action and waits until it is in the book; false when that takes too long. Rejects with `Transient` when its append is not known. */
  async append(action: CaseAction): Promise<boolean> {
    const { log, clock, ackMsMax } = this.tools;
    const at = { topic: topics.actions, partition: partitionOf(action.group_id, action.actor_id, this.#partitions) };
    const offset = await log.append(at, Buffer.from(`${JSON.stringify(action)}\n`));
    const deadline = new AbortController();
    const ended = new AbortController();
    clock.sleep(ackMsMax, ended.signal).then(
      () => deadline.abort(),
      () => {},
    );
    return this.reader.reached(at, offset, deadline.signal).finally(() => ended.abort());
  }
}
