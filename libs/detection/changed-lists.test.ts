import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type AccessRow, believedRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { askedRows } from '#libs/testkit/asked-rows.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { Engine, type EngineOptions } from './engine.js';
import type { Field, Rule, Selection } from './rule/rule.js';
import { and, type Match, not, or, test } from './rules/match/match.js';
import { selectionOf } from './rules/match/selection.js';

const minute = 60_000;
const hour = 60 * minute;

/** What the lists hold: accounts that no rule looks at, and patients that one rule looks at alone. */
interface Lists {
  readonly services: readonly string[];
  readonly watched: readonly number[];
  /** Accounts that an exception takes out of the rule that looks at everybody. */
  readonly excepted?: readonly string[];
  /** A rule over the accesses of `all` that asks for so many patients within an hour, and the only one over them where `all` is gone. */
  readonly many?: number;
  readonly isAllGone?: boolean;
  /** The rule that looks at everybody looks at exports alone. */
  readonly exportsAlone?: boolean;
}

describe('an incident whose lists were changed after it was told', () => {
  it('counts an access of its time that came late, as the list of the store does', () => {
    const run = new Run({ services: [], watched: [] });
    run.take(accesses('nurse.1', [1, 2, 3]));
    const [opened] = run.current;
    expect(opened).toMatchObject({ patients: 3, rules: ['all'] });
    run.change({ services: ['nurse.1'], watched: [] });
    run.take([accessOf({ actor: 'nurse.1', patient: 4, at: 1.5 * minute })]);
    expect(run.current).toMatchObject([{ incident_id: opened?.incident_id, patients: 4, selections: opened?.selections }]);
    run.check();
  });

  it('does so after a restart, of a snapshot that was written after the change or before it', () => {
    const run = new Run({ services: [], watched: [] });
    run.take(accesses('nurse.1', [1, 2, 3]));
    const before = run.snapshot();
    run.change({ services: ['nurse.1'], watched: [] });
    for (const pieces of [run.snapshot(), before]) {
      run.restore(pieces);
      run.take([accessOf({ actor: 'nurse.1', patient: 4, at: 1.5 * minute })]);
      expect(run.current).toMatchObject([{ patients: 4 }]);
      run.check();
    }
  });

  it('stays when its account is judged again from the store, also long after it ended', () => {
    const run = new Run({ services: [], watched: [] }, { keepClosedMs: hour });
    run.take(accesses('nurse.1', [1, 2, 3]));
    run.change({ services: ['nurse.1'], watched: [] });
    run.take([accessOf({ actor: 'nurse.2', patient: 9, at: 400 * hour })]);
    const before = run.rejudged;
    run.take([accessOf({ actor: 'nurse.1', patient: 4, at: 1.5 * minute, delay: 400 * hour })]);
    expect(run.rejudged - before).toBe(1);
    expect(run.current).toMatchObject([{ patients: 4, state: 'closed' }]);
    run.check();
  });

  it('stays where an exception takes its accesses out, counts on, and is found as before once the exception is gone', () => {
    const run = new Run({ services: [], watched: [] });
    run.take(accesses('nurse.1', [1, 2, 3]));
    const [opened] = run.current;
    run.change({ services: [], watched: [], excepted: ['nurse.1'] });
    expect(run.current).toMatchObject([{ incident_id: opened?.incident_id, patients: 3, state: 'open' }]);
    run.take([accessOf({ actor: 'nurse.1', patient: 4, at: 1.5 * minute })]);
    run.restore(run.snapshot());
    run.take([accessOf({ actor: 'nurse.1', patient: 9, at: hour / 2 })]);
    run.take([accessOf({ actor: 'nurse.1', patient: 5, at: 1.2 * minute, delay: hour })]);
    expect(run.current).toMatchObject([{ incident_id: opened?.incident_id, patients: 5, rules: ['all'] }]);
    run.check();
    run.change({ services: [], watched: [] });
    run.take([6, 7].map((patient) => accessOf({ actor: 'nurse.1', patient, at: hour / 2 + patient * 1000 })));
    expect(run.current).toMatchObject([{ incident_id: opened?.incident_id, patients: 8 }]);
    run.check();
  });

  it('counts what came before windows were full, where its rule was narrowed again meanwhile', () => {
    const narrow = { services: [], watched: [], exportsAlone: true };
    const run = new Run(narrow);
    run.take([1, 2].map((patient) => accessOf({ actor: 'nurse.1', patient, at: patient * minute })));
    run.change({ services: [], watched: [] }, false);
    run.take([0, 3, 4].map((minutes) => accessOf({ actor: 'nurse.1', patient: 10 + minutes, at: minutes * minute })));
    expect(run.current).toMatchObject([{ patients: 3 }]);
    run.change(narrow);
    expect(run.current).toMatchObject([{ patients: 5 }]);
    run.check();
  });

  it('opens none for accesses that an exception took out from the beginning', () => {
    const run = new Run({ services: [], watched: [], excepted: ['nurse.1'] });
    run.take(accesses('nurse.1', [1, 2, 3]));
    run.take([accessOf({ actor: 'nurse.1', patient: 4, at: 1.5 * minute, delay: hour })]);
    expect(run.current).toEqual([]);
  });

  it('stays where its rule is taken away and another one looks at the same accesses, and counts what comes late', () => {
    const run = new Run({ services: [], watched: [], many: 100 }, { keepClosedMs: hour });
    run.take(accesses('nurse.1', [1, 2, 3]));
    const [opened] = run.current;
    run.change({ services: [], watched: [], many: 100, isAllGone: true });
    run.take([accessOf({ actor: 'nurse.2', patient: 9, at: 400 * hour })]);
    run.take([accessOf({ actor: 'nurse.1', patient: 4, at: 1.5 * minute, delay: 400 * hour })]);
    expect(run.rejudged).toBe(1);
    expect(run.current).toMatchObject([{ incident_id: opened?.incident_id, patients: 4, rules: ['all'] }]);
    run.check();
  });

  it('costs other accounts nothing: what no rule selects opens no account', () => {
    const run = new Run({ services: [], watched: [] });
    run.take(accesses('nurse.1', [1, 2, 3]));
    run.change({ services: ['nurse.1', 'nurse.2'], watched: [] });
    const { accounts, entries } = run.engine.stats();
    run.take(accesses('nurse.2', [1, 2, 3, 4, 5]));
    expect(run.engine.stats()).toMatchObject({ accounts, entries });
  });

  it('has as many patients as its list, whatever comes when and however often lists change', () => {
    const held = { changed: 0, rejudged: 0, former: 0 };
    fc.assert(
      fc.property(histories, ({ steps, quietMs, keepClosedMs, lists }) => {
        const run = new Run(lists, { quietMs, keepClosedMs });
        for (const step of steps) {
          if (step.kind === 'rows') run.take(step.rows, step.lag);
          else if (step.kind === 'lists') run.change(step.lists, step.fills);
          else if (step.kind === 'fill') run.fill();
          else run.restore(run.snapshot());
          run.check();
        }
        run.fill();
        run.check();
        held.changed += run.changed;
        held.rejudged += run.rejudged;
        held.former += run.former;
      }),
      { numRuns: casesOf(400, 10_000), seed: 11 },
    );
    expect(Math.min(held.changed, held.rejudged, held.former)).toBeGreaterThan(20);
  });
});

/** An engine, a store that holds what it has seen, and what it told. */
class Run {
  engine: Engine;
  rejudged = 0;
  changed = 0;
  /** Incidents that were compared while a selection of before counted for them. */
  former = 0;
  readonly #stored: AccessRow[] = [];
  readonly #told = new Map<string, IncidentChange>();
  /** Incidents that people were told of, unlike what exceptions suppressed. */
  readonly #opened = new Set<string>();
  readonly #selections = new Map<string, Selection>();
  #rules: readonly Rule[];
  #offset = 0;
  /** The store has not filled windows yet that began empty. */
  #lacks = false;

  constructor(
    lists: Lists,
    private readonly given: Partial<EngineOptions> = {},
  ) {
    this.#rules = this.#rulesOf(lists);
    this.engine = new Engine(this.#options);
  }

  /** Incidents as told last, without those that were joined or withdrawn. */
  get current(): readonly IncidentChange[] {
    return [...this.#told.values()].filter(({ state }) => state === 'open' || state === 'closed');
  }

  take(rows: readonly AccessRow[], lag = 0): void {
    this.engine.apply({ offset: this.#offset, bytes: frameOf(rows) }, aMonday);
    this.#offset += 1;
    this.#stored.push(...rows.map(believedRow));
    if (lag === 0) this.serve();
    this.#tell();
  }

  /** The store answers for every account that waits. */
  serve(): void {
    for (let round = 0; round < 4; round += 1)
      for (const asked of this.engine.rejudgements()) {
        const rows = askedRows(this.#stored, asked).toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
        if (this.engine.rejudge(asked, [frameOf(rows)], aMonday)) this.rejudged += 1;
      }
    this.#tell();
  }

  /** `fills`: the store fills windows that begin empty at once, and not when `fill` says so. */
  change(lists: Lists, fills = true): void {
    this.#tell();
    this.#rules = this.#rulesOf(lists);
    this.#use(this.engine.withRules(this.#rules), fills);
    this.changed += 1;
  }
  fill(): void {
    if (this.#lacks) this.engine.backfill(frameOf(this.#stored.toSorted(byTime)), 0);
    this.#lacks = false;
    this.serve();
  }

  snapshot(): readonly Uint8Array[] {
    return [...this.engine.snapshot()];
  }
  /** The engine that wrote the pieces, by the rules of now. */
  restore(pieces: readonly Uint8Array[]): void {
    const { rules } = this.engine.options;
    this.engine = Engine.restore(pieces, this.#options);
    if (rules !== this.#rules) this.#use({ engine: this.engine, backfillFromMs: 0 });
  }

  /** What the store lists of each incident, by the condition of its views, beside what was told. */
  check(): void {
    // More accesses undo none of these rules, and no change of lists or exceptions takes back what was told.
    expect(
      [...this.#told.values()].filter(({ state, incident_id: id }) => state === 'withdrawn' && this.#opened.has(id)),
    ).toEqual([]);
    if (this.#lacks || this.engine.rejudgements().length > 0) return;
    const live = new Set(this.#rules.map(({ selection }) => selection.id));
    for (const one of this.current) {
      expect({ id: one.incident_id, patients: one.patients }).toEqual({ id: one.incident_id, patients: this.#listed(one).size });
      if (one.selections.some((id) => !live.has(id))) this.former += 1;
    }
  }

  #listed({ actor_id, first_time, last_time, selections }: IncidentChange): ReadonlySet<string> {
    const taken = selections.flatMap((id) => this.#selections.get(id) ?? []);
    const listed = this.#stored.filter(
      (row) =>
        row.actor_id === actor_id &&
        row.patient_id !== '' &&
        row.time >= first_time &&
        row.time <= last_time &&
        taken.some((selection) => selection.matches(row)),
    );
    return new Set(listed.map(({ patient_id }) => patient_id));
  }

  #use({ engine, backfillFromMs }: ReturnType<Engine['withRules']>, fills = true): void {
    this.engine = engine;
    this.#lacks ||= backfillFromMs !== undefined;
    if (fills) this.fill();
  }

  #tell(): void {
    for (const change of this.engine.takeChanges({ includeUpdates: true })) {
      if (change.state === 'open') this.#opened.add(change.incident_id);
      if ((this.#told.get(change.incident_id)?.version ?? -1) <= change.version) this.#told.set(change.incident_id, change);
    }
  }

  get #options(): EngineOptions {
    return { rules: this.#rules, quietMs: hour, allowedLatenessMs: 15 * minute, ...this.given };
  }

  #rulesOf({ services, watched, excepted = [], many, isAllGone = false, exportsAlone = false }: Lists): readonly Rule[] {
    const person = not(or(services.map((name) => is('actor_id', name))));
    const anybody = services.length > 0 ? person : test({ kind: 'present', field: 'actor_id' });
    const everybody = exportsAlone ? and([anybody, is('action', 'export')]) : anybody;
    const all =
      excepted.length > 0
        ? withException(everybody, or(excepted.map((name) => is('actor_id', name))))
        : aRule({ id: 'all', selection: selectionOf(everybody) });
    const rules = [
      ...(isAllGone ? [] : [all]),
      ...(many === undefined ? [] : [aRule({ id: 'many', atLeast: many, timespanMs: hour, selection: selectionOf(everybody) })]),
      ...(watched.length === 0 ? [] : [aRule({ id: 'watched', atLeast: 2, selection: selectionOf(and([is('action', 'read'), or(watched.map((one) => is('patient_id', aPatient(one))))])) })]),
    ]; // prettier-ignore
    for (const one of rules)
      for (const { selection } of [one, ...(one.unfiltered ? [one.unfiltered] : [])])
        this.#selections.set(selection.id, selection);
    return rules;
  }
}

function is(field: Field, literal: string): Match {
  return test({ kind: 'glob', field, parts: [{ literal }], cased: false });
}

function withException(of: Match, out: Match): Rule {
  const excluded = selectionOf(and([of, out]));
  const exception = {
    id: 'exception',
    title: 'e',
    owner: 'o',
    reason: 'r',
    expiresMs: Number.MAX_SAFE_INTEGER,
    excluded,
    file: '',
    line: 1,
  };
  const unfiltered = aRule({ id: 'all', selection: selectionOf(of) });
  return { ...aRule({ id: 'all', selection: selectionOf(and([of, not(out)])) }), exceptions: [exception], unfiltered };
}

interface Given {
  readonly actor: string;
  readonly patient: number;
  readonly at: number;
  readonly delay?: number;
  readonly action?: 'read' | 'export';
  readonly event?: number;
}

/** `at` and `delay` in milliseconds. */
function accessOf({ actor, patient, at, delay = 0, action = 'read', event = 0 }: Given): AccessRow {
  return anAccessRow({
    time: new Date(aMonday + at).toISOString(),
    received_at: new Date(aMonday + at + delay).toISOString(),
    actor_id: actor,
    patient_id: aPatient(patient),
    action,
    event_id: anEventId(`${actor} ${patient} ${at} ${event}`),
  });
}

/** One a minute. */
function accesses(actor: string, patients: readonly number[]): readonly AccessRow[] {
  return patients.map((patient, at) => accessOf({ actor, patient, at: at * minute }));
}

function frameOf(rows: readonly AccessRow[]): Buffer {
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

function byTime(a: AccessRow, b: AccessRow): number {
  return a.time < b.time ? -1 : a.time > b.time ? 1 : 0;
}

const anyLists: fc.Arbitrary<Lists> = fc.record({
  many: fc.constantFrom(3, 100),
  isAllGone: fc.constantFrom(false, false, true),
  exportsAlone: fc.constantFrom(false, false, true),
  services: fc.subarray(['nurse.1', 'nurse.2']),
  watched: fc.subarray([1, 2, 3, 4, 5]),
  excepted: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.subarray(['nurse.1', 'nurse.2']) }),
});

const anyRow = fc
  .record({
    actor: fc.constantFrom('nurse.1', 'nurse.1', 'nurse.2'),
    patient: fc.integer({ min: 1, max: 8 }),
    at: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 40 }).map((one) => one * minute) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 100 }).map((one) => one * hour) },
    ),
    delay: fc.constantFrom(0, 0, 5 * minute, hour, 60 * hour),
    action: fc.constantFrom('read' as const, 'read' as const, 'export' as const),
    event: fc.integer({ min: 0, max: 1 }),
  })
  .map((given) => accessOf(given));

const anyStep = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('rows' as const),
      rows: fc.array(anyRow, { minLength: 1, maxLength: 6 }),
      lag: fc.constantFrom(0, 0, 1),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('lists' as const), lists: anyLists, fills: fc.constantFrom(true, true, false) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fill' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);

const histories = fc.record({
  lists: anyLists,
  steps: fc.array(anyStep, { minLength: 3, maxLength: 14, size: 'max' }),
  quietMs: fc.constantFrom(5 * minute, 30 * minute, 24 * hour),
  keepClosedMs: fc.constantFrom(0, hour, 1000 * hour),
});
