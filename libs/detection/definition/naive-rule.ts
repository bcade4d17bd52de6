import type { HabitRule } from '#libs/habits/seams.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { Meeting } from '../rule/meeting.js';
import { innerMsOf, isSleep } from '../rule/reach.js';
import { type Field, habitRuleOf, type Input, type Rule } from '../rule/rule.js';

/** A time at which a rule holds in one group, with what its window holds then. Times in milliseconds. */
export interface Entry {
  readonly time: number;
  readonly cell: readonly string[];
  readonly value: number;
  readonly spread: number;
  readonly windowFirst: number;
}

/** What is usual for the subject, at a time: how much of a rule is told, and what its counts of the day so far are evidence of. */
export interface Usual {
  least(rule: HabitRule, time: number): number;
  evidence(time: number): number;
}

/** Without a model nothing is known, and nobody is excused. */
const unknown: Usual = { least: ({ excuses, floor }) => (excuses ? floor : Number.POSITIVE_INFINITY), evidence: () => 0 };

/** What takes part in a rule: an access, or a match of another rule. */
interface Part {
  readonly time: number;
  readonly by: readonly string[];
  readonly value: string;
  readonly spread: string;
  readonly input: number;
  /** The number that its event counts with, of sums and their like. */
  readonly amount: number;
}

/** Every time and group at which the rule holds over the accesses of one account, each window counted from nothing. */
export function naiveFirings(rows: readonly AccessRow[], rule: Rule, usual: Usual = unknown): readonly Entry[] {
  const habit = habitRuleOf(rule);
  const parts = rule.inputs.flatMap((input, index) => partsOf(rows, rule, input, index, usual));
  const wakes = wakesOf(rows, rule);
  return [...Map.groupBy(parts, ({ by }) => JSON.stringify(by)).values()].flatMap((cell) =>
    [...new Set(cell.map(({ time }) => time))].flatMap((time) => {
      const window = cell.filter((part) => part.time > time - rule.timespanMs && part.time <= time);
      const figure = figureOf(rule, window);
      const spread = new Set(window.map((part) => part.spread).filter((text) => text !== '')).size;
      const after = cell.filter((part) => part.time > time && part.time < time + rule.timespanMs);
      const { meeting } = rule;
      const isTime = !meeting || window.some((part) => part.time === time && asksFor(meeting, part.input));
      if (!isTime || !holds(rule, window, after, figure, spread)) return [];
      if (habit && figure < usual.least(habit, time)) return [];
      if (rule.habitDays && usual.evidence(time) < 1) return [];
      if (wakes && !wakes.some((wake) => wake > time - rule.timespanMs && wake <= time)) return [];
      const windowFirst = beginOf(rows, rule, Math.min(...window.map((part) => part.time)));
      return [{ time, cell: cell[0]?.by ?? [], value: Math.floor(figure), spread: rule.spread ? spread : 0, windowFirst }];
    }),
  );
}

function holds(
  { type, condition, spread: wanted, inputs, meeting }: Rule,
  window: readonly Part[],
  after: readonly Part[],
  figure: number,
  spread: number,
): boolean {
  if (type === 'temporal_ordered') return isChain(window, inputs.length);
  if (meeting) return isMeeting(meeting, window, after);
  const { atLeast, atMost, except, above, below } = condition;
  if (figure < atLeast || figure > atMost || figure === except) return false;
  if ((above && figure === atLeast) || (below && figure === atMost)) return false;
  return spread >= (wanted?.atLeast ?? 0);
}

/** Where the window begins: with the accesses that inner rules may have counted for the earliest of their matches. */
function beginOf(rows: readonly AccessRow[], rule: Rule, first: number): number {
  const innerMs = innerMsOf(rule);
  const counted = rows.filter((row) => rule.selection.matches(row)).map((row) => Date.parse(row.time));
  return Math.min(first, ...counted.filter((time) => innerMs > 0 && time > first - innerMs));
}

/** How many different values there are, or what the numbers of the events come to: each event has the largest that is said of it. */
function figureOf({ type, percentile }: Rule, window: readonly Part[]): number {
  const events = [...Map.groupBy(window, (part) => part.value).values()];
  const amounts = events.map((parts) => Math.max(...parts.map(({ amount }) => amount))).toSorted((a, b) => a - b);
  const sum = amounts.reduce((total, amount) => total + amount, 0);
  switch (type) {
    case 'value_sum':
      return sum;
    case 'value_avg':
      return sum / amounts.length;
    case 'value_median':
      return amounts[Math.ceil(amounts.length / 2) - 1] ?? 0;
    case 'value_percentile':
      // The smallest number that so many hundredths of them do not exceed.
      return (
        amounts.find((one) => amounts.filter((other) => other <= one).length * 100 >= (percentile ?? 0) * amounts.length) ?? 0
      );
    default:
      return events.length;
  }
}

/** What must be met lies in the window; what must not lies neither in it nor as long after it. */
function isMeeting(meeting: Meeting, window: readonly Part[], after: readonly Part[]): boolean {
  if (!('input' in meeting)) {
    const each = meeting.of.map((one) => isMeeting(one, window, after));
    return meeting.op === 'and' ? !each.includes(false) : each.includes(true);
  }
  if (meeting.op === 'met') return window.some(({ input }) => input === meeting.input);
  return ![...window, ...after].some(({ input }) => input === meeting.input);
}

function asksFor(meeting: Meeting, input: number): boolean {
  if (!('input' in meeting)) return meeting.of.some((one) => asksFor(one, input));
  return meeting.op === 'met' && meeting.input === input;
}

/** Takes the earliest of each input that does not lie before the one taken last. */
function isChain(window: readonly Part[], inputs: number): boolean {
  let from = Number.NEGATIVE_INFINITY;
  for (let input = 0; input < inputs; input += 1) {
    const times = window.filter((part) => part.input === input && part.time >= from).map(({ time }) => time);
    if (times.length === 0) return false;
    from = Math.min(...times);
  }
  return true;
}

function partsOf(rows: readonly AccessRow[], rule: Rule, input: Input, index: number, usual: Usual): readonly Part[] {
  const isTemporal = rule.type === 'temporal' || rule.type === 'temporal_ordered';
  if (input.kind === 'matches')
    return naiveFirings(rows, input.rule, usual).map(({ time, cell }) => ({
      time,
      by: input.by.map((place) => cell[place] ?? ''),
      value: isTemporal
        ? String(index)
        : rule.type === 'event_count'
          ? JSON.stringify([input.rule.id, cell, time])
          : JSON.stringify(input.field.map((place) => cell[place])),
      spread: input.spread === undefined ? '' : (cell[input.spread] ?? ''),
      input: index,
      amount: 0,
    }));
  const byEvent = rule.type !== 'value_count' && !isTemporal;
  const counted = isTemporal ? [] : byEvent ? (['event_id'] as const) : input.field;
  return rows
    .filter((row) => input.selection.matches(row))
    .filter((row) => [...input.by, ...counted, ...input.field].every((field) => textOf(row, field) !== ''))
    .map((row) => ({
      time: Date.parse(row.time),
      by: input.by.map((field) => textOf(row, field)),
      value: isTemporal ? String(index) : JSON.stringify(counted.map((field) => textOf(row, field))),
      spread: input.spread === undefined ? '' : textOf(row, input.spread),
      input: index,
      amount: byEvent ? Math.min(row.record_count ?? 0, 2 ** 32 - 1) : 0,
    }));
}

/** Ends of silences that are long enough for the rule; undefined where it asks for none. */
function wakesOf(rows: readonly AccessRow[], { dormantMs, selection }: Rule): readonly number[] | undefined {
  if (dormantMs === undefined) return undefined;
  const times = rows
    .filter((row) => selection.matches(row))
    .map((row) => Date.parse(row.time))
    .toSorted((a, b) => a - b);
  return times.filter((time, at) => at > 0 && isSleep(time - (times[at - 1] ?? 0), dormantMs));
}

function textOf(row: AccessRow, field: Field): string {
  const value = row[field];
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}
