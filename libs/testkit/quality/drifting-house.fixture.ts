import { defaultListsDir } from '#libs/detection/rules/load/config.js';
import { loadRules } from '#libs/detection/rules/load/load-rules.js';
import { readRuleFiles } from '#libs/detection/rules/load/read-rule-files.js';
import { readLists } from '#libs/detection/rules/load/require-rules.js';
import type { Rule } from '#libs/detection/rule/rule.js';
import type { Cause, SourceEvent } from '../hospital/event.js';
import { hourMs, instantOf, localDayOf } from '../hospital/local-time.js';
import { at as itemAt, mix, SeededRandom } from '../hospital/random.js';
import type { PlayedEvent } from '../hospital/simulation.js';
import { playTraffic } from './play.js';
import type { FalseIncident, Played } from './verdict.js';

/** A Monday. */
const monday = localDayOf(Date.UTC(2026, 2, 2, 12));
const seed = 20_261_130;
const clinics = ['c1', 'c2', 'c3'] as const;
/** Of six people of a clinic, what they are, and the mean of strangers that they meet on a day at work. */
const secretary = { role: 'secretary', pace: 16 } as const;
const physician = { role: 'physician', pace: 7 } as const;
const nurse = { role: 'nurse', pace: 5 } as const;
const roles = [secretary, physician, physician, nurse, nurse, nurse] as const;
/** Patients of a ward; so many of them are others the next day. */
const wardBeds = 30;
const newInBeds = 5;
/** Of the ward, whom somebody meets on a day at work. */
const metInWard = 5;
const registerNumbers = 400_000;

export interface Person {
  readonly id: string;
  readonly role: string;
  readonly clinic: string;
  /** People whom nobody has met, on a day at work: the mean. */
  readonly strangers: number;
  /** First day, from 0. */
  readonly from: number;
}

/** What changes in the house, or in what its feed says. */
export interface Drift {
  readonly staff?: readonly Person[];
  /** People whom somebody meets on a day, times this; 0 for who is away. */
  readonly load?: (person: Person, day: number) => number;
  /** What the feed makes of an event. */
  readonly feed?: (event: SourceEvent, day: number) => readonly SourceEvent[];
  /** Strangers of the own clinic that somebody reads beside the work, from ten o'clock on. */
  readonly theft?: { readonly actorId: string; readonly day: number; readonly strangers: number; readonly everyMs: number };
  /** Whether nobody says of any incident what it was. */
  readonly withoutVerdicts?: boolean;
}

export interface Lived extends Played {
  /** The false incidents that began on a day, from 0. */
  readonly beganOn: (from: number, to?: number) => readonly FalseIncident[];
  /** Of each day, from 0, the ids of the rules whose thresholds waited as it began. */
  readonly waiting: readonly (readonly string[])[];
  /** Patients that the theft had, by all its accounts, when it was told; undefined where it was not. */
  readonly exposed: number | undefined;
}

/** Nurses, physicians and secretaries of three clinics, thirty in each, every one with a pace of its own. */
export function staffOf(perClinic = 30): readonly Person[] {
  const random = new SeededRandom(seed, 'staff');
  return clinics.flatMap((clinic) =>
    Array.from({ length: perClinic }, (_, index) => {
      const { role, pace } = itemAt(roles, index % roles.length);
      return { id: `${role}.${clinic}.${index}`, role, clinic, strangers: pace * random.between(0.6, 1.5), from: 0 };
    }),
  );
}

/** The rules that Vigie brings along. */
export async function defaultPack(): Promise<readonly Rule[]> {
  const { files } = await readRuleFiles(new URL('../../../rules/', import.meta.url).pathname);
  return loadRules(files, await readLists(defaultListsDir)).rules;
}

/** Plays so many days of the house through the engine, with what is learned as it goes. */
export function live(rules: readonly Rule[], days: number, drift: Drift = {}): Lived {
  const staff = drift.staff ?? staffOf();
  const waiting: (readonly string[])[] = [];
  const played = playTraffic(
    { groupId: 'helix', seed, days, staff: staff.length, serviceAccounts: [], played: () => traffic(staff, days, drift) },
    {
      rules,
      withoutVerdicts: drift.withoutVerdicts === true,
      onModel: (model) => waiting.push(model.waiting().map(({ rule }) => rule)),
    },
  );
  return {
    ...played,
    beganOn: (from, to = from) =>
      played.falseIncidents.filter(({ firstTime }) => {
        const day = localDayOf(Date.parse(firstTime)) - monday;
        return day >= from && day <= to;
      }),
    waiting,
    exposed: played.attacks[0]?.told[0]?.exposedByAll,
  };
}

/** An access before it is an event. */
interface Looked {
  readonly at: number;
  readonly person: Person;
  readonly patient: number;
  readonly cause?: Cause;
}

function* traffic(staff: readonly Person[], days: number, drift: Drift): Generator<PlayedEvent> {
  let number = 0;
  for (let day = 0; day < days; day += 1) {
    const looked = [...staff.flatMap((person) => work(person, day, drift)), ...stolen(staff, day, drift)];
    for (const one of looked.toSorted((a, b) => a.at - b.at)) {
      const event = eventOf(one, `e${++number}`);
      for (const [index, told] of (drift.feed?.(event, day) ?? [event]).entries())
        yield { event: { ...told, id: `${event.id}-${index}` }, ...(one.cause && { cause: one.cause }) };
    }
  }
}

function work(person: Person, day: number, { load = () => 1 }: Drift): readonly Looked[] {
  const random = new SeededRandom(seed, `${person.id} ${day}`);
  const times = load(person, day);
  if (day < person.from || times === 0 || !random.chance(5 / 7)) return [];
  const strangers = countOf(person.strangers * times, random);
  const ward = Array.from({ length: Math.round(metInWard * times) }, () => {
    const bed = random.whole(0, wardBeds - 1);
    // A bed has somebody else every sixth day.
    return numberIn(person.clinic, mix(bed, Math.floor((day + bed) / (wardBeds / newInBeds))));
  });
  const others = Array.from({ length: strangers }, () => numberIn(person.clinic, random.whole(0, 2 ** 31)));
  const begins = instantOf(monday + day, 8);
  return [...ward, ...others].map((patient) => ({ at: begins + Math.floor(random.unit() * 9 * hourMs), person, patient }));
}

function stolen(staff: readonly Person[], day: number, { theft }: Drift): readonly Looked[] {
  const person = staff.find(({ id }) => id === theft?.actorId);
  if (!theft || !person || theft.day !== day) return [];
  const begins = instantOf(monday + day, 10);
  const cause = { kind: 'attack', name: 'theft' } as const;
  return Array.from({ length: theft.strangers }, (_, index) => ({
    at: begins + index * theft.everyMs,
    person,
    patient: numberIn(person.clinic, mix(seed, index)),
    cause,
  }));
}

/** A whole number with this mean; days differ, too. */
function countOf(mean: number, random: SeededRandom): number {
  const today = mean * random.between(0.6, 1.4);
  return Math.round(today + Math.sqrt(today) * (random.unit() + random.unit() + random.unit() - 1.5) * 2);
}

/** A patient of a clinic's register; clinics have none in common. */
function numberIn(clinic: string, of: number): number {
  return 1_000_000 * Number(clinic.slice(1)) + (of % registerNumbers);
}

function eventOf({ at, person, patient }: Looked, id: string): SourceEvent {
  return {
    id,
    time: new Date(at).toISOString(),
    group_id: 'helix',
    clinic_id: person.clinic,
    actor_id: person.id,
    actor_role: person.role,
    actor_kind: 'human',
    privileged: false,
    action: 'read',
    outcome: 'success',
    patient_ids: [String(patient)],
    source_ip: `10.1.${person.clinic.slice(1)}.7`,
    device: `desk-${person.clinic}`,
    session_id: `${person.id} ${at - (at % (12 * hourMs))}`,
    auth: 'smartcard',
    mfa: true,
    application: 'record-platform',
  };
}
