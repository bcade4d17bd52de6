import type { CountCondition, Rule } from './rule.js';
import { hasAmounts, kindOfRule } from './rule-kinds.js';

/** What makes two rules over the same inputs differ. */
export function termsOf({
  type,
  timespanMs,
  condition,
  percentile,
  meeting,
  spread,
  dormantMs,
  habit,
  habitDays,
}: Rule): unknown {
  const { atLeast, atMost, except, above, below } = condition satisfies CountCondition;
  const figure: (readonly unknown[])[] = hasAmounts(type)
    ? [[kindOfRule(type).measure, percentile ?? null, above ?? false, below ?? false]]
    : [];
  if (meeting) figure.push([JSON.stringify(meeting)]);
  if (habit)
    figure.push([
      'habit',
      habit.weight,
      habit.scale,
      ...(habit.own === undefined ? [] : [habit.own]),
      ...(habit.excuses ? ['excuses'] : []),
    ]);
  if (habitDays === true) figure.push(['habit_days']);
  return [
    timespanMs,
    atLeast,
    atMost === Number.POSITIVE_INFINITY ? null : atMost,
    except ?? null,
    spread?.atLeast ?? 0,
    dormantMs ?? 0,
    ...figure,
  ];
}
