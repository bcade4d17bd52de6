import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { CareFact, CareStay, CareTouch } from '#libs/contracts/care/care-fact.js';
import { aPatient } from '#libs/testkit/builders.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import type { Bar } from './bars.js';
import { DayCalendar } from '#libs/formats/times/day-calendar.js';
import type { Access } from './access.js';
import { CareMemory } from './care-memory.js';
import type { Stamp } from './stamp.js';
import { heldSteps, stepMs, visibleFrom } from './steps.js';

const calendar = new DayCalendar('Europe/Paris');
/** A week before the clocks of Paris go forward. */
const base = Date.UTC(2026, 2, 22);
const dayMs = 86_400_000;
const spanMs = 40 * dayMs;

describe('the memory of care', () => {
  it('answers as a plain recount does, in whatever order and however often the facts come', () => {
    fc.assert(
      fc.property(history, ({ facts, bars, again, accesses }) => {
        const expected = accesses.map((access) => naive(access, facts, bars));
        const memory = new CareMemory(calendar);
        for (const { at, twice } of again) {
          const [fact, bar] = [facts[at], bars[at]];
          for (let time = 0; time < (twice ? 2 : 1); time += 1) {
            if (fact) memory.take(fact);
            if (bar) memory.bar(bar);
          }
        }
        expect(accesses.map((access) => memory.look(access))).toEqual(expected);
      }),
      { numRuns: casesOf(400, 10_000) },
    );
  });

  it('answers the same while it forgets, as far back as it holds', () => {
    fc.assert(
      fc.property(history, ({ facts, bars, accesses }) => {
        const memory = new CareMemory(calendar);
        for (const bar of bars) memory.bar(bar);
        const byArrival = facts.toSorted((a, b) => a.visible - b.visible);
        let next = 0;
        for (const access of accesses.toSorted((a, b) => a.timeMs - b.timeMs)) {
          const step = Math.floor(access.timeMs / stepMs);
          for (let fact = byArrival[next]; fact && fact.visible <= step + heldSteps / 2; fact = byArrival[next]) {
            memory.take(fact);
            next += 1;
          }
          memory.advance((step + heldSteps - 1) * stepMs);
          expect(memory.look(access)).toEqual(naive(access, facts, bars));
        }
      }),
      { numRuns: casesOf(400, 10_000) },
    );
  });

  it('knows as much when only news are written down', () => {
    fc.assert(
      fc.property(fc.array(met, { maxLength: 60 }), fc.array(access, { maxLength: 10 }), (meetings, accesses) => {
        const [all, news] = [new CareMemory(calendar), new CareMemory(calendar)];
        for (const { receivedMs, ...of } of meetings.toSorted((a, b) => a.receivedMs - b.receivedMs)) {
          const visible = visibleFrom(of.timeMs, receivedMs);
          const fresh = news.news(of, visible);
          if (fresh) news.take(fresh);
          all.take(touchOf(of, visible));
        }
        expect(accesses.map((one) => news.look(one))).toEqual(accesses.map((one) => all.look(one)));
      }),
      { numRuns: casesOf(400, 10_000) },
    );
  });

  it('has no news of a patient whom an account meets again in the same step, and some in a later one', () => {
    const news = new CareMemory(calendar);
    const of = { groupId: 'g', actorId: 'a', clinicId: 'c', network: '', patientId: aPatient(1) };
    const told = [0, 4, 26 * 60, 26 * 60 + 4].map((minutes) => {
      const timeMs = base + minutes * 60_000;
      const fact = news.news({ ...of, timeMs }, visibleFrom(timeMs, timeMs));
      if (fact) news.take(fact);
      return fact !== undefined;
    });
    expect(told).toEqual([true, false, true, false]);
  });

  it('hears of a group at work though nothing that it does is new', () => {
    const news = new CareMemory(calendar);
    const of = { groupId: 'g', actorId: 'd', clinicId: 'c3', network: '', patientId: '' };
    for (const minutes of [0, 10, 20, 90, 100]) {
      const timeMs = base + minutes * 60_000;
      const visible = visibleFrom(timeMs, timeMs);
      const told = news.news({ ...of, timeMs }, visible);
      if (told) news.take(told);
      expect(news.news({ ...of, timeMs }, visible)).toBeUndefined();
    }
    const late = { ...of, actorId: 'a', patientId: aPatient(1), timeMs: base + 150 * 60_000 };
    expect(news.look({ ...late, visible: stepMs })).toEqual({ care_link: 'none' });
  });

  it('says nothing of what lies before all that it holds', () => {
    const memory = new CareMemory(calendar);
    memory.advance(base + 10 * dayMs);
    const of = { groupId: 'g', actorId: 'a', clinicId: 'c', network: '', patientId: aPatient(1) };
    expect(memory.look({ ...of, timeMs: base + 6 * dayMs })).toEqual({});
    expect(memory.look({ ...of, timeMs: base + 8 * dayMs })).toEqual({ care_link: 'none' });
  });

  it('says no link once there are more patients than it may remember', () => {
    const memory = new CareMemory(calendar, { patientsMax: 3, pairsMax: 100 });
    const of = { groupId: 'g', actorId: 'a', clinicId: 'c', network: '', timeMs: base };
    for (let patient = 0; patient < 3; patient += 1)
      memory.take(touchOf({ ...of, patientId: aPatient(patient) }, visibleFrom(base, base)));
    expect(memory.look({ ...of, patientId: aPatient(9) })).toEqual({ care_link: 'none' });
    memory.take(touchOf({ ...of, patientId: aPatient(3) }, visibleFrom(base, base)));
    expect(memory.look({ ...of, patientId: aPatient(9) })).toEqual({});
    expect(memory.isOverfull).toBe(true);
  });

  it('holds what it needs for a month of a hospital and no more: what nobody can ask for goes before long', () => {
    const memory = new CareMemory(calendar);
    const perDay = 2_000;
    const bytes: number[] = [];
    for (let day = 0; day < 120; day += 1) {
      const timeMs = base + day * dayMs;
      for (let n = 0; n < perDay; n += 1) {
        memory.advance(timeMs);
        const of = { groupId: 'g', actorId: `a${n % 40}`, clinicId: 'c', network: '', timeMs };
        memory.take(touchOf({ ...of, patientId: aPatient(`${day} ${n}`) }, visibleFrom(timeMs, timeMs)));
      }
      bytes.push(memory.bytes);
    }
    expect(memory.patients).toBeLessThan(perDay * 40);
    expect(Math.max(...bytes)).toBeLessThan((bytes[60] ?? 0) * 1.1);
    expect(memory.bytes / memory.patients).toBeLessThan(60);
  });
});

const clinics = ['c1', 'c2', 'c3'];
const networks = ['', '192.0.2.0/24', '198.51.100.0/24', '2001:db8:1::/48'];
const time = fc.oneof(
  fc.integer({ min: base, max: base + spanMs }),
  // Close together, and at midnight of Paris.
  fc.integer({ min: base + 20 * dayMs, max: base + 21 * dayMs }),
  fc.tuple(fc.nat(40), fc.integer({ min: -2, max: 2 })).map(([day, off]) => base + day * dayMs - 7_200_000 + off * stepMs),
);
/** Two hospital groups, whose accounts and clinics have the same names, and whose key is the same: a number of both is two patients all the same. */
const anyGroup = fc.constantFrom('g', 'g', 'g', 'h');
const known = fc
  .record({
    groupId: anyGroup,
    actorId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    clinicId: fc.constantFrom(...clinics),
    network: fc.constantFrom(...networks),
    timeMs: time,
    patient: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(1, 2, 3) }, { weight: 1, arbitrary: fc.constant(0) }),
  })
  .map(({ patient, ...of }) => ({ ...of, patientId: patient === 0 ? '' : aPatient(patient) }));
/** Accesses that came at once, and such as came an hour late or more. */
const access: fc.Arbitrary<Access> = fc
  .tuple(known, fc.constantFrom(0, 0, 5, 6, 7, 40))
  .map(([of, lateSteps]) => (lateSteps === 0 ? of : { ...of, visible: Math.floor(of.timeMs / stepMs) + lateSteps }));
const lateMs = fc.oneof(fc.constant(0), fc.nat(3_600_000), fc.nat(9 * dayMs));
const met = fc.tuple(known, lateMs).map(([of, late]) => ({ ...of, receivedMs: of.timeMs + late }));
const touch: fc.Arbitrary<CareTouch> = met.map((of) => touchOf(of, visibleFrom(of.timeMs, of.receivedMs)));
const stay: fc.Arbitrary<CareStay> = fc
  .tuple(anyGroup, fc.constantFrom(1, 2, 3), fc.constantFrom('s', 't'), time, fc.nat(5 * dayMs), lateMs)
  .map(([group, patient, id, timeMs, longMs, late]) => ({
    what: 'stay',
    group_id: group,
    patient_id: aPatient(patient),
    stay_id: aPatient(id),
    from: Math.floor(timeMs / stepMs),
    until: Math.floor((timeMs + longMs) / stepMs),
    visible: visibleFrom(timeMs, timeMs + late),
    received_at: new Date(timeMs + late).toISOString(),
  }));
const bar: fc.Arbitrary<Bar> = fc
  .tuple(anyGroup, fc.constantFrom('a', 'b', 'c'), fc.constantFrom('i', 'j'), fc.nat(5), time, fc.nat(2 * dayMs), fc.boolean())
  .map(([groupId, actorId, incidentId, version, timeMs, longMs, isOpen]) => ({
    groupId,
    actorId,
    incidentId: `${groupId} ${actorId} ${incidentId}`,
    version,
    isOpen,
    from: Math.floor(timeMs / stepMs),
    last: Math.floor((timeMs + longMs) / stepMs),
  }));
const history = fc
  .record({
    facts: fc.array(fc.oneof({ weight: 5, arbitrary: touch }, { weight: 1, arbitrary: stay }), { maxLength: 60 }),
    bars: fc.uniqueArray(bar, { maxLength: 4, selector: ({ incidentId, version }) => `${incidentId} ${version}` }),
    accesses: fc.array(access, { maxLength: 12 }),
  })
  .chain((of) =>
    fc
      .tuple(
        fc.shuffledSubarray(
          [...of.facts.keys(), ...of.bars.keys()].filter((at, place, all) => all.indexOf(at) === place),
          { minLength: Math.max(of.facts.length, of.bars.length) },
        ),
        fc.infiniteStream(fc.boolean()),
      )
      .map(([order, coins]) => ({ ...of, again: order.map((at) => ({ at, twice: coins.next().value === true })) })),
  );

function touchOf({ groupId, actorId, clinicId, network, timeMs, patientId }: Access, visible: number): CareTouch {
  return {
    what: 'touch',
    group_id: groupId,
    actor_id: actorId,
    patient_id: patientId,
    clinic_id: clinicId,
    ...(network && { network }),
    step: Math.floor(timeMs / stepMs),
    visible,
  };
}

/** The definition: every question is asked of every fact. */
function naive(
  { groupId, actorId, clinicId, network, timeMs, patientId, visible: seenFrom = 0 }: Access,
  allFacts: readonly CareFact[],
  allBars: readonly Bar[],
): Stamp {
  const facts = allFacts.filter(({ group_id }) => group_id === groupId);
  const bars = allBars.filter((one) => one.groupId === groupId);
  const step = Math.floor(timeMs / stepMs);
  const today = calendar.dayOf(timeMs);
  const touches = facts.filter((fact): fact is CareTouch => fact.what === 'touch');
  const isBarred = (actor: string): boolean => {
    const of = Map.groupBy(
      bars.filter((one) => one.actorId === actor),
      ({ incidentId }) => incidentId,
    );
    return [...of.values()].some((versions) => {
      const { isOpen = false, last = 0 } = versions.toSorted((a, b) => b.version - a.version)[0] ?? {};
      return isOpen && Math.min(...versions.map(({ from }) => from)) <= step && step < last + 144 + 5 * 144;
    });
  };
  /** Days of the last thirty on which it was seen there, as far as today may know. */
  const daysOf = (actor: string, is: (touch: CareTouch) => boolean): number => {
    const seen = touches
      .filter((one) => one.actor_id === actor && is(one))
      .filter((one) => {
        const day = calendar.dayOf(one.step * stepMs);
        return day < today && day >= today - 30 && calendar.dayOf(one.visible * stepMs) < today;
      });
    return new Set(seen.map((one) => calendar.dayOf(one.step * stepMs))).size;
  };
  const ofPatient = touches.filter((one) => one.patient_id === patientId && one.visible <= step);
  const isOwn = ofPatient.some((one) => {
    const day = calendar.dayOf(one.step * stepMs);
    return one.actor_id === actorId && day < today && day >= today - 30;
  });
  const stays = Map.groupBy(
    facts.filter((one): one is CareStay => one.what === 'stay' && one.patient_id === patientId),
    (one) => one.stay_id,
  );
  const isStay = [...stays.values()].some((versions) => {
    const newest = versions
      .filter(({ visible }) => visible <= step)
      .toSorted(
        (a, b) =>
          a.visible - b.visible ||
          (a.received_at < b.received_at ? -1 : a.received_at > b.received_at ? 1 : a.from - b.from || a.until - b.until),
      )
      .at(-1);
    return newest !== undefined && newest.from <= step && step < newest.until;
  });
  const others = new Set(
    ofPatient
      .filter((one) => one.actor_id !== actorId && step < one.step + 720 && !isBarred(one.actor_id))
      .map((one) => one.actor_id),
  );
  const worked = daysOf(actorId, () => true);
  const inClinic = daysOf(actorId, (one) => one.clinic_id === clinicId);
  const inNetwork = daysOf(actorId, (one) => one.network === network);
  const users = ['a', 'b', 'c', 'd', 'e'].filter(
    (actor) => daysOf(actor, (one) => one.network === network) > 0 && !isBarred(actor),
  );
  // Who comes late out of an hour of which nothing was known in time cannot know that nobody else met the patient.
  const isBlind = seenFrom - step > 6 && !touches.some((one) => one.visible <= step && one.step <= step && one.step >= step - 6);
  const few = isBlind ? undefined : others.size === 0 ? 'none' : 'single';
  const link = isOwn ? 'own' : isStay ? 'stay' : others.size > 1 ? 'several' : few;
  return {
    ...(patientId !== '' && link && { care_link: link }),
    ...(worked > 0 && inClinic < worked / 5 && { own_clinic: false }),
    ...(network !== '' && worked > 0 && inNetwork === 0 && { new_network: true }),
    ...(network !== '' && users.length >= 3 && { house_network: true }),
  };
}
