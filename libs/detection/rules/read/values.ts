import { visibleName } from '#libs/contracts/visible-text.js';
import { addressOf } from '#libs/formats/address.js';
import { unknownField } from '../match/field-hints.js';
import { type Field, isField, isMandatory, isName, kindOf, leastOf, onlyTruth } from '../match/fields.js';
import { parseGlob, surround } from '../match/glob.js';
import { lowerAscii, not, or, test, type GlobPart, type Match } from '../match/match.js';
import { shown } from '../text/mistakes.js';
import type { Modifiers } from './modifiers.js';
import { neverText, type Value } from './never.js';
import { shownPlain } from './read-tree.js';
import { parseNetwork } from '../match/network.js';
import { RegexRefused, parseRegex } from '../match/regex-syntax.js';

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** One value of one key as a condition, or the sentence that says why it cannot be one. */
export function matchValue(field: Field, modifiers: Modifiers, value: Value, zone: string | undefined): Match | string {
  const kind = kindOf(field);
  if (kind === 'apart') return onlyApart(field);
  if (modifiers.how === 'exists') return matchExists(field, value);
  if (modifiers.part) return matchClock(field, modifiers, modifiers.part, value, zone);
  if (kind === 'arrival')
    return `a rule cannot ask ${field}, which depends on how an event arrived and not on what happened; use time`;
  if (kind === 'time')
    return 'time is compared by hour or day only: write time|hour or time|day; a rule that holds on certain dates belongs into an exception';
  if (value.value === null) return matchAbsence(field, modifiers);
  switch (kind) {
    case 'number':
      return matchNumber(field, modifiers, value);
    case 'boolean':
      if (modifiers.how !== 'is' || modifiers.cased || modifiers.expand)
        return `${field} is true, false or null: leave the modifiers away`;
      return matchTruth(field, value);
    default:
      return matchText(field, modifiers, value);
  }
}

function matchTruth(field: Field, value: Value): Match | string {
  if (typeof value.value !== 'boolean') return `${field} is true, false or null, not ${shownPlain(value)}`;
  const only = onlyTruth(field);
  if (only !== undefined && value.value !== only)
    return `${field} is ${only} or absent, so that ${value.text} could never match: write ${field}: null for accesses without it`;
  return test({ kind: 'truth', field, value: value.value });
}

function onlyApart(field: Field): string {
  return `${field} only tells accesses apart and is stored nowhere, so that no condition can hold it: name it in group-by or as the counted field of a correlation`;
}

function matchAbsence(field: Field, { how, cased }: Modifiers): Match | string {
  if (how !== 'is') return `${how} needs a value: null goes without modifier`;
  if (isMandatory(field) && !cased) return alwaysThere(field);
  return cased ? 'cased needs a text: null goes without modifier' : not(test({ kind: 'present', field }));
}

function alwaysThere(field: Field): string {
  return `every access has ${field}, so that its absence could never match: leave this away`;
}

function matchExists(field: Field, value: Value): Match | string {
  if (kindOf(field) === 'time' || kindOf(field) === 'arrival') return `exists says nothing about ${field}: leave the key away`;
  if (typeof value.value !== 'boolean') return `exists takes true or false, not ${shownPlain(value)}`;
  if (isMandatory(field) && !value.value) return alwaysThere(field);
  return value.value ? test({ kind: 'present', field }) : not(test({ kind: 'present', field }));
}

function matchClock(
  field: Field,
  modifiers: Modifiers,
  part: 'hour' | 'day',
  value: Value,
  zone: string | undefined,
): Match | string {
  if (field !== 'time') return `${part} goes with time only, not with ${field}: write time|${part}`;
  if (zone === undefined) return `time|${part} needs a time zone: write vigie: {time_zone: Europe/Paris} in this event rule`;
  const compare = modifiers.how === 'is' ? 'eq' : modifiers.how;
  if (compare !== 'eq' && compare !== 'gt' && compare !== 'gte' && compare !== 'lt' && compare !== 'lte')
    return `${part} takes no ${compare}`;
  const weekday = weekdays.indexOf(value.text.toLowerCase()) + 1;
  if (part === 'day' && weekday > 0) {
    if (compare !== 'eq') return `days of the week have no order: list the days instead of ${compare}`;
    return test({ kind: 'clock', field: 'time', part: 'weekday', zone, compare, value: weekday });
  }
  const [min, max] = part === 'hour' ? [0, 23] : [1, 31];
  if (typeof value.value !== 'number' || !Number.isInteger(value.value) || value.value < min || value.value > max)
    return `${part} takes a whole number from ${min} to ${max}${part === 'day' ? ', or monday to sunday' : ''}, not ${shownPlain(value)}`;
  if ((compare === 'gt' && value.value === max) || (compare === 'lt' && value.value === min))
    return `no ${part} is ${compare === 'gt' ? 'above' : 'below'} ${value.value}, so that this could never match: write another number`;
  return test({ kind: 'clock', field: 'time', part, zone, compare, value: value.value });
}

function matchNumber(field: Field, modifiers: Modifiers, value: Value): Match | string {
  const compare = modifiers.how === 'is' ? 'eq' : modifiers.how;
  if (compare !== 'eq' && compare !== 'gt' && compare !== 'gte' && compare !== 'lt' && compare !== 'lte')
    return `${field} is a number: ${compare} goes with text; use gt, gte, lt, lte or a plain number`;
  if (modifiers.cased || modifiers.expand) return `${field} is a number: leave ${modifiers.cased ? 'cased' : 'expand'} away`;
  if (typeof value.value !== 'number' || !Number.isSafeInteger(value.value) || value.value < 0)
    return `${field} is compared with a whole number from 0, not ${shownPlain(value)}`;
  const least = leastOf(field);
  const isBelow = compare === 'lt' ? value.value <= least : value.value < least;
  if (isBelow && compare !== 'gt' && compare !== 'gte')
    return `no ${field} is below ${least}, so that this could never match: write another number${least > 0 ? `, or ${field}: null for accesses without it` : ''}`;
  return test({ kind: 'number', field, compare, value: value.value });
}

function matchText(field: Field, modifiers: Modifiers, value: Value): Match | string {
  const { how } = modifiers;
  switch (how) {
    case 're':
      return matchRegex(field, value.text, modifiers.regexFlags);
    case 'cidr':
      if (field !== 'source_ip') return `cidr goes with source_ip only, not with ${field}`;
      return matchNetwork(field, value.text);
    case 'fieldref':
      return matchOther(field, value.text, modifiers.cased);
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return `${field} is text and has no order: ${how} goes with record_count, time|hour and time|day`;
    default:
      return matchGlob(field, modifiers, value);
  }
}

function matchNetwork(field: Field, text: string): Match | string {
  const cidr = networkOf(text);
  return parseNetwork(cidr)
    ? test({ kind: 'network', field, cidr })
    : `${shown(text)} is not a network: write it as 10.0.0.0/8 or 2001:db8::/32, with nothing set behind the mask`;
}

/** A plain address is the network of this one address. */
function networkOf(text: string): string {
  return (text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`).toLowerCase();
}

/** A value of a list of addresses is an address, or a network: other tools refuse `cidr` beside `expand`, and as text a network would never match. */
function matchGlob(field: Field, modifiers: Modifiers, value: Value): Match | string {
  const { how, cased } = modifiers;
  const written = how === 'is' ? asRowsHaveIt(field, value) : value.text;
  const text = cased ? written : lowerAscii(written);
  const own: readonly GlobPart[] = value.verbatim ? [{ literal: text }] : parseGlob(text);
  if (own.length === 0) {
    if (how !== 'is') return `${how} with an empty text matches everything: write exists: true`;
    return isMandatory(field) ? alwaysThere(field) : not(test({ kind: 'present', field }));
  }
  if (value.verbatim && field === 'source_ip' && how === 'is' && !cased)
    if (value.text.includes('/') || parseNetwork(networkOf(value.text))) return matchNetwork(field, value.text);
  const parts = surround(own, how === 'contains' || how === 'endswith', how === 'contains' || how === 'startswith');
  const isAny = parts.every((part) => part === 'any');
  const match = isAny ? ({ kind: 'present', field } as const) : ({ kind: 'glob', field, parts, cased } as const);
  return neverText(match, value) ?? test(match);
}

/** An address has one text in rows, however it was written, and so have the names that people give to lists. */
function asRowsHaveIt(field: Field, { text, verbatim }: Value): string {
  if (field === 'source_ip') return addressOf(text) ?? text;
  return verbatim && isName(field) ? visibleName(text) : text;
}

function matchRegex(field: Field, text: string, flags: Modifiers['regexFlags']): Match | string {
  const source = [text, ...flags].join('|');
  try {
    const match = { kind: 'regex', field, source, regex: parseRegex(text, flags) } as const;
    return neverText(match, { text, value: text }) ?? test(match);
  } catch (error) {
    if (error instanceof RegexRefused) return `the regular expression ${shown(text)} is not taken: ${error.message}`;
    throw error;
  }
}

function matchOther(field: Field, other: string, cased: boolean): Match | string {
  if (!isField(other)) return unknownField(other);
  if (kindOf(field) !== 'text' || kindOf(other) !== 'text')
    return `fieldref compares two text fields, and ${kindOf(field) === 'text' ? other : field} is none`;
  return other === field ? `${field} is always equal to itself: name another field` : test({ kind: 'same', field, other, cased });
}

/** Nothing matches: what an empty list means. */
export const never: Match = or([]);
