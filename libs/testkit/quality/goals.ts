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
  const goals = [{ goal: `every ${name} attack is found`, is: `${found.length} of ${seen.length}`, met: found.length === seen.length }];
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
