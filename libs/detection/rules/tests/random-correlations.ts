import * as fc from 'fast-check';
import { holdsOf } from '../../rule/meeting.js';
import { meets, type Rule } from '../../rule/rule.js';

/** Three event rules and a correlation over some of them, in forms of which some are right. */
export const correlated = fc
  .record({
    type: fc.constantFrom(
      'event_count',
      'value_count',
      'value_sum',
      'value_avg',
      'value_median',
      'value_percentile',
      'temporal',
      'temporal_ordered',
    ),
    rules: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'a', 'b', 'c', 'nobody'), { minLength: 1, maxLength: 3 }),
    by: fc.constantFrom([], ['session_id'], ['device', 'application']),
    timespan: fc.oneof(
      fc.tuple(fc.nat(40), fc.constantFrom('s', 'm', 'h', 'd', 'w')).map((parts) => parts.join('')),
      fc.constantFrom('10', '1x', '-1h', '1.5h', '05m', ' 5m'),
    ),
    op: fc.constantFrom('gte', 'gt', 'lt', 'lte', 'eq', 'neq'),
    count: fc.integer({ min: -1, max: 5 }),
    field: fc.constantFrom('patient_id', 'record_count', 'record_count', ['patient_id', 'clinic_id'], undefined),
    percentile: fc.constantFrom(1, 50, 95, 100, 101, undefined),
    text: fc.constantFrom(
      'a and b',
      'a and not b',
      'a or b and c',
      'not (a and b)',
      '(a or c) and not b',
      'c and not (a or b)',
      'a and not (b and not c)',
      'not not b and a',
      'b and a or not c',
      'a and',
      undefined,
      undefined,
    ),
  })
  .map(({ type, rules, by, timespan, op, count, field, percentile, text }) => {
    const events = ['a', 'b', 'c'].map((name) => ({
      title: name,
      name,
      level: 'low',
      logsource: { product: 'ehr' },
      detection: { x: { device: name }, condition: 'x' },
    }));
    const isTemporal = type.startsWith('temporal');
    const range = {
      [op]: count,
      ...(isTemporal || type === 'event_count'
        ? {}
        : { field, percentile: type === 'value_percentile' ? percentile : undefined }),
    };
    const condition = isTemporal && text !== undefined ? text : isTemporal && count < 2 ? undefined : range;
    const names = typeof condition === 'string' && count > 0 ? [...new Set(text?.match(/\b[abc]\b/g))] : rules;
    return [
      ...events,
      {
        title: 'Counted',
        name: 'counted',
        level: 'low',
        correlation: { type, rules: names, 'group-by': ['group_id', 'actor_id', ...by], timespan, condition },
      },
    ];
  });

/** What a correlation asks, as the script that asks pySigma says it. */
export interface Asked {
  readonly type: string;
  readonly rules: readonly string[];
  readonly by: readonly string[];
  readonly seconds: number;
  readonly op?: 'gte' | 'gt' | 'lt' | 'lte' | 'eq' | 'neq';
  readonly count?: number;
  readonly field?: readonly string[];
  readonly percentile?: number | null;
  /** Whether it holds, for each set of rules that are met: none of them, the last alone, the one before it, both, ... */
  readonly meets?: readonly boolean[];
}

/** What it says, and at which figures, or for which sets of rules that are met, it holds. */
export function answerOf(asked: Asked): unknown {
  const { type, rules, by, seconds, field = [], percentile } = asked;
  const holds = asked.meets ?? placesOf(type, rules.length).map((figure) => compares(asked, figure));
  return {
    type,
    rules: rules.toSorted(),
    by,
    seconds,
    field,
    holds,
    ...(percentile === undefined || percentile === null ? {} : { percentile }),
  };
}

/** The same of the rule as it was read. */
export function answerOfRule(rule: Rule, isText: boolean): unknown {
  const { type, by, timespanMs, field, percentile, inputs, meeting, condition } = rule;
  const sets = Array.from(
    { length: 2 ** inputs.length },
    (_, set) => (input: number) => ((set >> (inputs.length - 1 - input)) & 1) === 1,
  );
  const ofSets = sets.map((isMet) => {
    if (meeting) return holdsOf(meeting, isMet, isMet);
    return meets(condition, inputs.filter((_, input) => isMet(input)).length);
  });
  const holds = isText ? ofSets : placesOf(type, inputs.length).map((figure) => meets(condition, figure));
  const rules = inputs.flatMap((one) => (one.kind === 'rows' ? (one.titles ?? []) : []));
  return {
    type,
    rules: rules.toSorted(),
    by: ['group_id', 'actor_id', ...by],
    seconds: timespanMs / 1_000,
    field,
    holds,
    ...(type === 'value_percentile' ? { percentile } : {}),
  };
}

/** Figures that a window can come to. */
function placesOf(type: string, rules: number): readonly number[] {
  if (type.startsWith('temporal')) return Array.from({ length: rules }, (_, at) => at + 1);
  if (type === 'value_avg') return [0, 0.5, 1, 1.5, 2, 3, 4.5, 5, 6];
  const isFromOne = type === 'event_count' || type === 'value_count' || type === 'value_sum'; // nothing at all meets none of ours
  return isFromOne ? [1, 2, 3, 4, 5, 6] : [0, 1, 2, 3, 4, 5, 6];
}

function compares({ op = 'gte', count, rules }: Asked, figure: number): boolean {
  const than = count ?? rules.length;
  return {
    gte: figure >= than,
    gt: figure > than,
    lt: figure < than,
    lte: figure <= than,
    eq: figure === than,
    neq: figure !== than,
  }[op];
}
