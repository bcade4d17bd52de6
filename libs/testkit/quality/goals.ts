import type { AttackSeen } from './truth-book.js';
import type { FalseIncident, Played } from './verdict.js';

/** Something that was promised, and whether it is kept. */
export interface GoalMet {
  readonly goal: string;
  readonly is: string;
  readonly met: boolean;
}

/** Patients exposed, at most, when an attack is told; at an export only the event that is going on may be through. */
const exposedMax: Readonly<Record<string, number>> = { burst: 60, human_pace: 60, closed_clinics: 5 };
const exportEventsMax = 1;
const withGoal = ['burst', 'human_pace', 'bulk_export', 'closed_clinics'];
export const falsePerWeekMax = 2;
/** For which the number of false incidents is promised. */
export const goalStaff = 1_400;

export function hasGoal(attack: string): boolean {
  return withGoal.includes(attack);
}

/** The goals for the attacks and the legitimate work of some weeks; those of attacks that nobody planted are left out. */
export function judgeGoals(played: readonly Played[]): readonly GoalMet[] {
  const attacks = withGoal.flatMap((name) => {
    const seen = played.flatMap(({ attacks }) => attacks.filter((attack) => attack.name === name));
    return seen.length ? attackGoals(name, seen) : [];
  });
  const perWeek = falsePerWeek(played, ({ falseIncidents }) => falseIncidents);
  const goal = `at most ${falsePerWeekMax} false incidents a week for ${goalStaff.toLocaleString('en')} staff`;
  return [...attacks, { goal, is: perWeek.toFixed(2), met: perWeek <= falsePerWeekMax }];
}

function attackGoals(name: string, seen: readonly AttackSeen[]): readonly GoalMet[] {
  const found = seen.filter(({ actors, told }) => told.length === actors.length);
  const goals = [
    { goal: `every ${name} attack is found`, is: `${found.length} of ${seen.length}`, met: found.length === seen.length },
  ];
  const told = seen.flatMap((attack) => attack.told);
  if (told.length === 0) return goals;
  if (name === 'bulk_export') {
    const events = Math.max(...told.map((one) => one.events));
    return [...goals, { goal: `${name}: told at the first export event`, is: `event ${events}`, met: events <= exportEventsMax }];
  }
  const most = exposedMax[name] ?? Infinity;
  // Neither the truth nor what the incident itself says may be above it.
  const exposed = Math.max(...told.map((one) => Math.max(one.exposed, one.counted)));
  return [...goals, { goal: `${name}: at most ${most} patients exposed when told`, is: `${exposed}`, met: exposed <= most }];
}

/** False incidents a week, scaled to a staff of 1,400. */
export function falsePerWeek(played: readonly Played[], of: (played: Played) => readonly FalseIncident[]): number {
  const weeks = played.reduce((sum, { days, staff }) => sum + (days / 7) * (staff / goalStaff), 0);
  return weeks === 0 ? 0 : played.reduce((sum, one) => sum + of(one).length, 0) / weeks;
}

/**
 * Patients whom all accounts of an attack have read when the first of them is told, once Vigie has learned for a week: the median over simulations, and for
 * some the most. Of `spread` the sum of what each account had when it was told itself.
 */
const learnedMax: Readonly<Record<string, { readonly median: number; readonly most?: number }>> = {
  burst: { median: 3 },
  human_pace: { median: 12 },
  slow: { median: 30 },
  spread: { median: 120 },
  closed_clinics: { median: 3 },
  closed_clinics_drip: { median: 3 },
  own_clinic_double: { median: 60, most: 110 },
  ascending_identifiers: { median: 15 },
  lists_of_forty: { median: 25 },
  stolen_service_key: { median: 100 },
  forty_accounts: { median: 10 },
  sixty_in_order: { median: 20 },
  sixty_shuffled: { median: 150 },
  forty_inside: { median: 350 },
  service_at_its_pace: { median: 130 },
  below_floors: { median: 400 },
  below_floors_own: { median: 120 },
  raised_habit: { median: 150 },
  raised_habit_in_care: { median: 150 },
  linker_and_reader: { median: 100 },
  behind_the_glass: { median: 200 },
  newcomer: { median: 120 },
};
const learnedFalsePerWeekMax = 1;

/** The goals of what is learned; those of attacks that nobody planted are left out. */
export function judgeLearnedGoals(played: readonly Played[]): readonly GoalMet[] {
  const goals = Object.entries(learnedMax).flatMap(([name, { median, most }]) => {
    const exposed = played.flatMap(({ attacks }) => attacks.filter((attack) => attack.name === name).map(exposedOf));
    if (exposed.length === 0) return [];
    const sorted = exposed.toSorted((a, b) => a - b);
    const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? Infinity;
    const worst = sorted.at(-1) ?? Infinity;
    const goal = `${name}: ${median} patients when told, median${most === undefined ? '' : `, ${most} at most`}`;
    return [
      { goal, is: `${patientsText(middle)}, ${patientsText(worst)}`, met: middle <= median && worst <= (most ?? Infinity) },
    ];
  });
  const events = played.flatMap(({ attacks }) =>
    attacks.filter(({ name }) => name === 'bulk_export').map(({ told }) => told[0]?.events ?? Infinity),
  );
  const exported = Math.max(...events);
  const exports = events.length
    ? [{ goal: 'bulk_export: told at the first export event', is: `event ${exported}`, met: exported <= exportEventsMax }]
    : [];
  const perWeek = falsePerWeek(played, ({ falseIncidents }) => falseIncidents);
  const goal = `at most ${learnedFalsePerWeekMax} false incident a week for ${goalStaff.toLocaleString('en')} staff`;
  return [...goals, ...exports, { goal, is: perWeek.toFixed(2), met: perWeek <= learnedFalsePerWeekMax }];
}

/** What an attack had when it was told; all that it would ever have where it was not. */
export function exposedOf({ name, told, patientsMissed }: AttackSeen): number {
  if (told.length === 0) return Infinity;
  if (name !== 'spread') return told[0]?.exposedByAll ?? Infinity;
  return told.reduce((sum, { exposed }) => sum + exposed, patientsMissed);
}

function patientsText(patients: number): string {
  return patients === Infinity ? 'not found' : `${patients}`;
}
