import { assertNever } from '#libs/runtime/outcome.js';
import { type Field, isMandatory, kindOf, wordsOf } from '../match/fields.js';
import { plainGlob } from '../match/glob.js';
import { and, type ClockPart, fieldsOf, type Match, not, type Test } from '../match/match.js';
import { comparison, compilePredicate } from '../match/predicate.js';

/** A value that a field can hold; undefined for none. */
type Held = string | number | boolean | undefined;

/**
 * The field by which a condition holds of no access, whatever else it asks: `action: read` beside `action|contains: exp`, or two entries joined with
 * `and` of which each asks for another action. Only what is certain is told: every value that could meet all of them is tried. Texts that only
 * patterns describe and lists are not looked at. Of a time the hour, the day and the weekday are, so that a night written as `hour|gte: 22` beside
 * `hour|lt: 6` is told.
 */
export function neverHolds(match: Match): Field | undefined {
  if (match.op !== 'or') return contradicted(partsOf(match));
  let found: Field | undefined;
  for (const one of match.of) {
    found = neverHolds(one);
    if (found === undefined) return undefined;
  }
  return found;
}

/** The field of which these ask together what no value is. */
function contradicted(items: readonly Match[]): Field | undefined {
  const byField = new Map<Field, Match[]>();
  for (const item of items) {
    const [field, ...others] = fieldsOf(item);
    if (field === undefined || others.length > 0) continue;
    const known = byField.get(field);
    if (known) known.push(item);
    else byField.set(field, [item]);
  }
  for (const [field, asked] of byField)
    if ((asked.length > 1 || asked[0]?.op === 'not') && isMetByNone(field, asked)) return field;
  return undefined;
}

/** What must hold all together. */
function partsOf(match: Match): readonly Match[] {
  if (match.op === 'and') return match.of.flatMap(partsOf);
  if (match.op !== 'not') return [match];
  if (match.of.op === 'not') return partsOf(match.of.of);
  return match.of.op === 'or' ? match.of.of.flatMap((one) => partsOf(not(one))) : [match];
}

function isMetByNone(field: Field, asked: readonly Match[]): boolean {
  if (field === 'time') return !clocksOf(asked).some((clock) => asked.every((match) => isMetAt(match, clock)));
  const values = candidatesOf(field, asked);
  if (!values) return false;
  const meets = compilePredicate(and(asked));
  return !values.some((value) => meets(value === undefined ? {} : { [field]: value }));
}

/** Values of which one meets all that is asked if any does; undefined where there is no such list. */
function candidatesOf(field: Field, asked: readonly Match[]): readonly Held[] | undefined {
  const words = wordsOf(field);
  const absence = isMandatory(field) ? [] : [undefined];
  switch (kindOf(field)) {
    case 'boolean':
      return [...absence, true, false];
    case 'number':
      return [...absence, ...asked.flatMap(numbersOf)];
    case 'text': {
      if (words) return [...absence, ...words];
      const folds = asked.every((match) => testsOf(match).every(isCaseless));
      return asked.map((match) => textsOf(match, folds)).find((texts) => texts !== undefined);
    }
    default:
      return undefined;
  }
}

/** The whole numbers at which what the condition answers can change, and those beside them. */
function numbersOf(match: Match): readonly number[] {
  return testsOf(match).flatMap((one) => (one.kind === 'number' ? [one.value - 1, one.value, one.value + 1] : []));
}

/**
 * The texts, or their absence, that the condition wants the field to be; undefined where it takes others too: the same in another case, unless
 * nobody who asks minds the case (`folds`).
 */
function textsOf(match: Match, folds: boolean): readonly Held[] | undefined {
  if (match.op === 'not')
    return match.of.op === 'test' && match.of.test.kind === 'present'
      ? isMandatory(match.of.test.field)
        ? []
        : [undefined]
      : undefined;
  if (match.op === 'or') {
    const each = match.of.map((one) => textsOf(one, folds));
    return each.every((texts) => texts !== undefined) ? each.flat() : undefined;
  }
  if (match.op !== 'test' || match.test.kind !== 'glob' || !(match.test.cased || folds)) return undefined;
  const plain = plainGlob(match.test.parts, match.test.cased);
  return plain?.how === 'is' ? [plain.literal] : undefined;
}

/** Whether the answer is the same for a text in upper and in lower case. */
function isCaseless(one: Test): boolean {
  return one.kind === 'present' || one.kind === 'network' || (one.kind === 'glob' && !one.cased);
}

function testsOf(match: Match): readonly Test[] {
  if (match.op === 'test') return [match.test];
  return match.op === 'not' ? testsOf(match.of) : match.of.flatMap(testsOf);
}

/** What a clock shows. */
type Clock = Readonly<Record<ClockPart, number>>;

/** Whatever a clock can show of the parts that are asked. */
function clocksOf(asked: readonly Match[]): readonly Clock[] {
  const parts = new Set(asked.flatMap(testsOf).flatMap((one) => (one.kind === 'clock' ? [one.part] : [])));
  const valuesOf = (part: ClockPart, first: number, count: number): readonly number[] =>
    Array.from({ length: parts.has(part) ? count : 1 }, (_, index) => first + index);
  const days = valuesOf('day', 1, 31).flatMap((day) => valuesOf('weekday', 1, 7).map((weekday) => ({ day, weekday })));
  return valuesOf('hour', 0, 24).flatMap((hour) => days.map((day) => ({ hour, ...day })));
}

/** Whether it holds then; what asks for something else than a clock shows may. */
function isMetAt(match: Match, clock: Clock): boolean {
  switch (match.op) {
    case 'and':
      return match.of.every((one) => isMetAt(one, clock));
    case 'or':
      return match.of.some((one) => isMetAt(one, clock));
    case 'not':
      return !isClockwork(match.of) || !isMetAt(match.of, clock);
    case 'test':
      return match.test.kind !== 'clock' || comparison(match.test.compare, match.test.value)(clock[match.test.part]);
    default:
      return assertNever(match);
  }
}

function isClockwork(match: Match): boolean {
  return testsOf(match).every(({ kind }) => kind === 'clock');
}
