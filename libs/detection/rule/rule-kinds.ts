/**
 * What sets the kinds of rules apart, one row each: whoever reads, lays out, judges, recounts or words a rule asks this table and no name.
 * A kind whose row says what others say already needs nothing else.
 */
interface RuleKind {
  /**
   * What an entry of its windows stands for: the values of the counted fields, an event, the input that it came by, or an event with the
   * number that a field of it holds.
   */
  readonly entry: 'values' | 'event' | 'input' | 'amount';
  /** What a window comes to: how many different ones, a chain of all inputs, or a figure of the numbers. */
  readonly measure: 'distinct' | 'chain' | 'sum' | 'average' | 'percentile';
  /** A condition of it, for people. */
  readonly example: string;
}

export const ruleKinds = {
  value_count: { entry: 'values', measure: 'distinct', example: 'condition: {field: patient_id, gte: 40}' },
  event_count: { entry: 'event', measure: 'distinct', example: 'condition: {gte: 40}' },
  value_sum: { entry: 'amount', measure: 'sum', example: 'condition: {field: record_count, gte: 5000}' },
  value_avg: { entry: 'amount', measure: 'average', example: 'condition: {field: record_count, gte: 500}' },
  value_median: { entry: 'amount', measure: 'percentile', example: 'condition: {field: record_count, gte: 500}' },
  value_percentile: {
    entry: 'amount',
    measure: 'percentile',
    example: 'condition: {field: record_count, percentile: 95, gte: 500}',
  },
  temporal: { entry: 'input', measure: 'distinct', example: 'condition: {gte: 2}' },
  temporal_ordered: { entry: 'input', measure: 'chain', example: 'condition: {gte: 2}' },
} as const satisfies Readonly<Record<string, RuleKind>>;

export type RuleType = keyof typeof ruleKinds;

export const ruleTypes: readonly RuleType[] = Object.keys(ruleKinds).flatMap((name) => (isRuleType(name) ? [name] : []));

function isRuleType(name: string): name is RuleType {
  return Object.hasOwn(ruleKinds, name);
}

export function kindOfRule(type: RuleType): RuleKind {
  return ruleKinds[type];
}

/** Whether it is about several rules that meet, and not about how much of one thing there is. */
export function isMeeting(type: RuleType): boolean {
  return kindOfRule(type).entry === 'input';
}

/** Whether it counts a number that a field holds, once for each event. */
export function hasAmounts(type: RuleType): boolean {
  return kindOfRule(type).entry === 'amount';
}

/** Whether more accesses can only raise what its windows come to: of such a count one can say what is usual, and that it begins after a silence. */
export function isCount(type: RuleType): boolean {
  const { entry, measure } = kindOfRule(type);
  return entry !== 'input' && (measure === 'distinct' || measure === 'sum');
}

/** The kinds that count, for sentences. */
export const countTypes: readonly RuleType[] = ruleTypes.filter(isCount);

/** Whether more accesses may raise and lower what its windows come to, so that nothing is ever missing until it holds. */
export function isFigure(type: RuleType): boolean {
  const { measure } = kindOfRule(type);
  return measure === 'average' || measure === 'percentile';
}

/** The largest number that one event counts with; a larger one counts as so many. */
export const amountMax = 4_294_967_295;
