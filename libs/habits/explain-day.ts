import type { AsKnown } from './first-seen.js';
import type { OwnDaysExplained } from './own/own-view.js';
import type { HabitRule } from './seams.js';
import { surpriseOf } from './surprise.js';

/** Why an account's count is told or not, in the model's numbers. Counts are a day's largest ones. */
export interface HabitExplanation {
  /** What the account usually does, what its role does, and above what habit excuses nothing; the last absent without peers enough. */
  readonly own: number;
  readonly role: number;
  readonly ceiling?: number;
  /** What the count is compared with. */
  readonly usual: number;
  /** The smallest count that is told; absent while thresholds wait or nothing is known. */
  readonly threshold?: number;
  /** What is left to it; 0 where it is reached. */
  readonly left?: number;
  /** Share of honest account-days that go as far. */
  readonly p: number;
  /** Of so many account-days of peers, so many went as far. */
  readonly peerDays: number;
  readonly asFar: number;
  readonly isNewcomer: boolean;
  /** Of an account of which no day is known: the role that its accesses of the day say and by which it is compared. */
  readonly asRole?: string;
  /** The account beside its own full days, where the rule asks for them and they are known. */
  readonly ownDays?: OwnDaysExplained;
}

/** The numbers behind what is told from, for a count of the day; undefined while nothing is known. */
export function explained(
  { view, state, key, column, day }: AsKnown,
  { rule, count, asRole }: { readonly rule: HabitRule; readonly count: number; readonly asRole: string | undefined },
): HabitExplanation | undefined {
  const among = view.classOf(state, day, column);
  const usual = view.usualOf(state, column, among);
  if (!usual) return undefined;
  const z = surpriseOf(count, usual.usual, rule.scale);
  const fit = view.fitOf(key, state, column, among);
  const least = view.leastOf(key, state, column, day);
  const counted = fit.counted(z);
  const ownDays = view.own.explain(key, state, column, { day, count });
  return {
    own: usual.own,
    role: usual.role,
    ...(usual.ceiling !== undefined && { ceiling: usual.ceiling }),
    usual: usual.usual,
    ...(least !== Infinity && { threshold: least, left: Math.max(0, least - count) }),
    p: fit.p(z),
    peerDays: Math.round(counted.of),
    asFar: Math.round(counted.days),
    isNewcomer: among === 'newcomer',
    ...(asRole !== undefined && { asRole }),
    ...(ownDays && { ownDays }),
  };
}
