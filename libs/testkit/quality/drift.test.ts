import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Rule } from '#libs/detection/rule/rule.js';
import type { SourceEvent } from '../hospital/event.js';
import { mix } from '../hospital/random.js';
import { defaultPack, type Drift, live, type Lived, type Person, staffOf } from './drifting-house.fixture.js';

/** The day of the change: a Tuesday, after a week that was learned. */
const change = 8;
/** A nurse like others. */
const nurse = 'nurse.c1.4';
/** One record a minute; what is learned tells of it, fixed rules for one's own clinic do not. */
const byHand = { actorId: nurse, strangers: 40, everyMs: 60_000 };
/** As fast as a script: fixed rules tell of it, whatever is learned. */
const byScript = { actorId: nurse, strangers: 130, everyMs: 4_000 };
const fixedTells = 120;
/** Many accounts read strangers of one clinic. */
const oneRegister = 'dbe1b10c-0c0f-4d2c-b821-71f9d50331d7';

let rules: readonly Rule[] = [];
beforeAll(async () => {
  rules = await defaultPack();
});

describe('a group of which nothing is known', () => {
  it('has fixed rules from its first hour on, what is learned from its third day on, and no incident of honest work', () => {
    const firstDay = live(rules, 1, { theft: { ...byScript, day: 0 } });
    expect([firstDay.exposed, firstDay.falseIncidents]).toEqual([fixedTells, []]);
    const secondDay = live(rules, 2, { theft: { ...byHand, day: 1 } });
    expect([secondDay.exposed, secondDay.falseIncidents]).toEqual([undefined, []]);
    const fourthDay = live(rules, 4, { theft: { ...byHand, day: 3 } });
    expect(fourthDay.exposed).toBeLessThanOrEqual(15);
    expect(fourthDay.falseIncidents).toEqual([]);
  });
});

describe('an account that did not exist', () => {
  it('may be unlike its role, and is told on its first day where it reads on and on', () => {
    const hired = staffOf()
      .filter(({ role }) => role === 'nurse')
      .slice(0, 6)
      .map((one) => ({ ...one, id: `new.${one.id}`, from: change, strangers: 12 }));
    const [first] = hired;
    const actorId = first?.id ?? '';
    const lived = live(rules, change + 4, { staff: [...staffOf(), ...hired], theft: { ...byHand, actorId, day: change } });
    expect(lived.falseIncidents).toEqual([]);
    expect(lived.exposed).toBeLessThanOrEqual(byHand.strangers);
  });
});

describe('a role that did not exist', () => {
  it('makes no incident, whether people of it are new or the feed gives their role another name, nor hides a theft', () => {
    const pharmacists = staffOf()
      .slice(0, 6)
      .map((one): Person => ({ ...one, id: `pharmacist.${one.id}`, role: 'pharmacist', from: change, strangers: 14 }));
    const lived = live(rules, change + 4, {
      staff: [...staffOf(), ...pharmacists],
      feed: (event, day) => [day >= change && event.actor_role === 'nurse' ? { ...event, actor_role: 'infirmier' } : event],
      theft: { ...byHand, day: change + 1 },
    });
    expect(lived.falseIncidents).toEqual([]);
    expect(lived.exposed).toBeLessThanOrEqual(15);
  });
});

describe('two clinics that become one', () => {
  it('are one incident, of the clinic that nobody had announced, and none of the people who work in it', () => {
    const feed: Drift['feed'] = (event, day) => [
      day >= change && event.clinic_id !== 'c1' ? { ...event, clinic_id: 'c23' } : event,
    ];
    const { falseIncidents } = live(rules, change + 4, { feed });
    expect(falseIncidents.map(({ actorId, rules: ids }) => [actorId, ids])).toEqual([['clinic_id c23', [oneRegister]]]);
  });
});

describe('a summer in which half of the staff does the work of all', () => {
  it('makes hardly an incident, and hides no theft by who stays', () => {
    const lived = live(rules, change + 8, {
      load: ({ id }, day) => (day < change ? 1 : 2 * (Number(id.split('.')[2]) % 2)),
      theft: { ...byHand, actorId: 'nurse.c1.5', day: change + 1 },
    });
    expect(lived.falseIncidents.length).toBeLessThanOrEqual(1);
    expect(lived.exposed).toBeLessThanOrEqual(20);
  });
});

describe('a feed that shows more patients from one day on', () => {
  it('twice as many: few accounts are told in its first two days and hardly one from then on, the operator is, fixed rules hold, and habits are back within a week and a half', () => {
    const lived = live(rules, change + 11, { feed: showing(2), theft: { ...byScript, day: change + 3 }, withoutVerdicts: true });
    // Who doubles his habit is told; of all who do at once the thresholds of two days ago know nothing.
    expect(lived.beganOn(0, change + 1).length).toBeLessThan(0.1 * lived.staff);
    expect(lived.beganOn(change + 2, change + 11).length).toBeLessThanOrEqual(1);
    expect(waitingOn(lived, change + 1)).toBe(0);
    expect(waitingOn(lived, change + 2)).toBeGreaterThan(0);
    expect(waitingOn(lived, change + 10)).toBe(0);
    expect(lived.exposed).toBeLessThanOrEqual(fixedTells);
  });

  it('eight times as many: everybody is told before the day is learned, nobody from then on, though nobody says that it was honest', () => {
    const lived = live(rules, change + 5, { staff: staffOf(18), feed: showing(8), withoutVerdicts: true });
    expect(waitingOn(lived, change + 1)).toBe(0);
    for (let day = change + 2; day < change + 5; day += 1) expect(waitingOn(lived, day)).toBeGreaterThan(5);
    expect(lived.beganOn(0, change + 1).length).toBeGreaterThan(40);
    // One each, however many records.
    expect(new Set(lived.falseIncidents.map(({ actorId }) => actorId)).size).toBe(lived.falseIncidents.length);
    expect(lived.beganOn(change + 2, change + 4)).toEqual([]);
  });
});

/** Beside every patient others of the same clinic, from the day of the change on. */
function showing(times: number): Drift['feed'] {
  return (event, day) => [event, ...Array.from({ length: day < change ? 0 : times - 1 }, (_, index) => beside(event, index))];
}

function beside(event: SourceEvent, index: number): SourceEvent {
  const number = Number(event.patient_ids[0]);
  return { ...event, patient_ids: [String(number - (number % 1_000_000) + (mix(index, number) % 400_000))] };
}

function waitingOn({ waiting }: Lived, day: number): number {
  return waiting[day]?.length ?? 0;
}
