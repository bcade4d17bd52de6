import { CaseBook } from '#libs/cases/case-book.js';
import { CaseReader } from '#libs/case-log/case-reader.js';
import type { Verdict } from '#libs/contracts/case-action.js';
import { habitVersion } from '#libs/contracts/habits/habit-record.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { habitsTopic, topics } from '#libs/contracts/topics.js';
import type { EventLog, Membership } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { HabitBook } from './habit-book.js';
import { lineOf } from '#libs/habits/habit-rows.js';

export interface VerdictTools {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics: Metrics;
  readonly habits: HabitBook;
  readonly group: string;
  readonly failed: (cause: unknown) => void;
  /** Whether an incident's subject is this scorer's: its owner says what people found, so that it is said about once. */
  readonly owns: (incident: IncidentChange) => boolean;
  /** Whether a rule goes by habits, so that its false incidents count against the budget. */
  readonly goesByHabit: (ruleId: string) => boolean;
}

const caseTopics = [topics.incidents, topics.actions];
const batchBytesMax = 4 * 1024 * 1024;
/** By which people say that nothing was wrong. */
const honest: readonly (Verdict | '')[] = ['authorised', 'false_positive'];
const rateDays = 28;
const dayMs = 86_400_000;

/**
 * What people found of cases, for the habits of all scorers: what they call honest is learned from then on. All cases are read from the log
 * into a book of this process; the same verdict said twice changes nothing.
 */
export class HonestVerdicts {
  readonly #book = new CaseBook();
  readonly #reader: CaseReader;
  #membership: Membership | undefined;
  #partitions = 0;
  #known = new WeakMap<object, object>();
  readonly #found = new Map<string, IncidentChange>();
  readonly #groups = new Set<string>();

  constructor(private readonly tools: VerdictTools) {
    const { logger: log, metrics } = tools;
    this.#reader = new CaseReader({ book: this.#book, log, metrics });
  }

  async start(): Promise<void> {
    const { log, group, failed } = this.tools;
    const counts = await Promise.all(caseTopics.map((topic) => log.partitions(topic)));
    this.#partitions = counts.reduce((sum, count) => sum + count, 0);
    this.#membership = await log.join({ group, topics: caseTopics, batchBytesMax }, this.#reader);
    this.#membership.ended.catch(failed);
  }

  async stop(): Promise<void> {
    await this.#membership?.leave();
  }

  /** Looks at what is new. Called by a timer; rejects with `Transient` when the log is away, and finds the same the next time. */
  async look(): Promise<void> {
    if (this.#reader.behind(this.#partitions) !== undefined) return;
    const now = this.tools.clock.now();
    this.#gather(now);
    this.#showRate(now);
    const { habits, owns } = this.tools;
    const due = [...this.#found.values()].filter((one) => !habits.honest.has(one.incident_id) && owns(one));
    for (const one of due) await this.#tell(one);
  }

  #gather(now: number): void {
    for (const { case_id: id, verdict, joined_into: into } of this.#book.states(now, this.#known)) {
      // What a case was before it was linked to another is said of none of the other's incidents.
      if (into !== '') continue;
      const members = [...(this.#book.caseOf(id, now)?.state.members.values() ?? [])];
      for (const { change } of members)
        if (honest.includes(verdict)) this.#found.set(change.incident_id, change);
        else this.#found.delete(change.incident_id);
    }
  }

  async #tell({ incident_id, group_id, subject_kind, actor_id: key, first_time, last_time }: IncidentChange): Promise<void> {
    const { model } = this.tools.habits;
    const [first_day, last_day] = [first_time, last_time].map((time) => model.dayOf(group_id, Date.parse(time)));
    if (first_day === undefined || last_day === undefined) return;
    const subject = { group_id, subject_kind, key };
    const record = { version: habitVersion, type: 'habit.honest', ...subject, incident_id, first_day, last_day } as const;
    await this.tools.log.append({ topic: habitsTopic, partition: 0 }, Buffer.from(lineOf(record)));
    this.tools.logger.info('what was told was honest, and is learned', { groupId: group_id, incidentId: incident_id });
  }

  /** Cases of the last four weeks that were no theft, a week and group: those with a rule that goes by habits, since the budget is theirs. */
  #showRate(now: number): void {
    const counts = new Map<string, number>([...this.#groups].map((group) => [group, 0]));
    for (const { group_id, verdict, opened_at, rules } of this.#book.unsortedRows(now))
      if (honest.includes(verdict) && Date.parse(opened_at) > now - rateDays * dayMs && rules.some(this.tools.goesByHabit))
        counts.set(group_id, (counts.get(group_id) ?? 0) + 1);
    for (const [group_id, count] of counts) {
      this.#groups.add(group_id);
      this.tools.metrics.set('vigie_habits_false_per_week', count / (rateDays / 7), { group_id });
    }
  }
}
