import type { Field } from '../match/fields.js';
import { and, not, or, test } from '../match/match.js';
import type { Match } from '../match/match.js';
import type { Mistakes } from '../text/mistakes.js';
import type { Value } from './never.js';

/** A value of a list, with the accesses that it is for where it is not for all: of one group, in a time. */
export interface ListValue {
  readonly text: string;
  /** Event time from which on it holds, and until before which, milliseconds. */
  readonly fromMs?: number;
  readonly untilMs?: number;
  readonly groupId?: string;
  /** The only field that it is for, where it is not for all. */
  readonly field?: Field;
}

/** Named lists of values, by the name between the per cent signs. A plain text holds always and for every group. */
export type ValueLists = ReadonlyMap<string, readonly (string | ListValue)[]>;

/** All that a reader of rules asks of lists. */
export type ListsToAsk = Pick<ValueLists, 'get'>;

/**
 * The values of a list as conditions: those that are for the same group and time stand together, unless each is wanted `apart`.
 * `matchOf` gives the condition of a value, or the sentence that says why it cannot be one.
 */
export function matchList(
  list: readonly ListValue[],
  apart: boolean,
  matchOf: (value: Value) => Match | string,
): readonly Match[] | string {
  const always: Match[] = [];
  const bounded = new Map<string, { readonly bounds: readonly Match[]; readonly matches: Match[] }>();
  for (const value of list) {
    const match = matchOf({ value: value.text, text: value.text, verbatim: true });
    if (typeof match === 'string') return match;
    const bounds = boundsOf(value);
    if (bounds.length === 0 || apart) always.push(bounds.length === 0 ? match : and([...bounds, match]));
    else {
      const key = JSON.stringify(bounds);
      const same = bounded.get(key) ?? { bounds, matches: [] };
      same.matches.push(match);
      bounded.set(key, same);
    }
  }
  return [...always, ...[...bounded.values()].map(({ bounds, matches }) => and([...bounds, or(matches)]))];
}

function boundsOf({ fromMs, untilMs, groupId }: ListValue): readonly Match[] {
  return [
    ...(groupId === undefined ? [] : [test({ kind: 'glob', field: 'group_id', parts: [{ literal: groupId }], cased: true })]),
    ...(fromMs === undefined ? [] : [test({ kind: 'instant', field: 'time', fromMs })]),
    ...(untilMs === undefined ? [] : [not(test({ kind: 'instant', field: 'time', fromMs: untilMs }))]),
  ];
}

/**
 * Values of a list that their author hardly meant. In Sigma one may be a pattern; here all are literal, so that an identifier with a star in it means
 * itself.
 */
export function warnOfValues(name: string, values: readonly Pick<ListValue, 'text'>[], line: number, warnings: Mistakes): void {
  if (values.some(({ text }) => /[*?]/.test(text)))
    warnings.at(
      line,
      `the list ${name} holds a value with * or ?: values of lists are literal, these signs are themselves and no patterns; write contains, startswith or endswith beside expand, or the pattern into the rule`,
    );
  if (values.some(({ text }) => /\s#|^(["']).*\1$/.test(text)))
    warnings.at(
      line,
      `the list ${name} holds a value with quotation marks around it or with a blank and # in it, and both belong to the value: a value stands alone in its line, and so does a comment`,
    );
}
