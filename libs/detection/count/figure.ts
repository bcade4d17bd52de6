import { kindOfRule } from '../rule/rule-kinds.js';
import type { Rule } from '../rule/rule.js';
import type { EventAmounts } from './event-amounts.js';

/** What a window holds: different values, and of each event its number where entries have one. */
export interface Held {
  readonly value: number;
  readonly amounts: Pick<EventAmounts, 'sum' | 'count' | 'percentile'> | undefined;
}

/** What a rule compares: how many, how much, or of averages and percentiles which number. An average may lie between whole numbers. */
export function figureOf({ type, percentile }: Pick<Rule, 'type' | 'percentile'>, { value, amounts }: Held): number {
  if (!amounts) return value;
  const { measure } = kindOfRule(type);
  if (measure === 'sum') return amounts.sum;
  if (measure === 'average') return amounts.count === 0 ? 0 : amounts.sum / amounts.count;
  return amounts.percentile(percentile ?? 50);
}
