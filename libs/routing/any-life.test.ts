import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CaseBook } from '#libs/cases/case-book.js';
import { type CaseAction, type CaseActionBody, verdicts } from '#libs/contracts/case-action.js';
import { type IncidentChange, levels } from '#libs/contracts/incident.js';
import type { MuteRow } from '#libs/contracts/mute-row.js';
import { aChange, anAction, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { decide } from './due.js';
import { linesOf, planOf } from './plan.js';
import { aRouting, routingText } from './routing.fixture.js';
import { gathered, type Send } from './send.js';

const routing = aRouting();
const names = ['a', 'b', 'c'] as const;
const minutesMax = 600;

describe('whatever happens to cases and to the process that tells of them', () => {
  it('what is sent is what is planned: kills, replays, duplicates and a clock that goes back change no id, and no step comes after its stop', () => {
    fc.assert(
      fc.property(lives, ({ records, mutes, downs, backs, chance }) => {
        const { attempts, delivered } = run({ records, mutes, downs, backs, chance });
        const whole = planned(bookOf(records), minutesMax * 2, mutes);
        const ids = new Set(whole.map(({ send_id }) => send_id));
        for (const { send, minute } of attempts) {
          // What was known then allowed it, and by all that came later it was right to plan it.
          expect({ planned: ids.has(send.send_id), minute, send: brief(send) }).toEqual({
            planned: true,
            minute,
            send: brief(send),
          });
        }
        const now = Date.parse(atMinute(minutesMax * 2));
        for (const send of whole.filter(({ at }) => at <= now - 1)) {
          if (delivered.has(send.send_id)) continue;
          expect({ decision: decide(send, now, (id) => delivered.has(id)), send: brief(send) }).not.toMatchObject({
            decision: 'tell',
          });
        }
      }),
      { numRuns: casesOf(30, 2_000) },
    );
  });

  it('the same records, however they are read, make the same plan', () => {
    fc.assert(
      fc.property(lives, ({ records, mutes, chance }) => {
        const dice = diceOf(chance);
        const other = new CaseBook();
        const lanes = [records.filter((one) => 'change_id' in one), records.filter((one) => !('change_id' in one))];
        while (lanes.some((lane) => lane.length > 0)) {
          const lane = lanes[dice() % 2] ?? [];
          const record = dice() % 5 === 0 ? lane[0] : lane.shift();
          if (record) add(other, record);
        }
        expect(planned(other, minutesMax, mutes).map(brief)).toEqual(planned(bookOf(records), minutesMax, mutes).map(brief));
      }),
      { numRuns: casesOf(30, 2_000) },
    );
  });

  it('a link changes nothing of what was due before it', () => {
    fc.assert(
      fc.property(fc.tuple(changesOf('a'), changesOf('c')), minute, fc.boolean(), ([ours, theirs], at, isTurned) => {
        const before = [...ours, ...theirs].filter((one) => minuteOf(one) < at);
        fc.pre(
          before.some(({ version, incident_id }) => version === 1 && incident_id === anIncidentId('a')) &&
            before.some(({ incident_id }) => incident_id === anIncidentId('c')),
        );
        const [into, from] = isTurned ? ['c', 'a'] : ['a', 'c'];
        const seen_incidents = ['a', 'c'].map((name) => ({
          incident_id: anIncidentId(name),
          version: before.filter(({ incident_id }) => incident_id === anIncidentId(name)).length,
        }));
        const link = anAction(into, at, { type: 'case.linked', incident_ids: [anIncidentId(from)] }, { seen_incidents });
        const due = (records: readonly Record[]) =>
          planned(bookOf(records), minutesMax, [])
            .filter((send) => send.at < Date.parse(atMinute(at)))
            .map(({ send_id, kind }) => `${send_id} ${kind}`)
            .toSorted();
        expect(due([...before, link])).toEqual(due(before));
      }),
      { numRuns: casesOf(300, 3_000) },
    );
  });

  it('policies of other names change the ids of steps of an escalation, and of nothing else', () => {
    const renamed = aRouting(
      routingText.replaceAll(/^  (standard|critical):|policy: (standard|critical)/gm, (all) =>
        all.replace(/standard|critical/, 'the-$&'),
      ),
    );
    expect(renamed.policies.has('the-standard') && renamed.policies.has('the-critical')).toBe(true);
    fc.assert(
      fc.property(lives, ({ records, mutes }) => {
        const [before, after] = [routing, renamed].map((by) =>
          planned(bookOf(records), minutesMax, mutes, by)
            .filter(({ kind }) => kind !== 'escalation')
            .map(({ send_id }) => send_id)
            .toSorted(),
        );
        expect(after).toEqual(before);
      }),
      { numRuns: casesOf(30, 2_000) },
    );
  });

  it('no escalation is told of a case that somebody has taken, nor of one that is over or muted, by what is known at that moment', () => {
    fc.assert(
      fc.property(lives, ({ records, mutes, downs, backs, chance }) => {
        const { attempts } = run({ records, mutes, downs, backs, chance });
        for (const { send, status } of attempts) if (send.kind === 'escalation') expect(status).toBe('new');
        expect(attempts.filter(({ send }) => send.mutedBy !== '')).toEqual([]);
      }),
      { numRuns: casesOf(30, 2_000) },
    );
  });
});

type Record = IncidentChange | CaseAction;

interface Life {
  readonly records: readonly Record[];
  readonly mutes: readonly MuteRow[];
  /** Minutes between which the process is away. */
  readonly downs: readonly (readonly [number, number])[];
  /** Minutes at which the wall clock goes back for ten minutes, and by how many. */
  readonly backs: readonly (readonly [number, number])[];
  readonly chance: Iterable<number>;
}

/** The process: reads what is there, plans anew, and sends what is due; it is killed between any two attempts and keeps only what it delivered. */
function run({ records, mutes, downs, backs, chance }: Life) {
  const dice = diceOf(chance);
  const delivered = new Set<string>();
  const attempts: { readonly send: Send; readonly minute: number; readonly status: string | undefined }[] = [];
  let book = new CaseBook();
  const times = [
    ...new Set([...records.map(minuteOf), ...Array.from({ length: (minutesMax * 2) / 30 }, (_, index) => index * 30)]),
  ].toSorted((one, other) => one - other);
  for (const minute of times) {
    if (downs.some(([from, until]) => minute >= from && minute < until)) {
      book = new CaseBook();
      continue;
    }
    const known = records.filter((record) => minuteOf(record) <= minute);
    for (const record of known) add(book, record);
    if (dice() % 10 === 0) for (const record of known) add(book, record);
    const back = backs.find(([at]) => minute >= at && minute < at + 10)?.[1] ?? 0;
    const now = Date.parse(atMinute(minute - back));
    for (const send of planned(book, minute - back, mutes)) {
      if (delivered.has(send.send_id) || decide(send, now, (id) => delivered.has(id)) !== 'tell') continue;
      attempts.push({ send, minute, status: book.caseOf(send.case_id, now)?.row.status });
      if (dice() % 20 === 0) break; // killed: the attempt counts, its record is lost
      delivered.add(send.send_id);
    }
  }
  return { attempts, delivered };
}

/** Each attempt is of a message that the end of a mute gathers, too: by the mutes over it the row of a case may differ, its id may not. */
function planned(book: CaseBook, minute: number, mutes: readonly MuteRow[], by = routing): readonly Send[] {
  const now = Date.parse(atMinute(minute));
  const seen = new Set<string>();
  const sends = book
    .groups(now)
    .flatMap(({ id }) =>
      seen.has(id) ? [] : (seen.add(id), planOf(linesOf(book, id, now), { routing: by, mutes, until: now }).sends),
    );
  return gathered(sends).toSorted((one, other) => one.at - other.at || (one.send_id < other.send_id ? -1 : 1));
}

function brief({ send_id, kind, receiver, at, policy, step, round, mutedBy, stoppedAt }: Send): object {
  return { send_id, kind, receiver, at: new Date(at).toISOString(), policy, step, round, mutedBy, stoppedAt };
}

function bookOf(records: readonly Record[]): CaseBook {
  const book = new CaseBook();
  for (const record of records) add(book, record);
  return book;
}

function add(book: CaseBook, record: Record): void {
  if ('change_id' in record) book.addChange(record);
  else book.addAction(record);
}

function minuteOf(record: Record): number {
  const at = 'change_id' in record ? record.changed_at : record.at;
  return (Date.parse(at) - Date.parse(atMinute(0))) / 60_000;
}

function diceOf(chance: Iterable<number>): () => number {
  const dice = chance[Symbol.iterator]();
  return () => Number(dice.next().value);
}

const minute = fc.integer({ min: 1, max: minutesMax });
const span = fc.tuple(minute, fc.integer({ min: 1, max: 300 })).map(([from, length]) => [from, from + length] as const);
const body: fc.Arbitrary<CaseActionBody> = fc.oneof(
  fc.constant<CaseActionBody>({ type: 'case.acknowledged' }),
  fc.constantFrom('a.durand', 'b.leroy', 'x').map((owner): CaseActionBody => ({ type: 'case.assigned', owner })),
  fc.constantFrom(...verdicts).map((verdict): CaseActionBody => ({ type: 'case.resolved', verdict, reason: 'seen' })),
  fc.constant<CaseActionBody>({ type: 'case.reopened', reason: 'more' }),
  minute.map((until): CaseActionBody => ({ type: 'case.held', until: atMinute(until), reason: 'waits' })),
  fc.constantFrom(...names).map((name): CaseActionBody => ({ type: 'case.linked', incident_ids: [anIncidentId(name)] })),
  fc
    .constantFrom(...names)
    .map((name): CaseActionBody => ({ type: 'case.unlinked', incident_id: anIncidentId(name), reason: 'no' })),
  fc.constantFrom(...levels).map((level): CaseActionBody => ({ type: 'case.level_set', level, reason: 'so' })),
);

/** Changes of an incident at rising minutes: opening, steps, rules, and what the scorer takes back. */
const changesOf = (name: string): fc.Arbitrary<readonly IncidentChange[]> =>
  fc
    .array(
      fc.record({
        minute,
        patients: fc.constantFrom(40, 60, 400, 5_000),
        level: fc.constantFrom(...levels),
        ndb: fc.boolean(),
        type: fc.constantFrom('incident.step', 'incident.rule_added', 'incident.withdrawn', 'incident.closed'),
      }),
      { minLength: 1, maxLength: 6 },
    )
    .map((given) =>
      given
        .toSorted((one, other) => one.minute - other.minute)
        .map(({ minute: at, patients, level, ndb, type }, index) =>
          aChange(name, index + 1, {
            minute: at,
            patients,
            level,
            clinics: ndb ? ['750300123', '750300124'] : ['750300123'],
            change_type: index === 0 ? 'incident.opened' : type,
            state:
              index === 0 ? 'open' : type === 'incident.withdrawn' ? 'withdrawn' : type === 'incident.closed' ? 'closed' : 'open',
          }),
        ),
    );

const lives: fc.Arbitrary<Life> = fc
  .record({
    changes: fc.tuple(...names.map(changesOf)),
    actions: fc.array(fc.record({ name: fc.constantFrom(...names), minute, body }), { maxLength: 8 }),
    mutes: fc.array(
      fc.record({ at: span, covers_critical: fc.boolean(), clinic_id: fc.constantFrom('', '750300123'), removed: fc.boolean() }),
      { maxLength: 2 },
    ),
    downs: fc.array(span, { maxLength: 3 }),
    backs: fc.array(fc.tuple(minute, fc.integer({ min: 1, max: 120 })), { maxLength: 2 }),
    chance: fc.infiniteStream(fc.nat(999)),
  })
  .map(({ changes, actions, mutes, ...rest }) => {
    const all = changes.flat();
    const seenAt = (at: number) =>
      names.flatMap((name) => {
        const version = all.filter((one) => one.incident_id === anIncidentId(name) && minuteOf(one) < at).length;
        return version > 0 ? [{ incident_id: anIncidentId(name), version }] : [];
      });
    const done = actions
      .toSorted((one, other) => one.minute - other.minute)
      .map((one, index) => {
        const at = one.minute + 0.1 + index / 1_000;
        return anAction(one.name, at, one.body, { key: `${index}`, seen_incidents: seenAt(at) });
      });
    return {
      ...rest,
      // What nobody has told yet cannot be acted upon.
      records: [
        ...all,
        ...done.filter((one) =>
          [one.case_id, ...(one.type === 'case.linked' ? one.incident_ids : [])].every((id) =>
            one.seen_incidents.some((seen) => seen.incident_id === id),
          ),
        ),
      ].toSorted((one, other) => minuteOf(one) - minuteOf(other)),
      mutes: mutes.map(({ at: [from, until], ...given }, index) => ({
        mute_id: `${index}`.repeat(32),
        group_id: 'aleo',
        actor_id: '',
        rule_id: '',
        level_max: '' as const,
        starts_at: atMinute(from),
        ends_at: atMinute(until),
        owner: 'it',
        reason: 'migration',
        created_by: 'it',
        created_at: atMinute(0),
        updated_at: atMinute(0),
        ...given,
        removed: false,
      })),
    };
  });
