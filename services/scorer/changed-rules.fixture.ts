import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { type AccessRow, believedRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import type { Rule, Selection } from '#libs/detection/rule/rule.js';
import { type Match, not, or, test } from '#libs/detection/rules/match/match.js';
import type { Frame } from '#libs/event-log/port.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { ToldBefore } from './judge/told-before.js';
import { Archive, aScorer, at, bytesOf, FakeLog, type ScorerGiven } from './scorer.fixture.js';

/** What an incident belongs to, as a row has it. */
type Subject = 'actor_id' | 'source_ip';

/**
 * A scorer of one partition of accounts whose lists change and which is started again, its log, and a store that has every frame at once. Each test says
 * which rules the lists make, and what goes on beside the stream.
 */
export abstract class ChangedRules<Lists> {
  /** Incidents that were compared while a selection of before counted for them. */
  former = 0;
  readonly archive = new Archive();
  protected readonly log = new FakeLog(1);
  protected readonly frames: Frame[] = [];
  protected scorer: Awaited<ReturnType<typeof aScorer>> | undefined;
  /** The first frame that the log still has. */
  protected start = 0;
  readonly #stored: AccessRow[] = [];
  readonly #selections = new Map<string, Selection>();
  #rules: readonly Rule[] = [];
  #stateDir = '';

  constructor(
    private readonly folder: string,
    private readonly subject: Subject,
  ) {}

  protected abstract rulesOf(lists: Lists): readonly Rule[];
  /** What goes on beside the stream, until nothing is left to do. */
  abstract settle(): Promise<void>;
  /** Before the frames that it has not judged yet. */
  protected onBegin(): void {}

  /** Incidents as told last, without those that were joined or withdrawn. */
  get current(): readonly IncidentChange[] {
    const told = new Map<string, IncidentChange>();
    for (const change of this.log.changes())
      if ((told.get(change.incident_id)?.version ?? -1) <= change.version) told.set(change.incident_id, change);
    return [...told.values()].filter(({ state }) => state === 'open' || state === 'closed');
  }

  /** A frame that lies in the log. */
  arrive(rows: readonly AccessRow[]): Frame {
    const frame = { offset: this.frames.length, bytes: bytesOf(rows) };
    this.frames.push(frame);
    this.#stored.push(...rows.map(believedRow));
    return frame;
  }

  async take(rows: readonly AccessRow[]): Promise<void> {
    await this.#judge([this.arrive(rows)]);
    await this.settle();
  }

  async change(lists: Lists): Promise<void> {
    await this.use(lists);
    await this.scorer?.pipeline.useRules(this.#rules);
    await this.settle();
  }

  /** What the store lists of each incident, by the conditions that it has, beside what was told. */
  check(): void {
    const live = new Set(this.#rules.map(({ selection }) => selection.id));
    for (const one of this.current) {
      expect({ id: one.incident_id, patients: one.patients }).toEqual({ id: one.incident_id, patients: this.#listed(one).size });
      if (this.countsFormer && one.selections.some((id) => !live.has(id))) this.former += 1;
    }
  }

  protected get countsFormer(): boolean {
    return true;
  }

  protected async use(lists: Lists): Promise<void> {
    this.#rules = this.rulesOf(lists);
    for (const { selection } of this.#rules) this.#selections.set(selection.id, selection);
    await this.archive.store.registerSelections(this.#rules.map(({ selection }) => selection));
  }

  /** It begins, with its snapshots or on a machine that has nothing. */
  protected async begin(isLost: boolean, more: Partial<ScorerGiven> = {}): Promise<void> {
    if (isLost) this.#stateDir = await mkdtemp(join(this.folder, 'state-'));
    const told = async (): Promise<ToldBefore> => {
      const before = new ToldBefore();
      for (const change of this.log.changes()) before.add(change);
      return before;
    };
    this.scorer = await aScorer({
      log: this.log,
      archive: this.archive,
      stateDir: this.#stateDir,
      rules: this.#rules,
      snapshotEveryMs: Number.POSITIVE_INFINITY,
      held: { start: this.start, end: this.frames.length },
      told,
      ...more,
    });
    this.onBegin();
    await this.#judge(this.frames.slice(this.scorer.from));
    await this.settle();
  }

  /** One look of each that works beside the stream, and the figures that it makes known. */
  protected async lookBeside(): Promise<void> {
    await this.scorer?.filler.look();
    await this.scorer?.reinstater.look();
    await this.scorer?.rejudger.look();
    await this.scorer?.pipeline.written();
    for (const owned of this.scorer?.pipeline.partitions() ?? []) await owned.alone(() => owned.scorer.tellFigures(true));
  }

  async #judge(frames: readonly Frame[]): Promise<void> {
    for (const frame of frames) {
      await this.scorer?.pipeline.frames(at, [frame]);
      await this.archive.take(frame);
    }
  }

  #listed({ group_id, actor_id, first_time, last_time, selections }: IncidentChange): ReadonlySet<string> {
    const taken = selections.flatMap((id) => this.#selections.get(id) ?? []);
    const listed = this.#stored.filter(
      (row) =>
        row.group_id === group_id &&
        row[this.subject] === actor_id &&
        row.patient_id !== '' &&
        row.time >= first_time &&
        row.time <= last_time &&
        taken.some((one) => one.matches(row)),
    );
    return new Set(listed.map(({ patient_id }) => patient_id));
  }
}

/** Accounts that no list of services has. */
export function personBut(services: readonly string[]): Match {
  return services.length > 0 ? not(or(services.map((name) => is('actor_id', name)))) : present;
}

const present = test({ kind: 'present', field: 'actor_id' });

export function is(field: 'actor_id' | 'patient_id' | 'action', literal: string): Match {
  return test({ kind: 'glob', field, parts: [{ literal }], cased: false });
}

interface Given {
  readonly patient: number;
  /** Milliseconds. */
  readonly at: number;
  readonly actor?: string | undefined;
  readonly address?: string;
  /** Milliseconds. */
  readonly delay?: number;
}

/** A reading, whose time comes `at` after the Monday and which is received `delay` later. */
export function accessOf({ patient, at: time, actor = 'nurse.1', address, delay = 0 }: Given): AccessRow {
  return anAccessRow({
    time: new Date(aMonday + time).toISOString(),
    received_at: new Date(aMonday + time + delay).toISOString(),
    actor_id: actor,
    ...(address !== undefined && { source_ip: address }),
    patient_id: aPatient(patient),
    action: 'read',
    event_id: anEventId([actor, address, patient, time].join(' ')),
  });
}
