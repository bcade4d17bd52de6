// rules/words/: a rule and its conditions as sentences for people.
// It decides nothing.

import { forwardMsOf, type Meeting } from '../../rule/meeting.js';
import { hasAmounts, isMeeting, kindOfRule } from '../../rule/rule-kinds.js';
import { isMonotone } from '../../rule/rule.js';
import type { CountCondition, Input, Rule } from '../../rule/rule.js';
import { anyOf, shown } from '../text/mistakes.js';
import { timespanText } from '../text/timespan.js';
import { namesOf } from './names-of.js';

const nouns: Readonly<Record<string, readonly [string, string]>> = {
  patient_id: ['patient', 'patients'],
  clinic_id: ['clinic', 'clinics'],
  event_id: ['event', 'events'],
  actor_id: ['account', 'accounts'],
  session_id: ['session', 'sessions'],
  source_ip: ['address', 'addresses'],
  application: ['application', 'applications'],
  id_block: ['block of numbers', 'blocks of numbers'],
};

const subjects: Readonly<Record<Rule['subject'], string>> = {
  account: 'account',
  source_ip: 'address, over all accounts that come from it,',
  device: 'device, over all accounts that use it,',
  session_id: 'session, over all accounts that share it,',
  id_block: 'block of a hundred numbers, over all accounts that read in it,',
  clinic_id: 'clinic, over all accounts that read there,',
};

const scaleText = { volume: 'how many times as much', rare: 'how much more' } as const;

function subjectNoun(subject: Rule['subject']): string {
  return nouns[subject]?.[0] ?? subject;
}

/** What a rule means, in a few sentences of plain English. */
export function explainRule(rule: Rule): string {
  const raises = rule.raises ? `Raises ${article(rule.level)} ${rule.level} incident` : 'Raises nothing itself, and holds';
  const again =
    rule.steps.length > 0 && rule.raises
      ? `, and tells it again at ${rule.steps.map((step) => number(step)).join(', ')} patients`
      : '';
  const meeting = isMeeting(rule.type);
  const does = rule.isAlone ? aloneOf(rule) : meeting ? meetingOf(rule) : hasAmounts(rule.type) ? amountOf(rule) : countOf(rule);
  const what = `${raises} when one ${subjects[rule.subject]} ${does}${again}.`;
  return [what, ...countedOf(rule), ...aliasesOf(rule), ...conditionsOf(rule), ...exceptionsOf(rule)].join(' ');
}

/** An event rule without a correlation. */
function aloneOf({ inputs }: Rule): string {
  return `makes an access of ${anyOf(inputs.map(inputOf))}, and takes those that follow within the quiet time into the same one`;
}

function countOf(rule: Rule): string {
  const { condition, field, type } = rule;
  const one = condition.atLeast === 1 && (condition.atMost === 1 || isMonotone(rule));
  const things = type === 'event_count' ? eventsOf(rule, one) : `different ${noun(field, one ? 1 : 2)}`;
  return `reaches ${range(condition)} ${things}${overOf(rule)}${spreadOf(rule)} within ${timespanText(rule.timespanMs)}${apartOf(rule)}`;
}

/** What the numbers of a field come to, over events. */
function amountOf(rule: Rule): string {
  const { field, type, percentile, timespanMs } = rule;
  const [name = ''] = field;
  const figure = {
    sum: `whose ${name} comes to ${range(rule.condition)} in all`,
    average: `whose average ${name} is ${range(rule.condition)}`,
    percentile: `whose ${type === 'value_median' ? `median ${name}` : `${name} at percentile ${percentile}`} is ${range(rule.condition)}`,
    distinct: '',
    chain: '',
  };
  const words = `events ${figure[kindOfRule(type).measure]}`;
  return `has ${words}${spreadOf(rule)} within ${timespanText(timespanMs)}${apartOf(rule)}`;
}

function meetingOf(rule: Rule): string {
  const { inputs, condition, timespanMs, type, meeting } = rule;
  const within = `within ${timespanText(timespanMs)}${apartOf(rule)}${spreadOf(rule)}`;
  if (type === 'temporal_ordered') return `meets, ${within}, in this order: ${inputs.map(inputOf).join(', then ')}`;
  if (meeting) return `meets, ${within}, ${meetingText(meeting, inputs)}`;
  const how = condition.atLeast === inputs.length ? 'all of' : `at least ${condition.atLeast} of`;
  return `meets, ${within}, ${how} ${anyOf(inputs.map(inputOf), 'and')}`;
}

/** `"An export" and not "A reason"`. */
function meetingText(meeting: Meeting, inputs: readonly Input[]): string {
  if ('input' in meeting) {
    const input = inputs[meeting.input];
    return `${meeting.op === 'unmet' ? 'not ' : ''}${input ? inputOf(input) : ''}`;
  }
  const parts = meeting.of.map((one) => ('input' in one ? meetingText(one, inputs) : `(${meetingText(one, inputs)})`));
  return parts.join(` ${meeting.op} `);
}

function number(value: number): string {
  return value.toLocaleString('en');
}

/** `at least 5`, `3 to 9`, `exactly 7`, with the one number that does not count. */
function range({ atLeast, atMost, except, above, below }: CountCondition): string {
  const but = except === undefined ? '' : ` (but not ${number(except)})`;
  const from = `${above ? 'more than' : 'at least'} ${number(atLeast)}`;
  if (atMost === Number.POSITIVE_INFINITY) return `${from}${but}`;
  if (atLeast === atMost) return `exactly ${number(atLeast)}`;
  const to = `${below ? 'less than' : 'at most'} ${number(atMost)}`;
  if (atLeast === 0 && !above) return `${to}${but}`;
  return above || below ? `${from} and ${to}${but}` : `${number(atLeast)} to ${number(atMost)}${but}`;
}

function eventsOf({ inputs }: Rule, one: boolean): string {
  if (inputs.every(({ kind }) => kind === 'rows')) return one ? 'event' : 'events';
  return one ? 'time' : 'times';
}

/** What is counted, where it is not accesses alone. */
function overOf({ inputs, type }: Rule): string {
  if (inputs.every(({ kind }) => kind === 'rows')) return '';
  return `${type === 'event_count' ? ' of' : ' over'} ${anyOf(inputs.map(inputOf), 'and')}`;
}

function inputOf(input: Input): string {
  return input.kind === 'rows' ? anyOf((input.titles ?? ['an access']).map(shown)) : `${shown(input.rule.title)} being met`;
}

function spreadOf({ spread }: Rule): string {
  if (!spread) return '';
  return ` ${spread.field === 'clinic_id' ? 'in' : 'and'} at least ${spread.atLeast} different ${noun([spread.field], spread.atLeast)}`;
}

function apartOf({ by }: Rule): string {
  return by.length > 0 ? `, counted for each ${by.join(' and ')} apart` : '';
}

/** Which accesses a count is made of; a meeting has named its rules already. */
function countedOf({ type, inputs, isAlone }: Rule): readonly string[] {
  if (isAlone) return [];
  const titles = inputs.flatMap((input) => (input.kind === 'rows' ? (input.titles ?? []).map(shown) : []));
  if (isMeeting(type) || titles.length === 0 || inputs.some(({ kind }) => kind !== 'rows')) return [];
  return [`What counts: ${anyOf(titles)}.`];
}

/** What a name that is no field stands for in each input. */
function aliasesOf(rule: Rule): readonly string[] {
  return namesOf(rule).map(
    ({ name, fields }) =>
      `Here ${name} is ${anyOf(
        rule.inputs.map((input, at) => `${fields[at]} in ${inputOf(input)}`),
        'and',
      )}.`,
  );
}

function conditionsOf(rule: Rule): readonly string[] {
  const { type, subject, dormantMs, allowedLatenessMs, timespanMs, field, meeting } = rule;
  const sentences: string[] = [];
  if (hasAmounts(type))
    sentences.push(
      `An event counts once with its ${field.join('')}, however many patients it is about and however often it comes.`,
    );
  if (dormantMs !== undefined)
    sentences.push(
      `It does so only within ${timespanText(timespanMs)} after the ${subjectNoun(subject)} woke up from at least ${timespanText(dormantMs)} without such an access.`,
    );
  if (rule.habit?.scale === 'own')
    sentences.push(
      `From there on it is told where that is far more than the ${subjectNoun(subject)}’s own days hold, in units of their spread and with what days before went beyond them, with a share of ${rule.habit.weight} of the budget. Until two of its days are known it never holds.`,
    );
  else if (rule.habit?.excuses)
    sentences.push(
      `Where the ${subjectNoun(subject)} is known for such work, by a day that somebody called honest, it is told only where that is more than half as much again, and more than what it and its peers usually reach in a day, compared by ${scaleText[rule.habit.scale]}, with a share of ${rule.habit.weight} beside the budget. Once a fifth of a role was called honest, its others are told beyond half as much again as these came to. Else, and while nothing is known, it is told from there on.`,
    );
  else if (rule.habit)
    sentences.push(
      `From there on it is told where that is more than what the ${subjectNoun(subject)} and its peers usually reach in a day, compared by ${scaleText[rule.habit.scale]}, with a share of ${rule.habit.weight} of the budget. While nothing is known of them it never holds.`,
    );
  if (rule.habit?.own !== undefined)
    sentences.push(
      `It is told as well where the day goes far beyond the ${subjectNoun(subject)}’s own full days, in units of their spread, with a further share of ${rule.habit.own}.`,
    );
  if (rule.habit?.programs)
    sentences.push(`Whoever it counts is taken for a program and compared with its own days, whatever its source calls it.`);
  if (rule.habitDays === true)
    sentences.push(
      `It does so only where all counts of the day, with those of the days before, are more than chance makes of what is usual. While nothing is known it never holds.`,
    );
  if (forwardMsOf(rule) > 0)
    sentences.push(
      `What must not be met must not be within ${timespanText(timespanMs)} before or after, so it is judged once that time has passed and accesses that may still come are there.`,
    );
  else if (meeting) sentences.push('It is judged once accesses that may still come are there.');
  else if (!isMonotone(rule))
    sentences.push('Since more accesses could undo it, it is judged once those that may still come are there.');
  if (allowedLatenessMs !== undefined)
    sentences.push(`Accesses that come up to ${timespanText(allowedLatenessMs)} late are waited for.`);
  return sentences;
}

function exceptionsOf({ exceptions }: Rule): readonly string[] {
  if (exceptions.length === 0) return [];
  const all = exceptions.map(
    ({ title, owner, expiresMs }) => `${shown(title)} until ${new Date(expiresMs).toISOString()} (${owner})`,
  );
  return [`Without what exceptions take out: ${all.join(', ')}.`];
}

function noun(fields: readonly string[], count: number): string {
  const words = fields.map((field) => nouns[field]?.[count === 1 ? 0 : 1] ?? `${field} values`);
  return fields.length > 1 ? `combinations of ${fields.join(' and ')}` : words.join('');
}

function article(level: string): string {
  return /^[aeiou]/.test(level) ? 'an' : 'a';
}
