import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type CaseAction, type CaseActionBody, verdicts } from '#libs/contracts/case-action.js';
import { type IncidentChange, levels } from '#libs/contracts/incident.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { aChange, anAction, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { CaseBook } from './case-book.js';
import { rowOf } from './case-state.js';
import { foldCases } from './fold.js';
import { standardPolicy } from './policy.js';
import type { CaseEntry } from './timeline.js';

const incidents = ['a', 'b', 'c', 'd'] as const;

describe('the same records', () => {
  it('make the same book, however the topics interleave, whatever comes twice, and whenever it is asked or begun anew', () => {
    fc.assert(
      fc.property(histories, fc.infiniteStream(fc.nat(999)), fc.nat(12_000), ({ changes, actions }, chance, minute) => {
        const now = Date.parse(atMinute(minute));
        const book = new CaseBook();
        for (const [index, record] of interleaved(changes, actions, chance).entries()) {
          if ('change_id' in record) book.addChange(record);
          else book.addAction(record);
          if (index % 3 === 0) book.rows(now - index * 10_000); // what was asked before changes no later answer
        }
        expect(shown(book, now)).toEqual(definition(changes, actions, now));
      }),
      { numRuns: casesOf(300, 3_000) },
    );
  });
});

/** The definition: each record once, folded all together, without groups, caches or increments. */
function definition(changes: readonly IncidentChange[], actions: readonly CaseAction[], now: number): unknown {
  const fold = foldCases(
    {
      changes: new Map(
        incidents.map((name) => [anIncidentId(name), changes.filter(({ incident_id }) => incident_id === anIncidentId(name))]),
      ),
      actions: new Map(
        incidents.map((name) => [anIncidentId(name), actions.filter(({ case_id }) => case_id === anIncidentId(name))]),
      ),
    },
    now,
    standardPolicy,
  );
  return Object.fromEntries(
    incidents.map((name) => {
      const one = fold.of(anIncidentId(name));
      return [name, one && { row: rowOf(one, standardPolicy), entries: one.entries.map(withoutPlace) }];
    }),
  );
}

function shown(book: CaseBook, now: number): unknown {
  return Object.fromEntries(
    incidents.map((name) => {
      const view = book.caseOf(anIncidentId(name), now);
      return [name, view && { row: view.row, entries: view.entries.map(withoutPlace) }];
    }),
  );
}

/** Where a line stands among those of all cases is of no interest to one of them. */
function withoutPlace(entry: CaseEntry): object {
  return { ...entry, place: 0 };
}

/** One way to read both topics: each in its order, from an earlier place again now and then. */
function interleaved(
  changes: readonly IncidentChange[],
  actions: readonly CaseAction[],
  chance: Iterable<number>,
): readonly (IncidentChange | CaseAction)[] {
  const dice = chance[Symbol.iterator]();
  const roll = (): number => Number(dice.next().value);
  const lanes = [...incidents.map((name) => changes.filter(({ incident_id }) => incident_id === anIncidentId(name))), actions];
  const next = lanes.map(() => 0);
  const read: (IncidentChange | CaseAction)[] = [];
  while (lanes.some((lane, index) => (next[index] ?? 0) < lane.length)) {
    const at = roll() % lanes.length;
    const record = lanes[at]?.[next[at] ?? 0];
    if (record) read.push(record);
    next[at] =
      roll() % 10 === 0 ? Math.max(0, (next[at] ?? 0) - (roll() % 4)) : Math.min(lanes[at]?.length ?? 0, (next[at] ?? 0) + 1);
  }
  return read;
}

const name = fc.constantFrom(...incidents);
const body: fc.Arbitrary<CaseActionBody> = fc.oneof(
  fc.constant<CaseActionBody>({ type: 'case.acknowledged' }),
  fc.record({ type: fc.constant('case.assigned' as const), owner: fc.constantFrom('a.durand', 'b.leroy') }),
  fc.record({
    type: fc.constant('case.noted' as const),
    note_id: fc.constantFrom('1', '2').map((digit) => digit.repeat(32)),
    text: fc.constant('a note'),
  }),
  fc.record({
    type: fc.constant('case.note_corrected' as const),
    note_id: fc.constant('1'.repeat(32)),
    text: fc.constant('another'),
  }),
  fc.record({ type: fc.constant('case.verdict' as const), verdict: fc.constantFrom(...verdicts), reason: fc.constant('seen') }),
  fc.record({ type: fc.constant('case.held' as const), until: fc.nat(11_000).map(atMinute), reason: fc.constant('wait') }),
  fc.record({ type: fc.constant('case.resolved' as const), verdict: fc.constantFrom(...verdicts), reason: fc.constant('done') }),
  fc.record({ type: fc.constant('case.reopened' as const), reason: fc.constant('more') }),
  fc.record({
    type: fc.constant('case.linked' as const),
    incident_ids: fc.array(name.map(anIncidentId), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ type: fc.constant('case.unlinked' as const), incident_id: name.map(anIncidentId), reason: fc.constant('apart') }),
  fc.record({
    type: fc.constant('dossier.answered' as const),
    controller_id: fc.constant('c1'),
    answers: fc.record({ 'nature.cause': fc.constantFrom('"one"', '"other"') }),
    answers_seen: fc.oneof(fc.constant({}), fc.record({ 'nature.cause': fc.nat(11_000).map(atMinute) })),
  }),
  fc
    .tuple(
      fc.uniqueArray(name.map(anIncidentId), { minLength: 2, maxLength: 3 }),
      fc.constantFrom(40, 41, 100),
      fc.constantFrom(40, 75, 180),
    )
    .map(([ids, each, patients]): CaseActionBody => ({
      type: 'case.counted',
      patients,
      counted: ids.map((incident_id) => ({ incident_id, patients: each })),
    })),
  fc.constantFrom('1', '2').map((digit): CaseActionBody => ({
    type: 'dossier.frozen',
    controller_id: 'c1',
    snapshot_id: digit.repeat(32),
    number: 1,
    list_sha256: 'e'.repeat(64),
    manifest_sha256: 'f'.repeat(64),
    patients: 40,
    exposed: 40,
  })),
  fc
    .tuple(fc.constantFrom('c1', 'c2'), fc.constantFrom('1', '2'), fc.nat(1))
    .map(([controller_id, digit, added]): CaseActionBody => ({
      type: 'dossier.outdated',
      controller_id,
      snapshot_id: digit.repeat(32),
      added,
      removed: 0,
      changed: 0,
      late_clinics: [],
    })),
  fc.record({ type: fc.constant('case.level_set' as const), level: fc.constantFrom(...levels), reason: fc.constant('so') }),
);

const changesOf = (incident: string): fc.Arbitrary<readonly IncidentChange[]> =>
  fc
    .array(
      fc.record({
        type: fc.constantFrom('incident.step', 'incident.updated', 'incident.rule_added', 'incident.closed', 'incident.withdrawn', 'incident.merged' as const),
        minute: fc.nat(9_000),
        patients: fc.constantFrom(41, 100, 500, 5_000),
        level: fc.constantFrom(...levels),
        into: name,
      }),
      { maxLength: 6 },
    )
    .map((given) => [
      aChange(incident, 1, { minute: 1 }),
      ...given.map(({ type, minute, patients, level, into }, index) => {
        const merged = type === 'incident.merged' && into !== incident;
        const state = merged ? 'merged' : type === 'incident.closed' ? 'closed' : type === 'incident.withdrawn' ? 'withdrawn' : 'open';
        const change_type = type === 'incident.merged' && !merged ? 'incident.step' : type;
        return aChange(incident, index + 2, { minute, patients, level, change_type, state, merged_into: merged ? anIncidentId(into) : '' });
      }),
    ]); // prettier-ignore

const histories = fc.record({
  changes: fc.tuple(...incidents.map(changesOf)).map((lanes) => lanes.flat()),
  actions: fc
    .array(
      fc.record({
        name,
        body,
        minute: fc.nat(11_000),
        seen: fc.array(fc.record({ name, version: fc.nat(8) }), { maxLength: 3 }),
        seenVersion: fc.nat(12),
        by: fc.constantFrom('a.durand', 'b.leroy'),
      }),
      { maxLength: 14 },
    )
    .map((given) =>
      given.map(({ name: incident, body: what, minute, seen, seenVersion, by }, index) =>
        anAction(incident, minute, what, {
          key: `${index}`,
          by,
          seen_version: seenVersion,
          seen_incidents: seen.map((one) => ({ incident_id: anIncidentId(one.name), version: one.version })),
        }),
      ),
    ),
});
