import { neverHolds } from './contradiction.js';
import { ConditionRefused, type Names, parseCondition, resolve } from './condition.js';
import { doubtOf } from './doubtful-values.js';
import { unknownField } from '../match/field-hints.js';
import { isField, kindOf } from '../match/fields.js';
import { plainGlob } from '../match/glob.js';
import { ruleLimits } from '../text/limits.js';
import { and, joined, not } from '../match/match.js';
import type { Match } from '../match/match.js';
import { shown } from '../text/mistakes.js';
import type { Mistakes } from '../text/mistakes.js';
import { everyField, type FieldKey, FieldKeys } from './modifiers.js';
import { type ListValue, matchList, type ListsToAsk, warnOfValues } from './list-values.js';
import { matchValue } from './values.js';
import type { Entry, MapTree, ScalarTree, Tree } from '../yaml/tree.js';

export interface DetectionContext {
  readonly mistakes: Mistakes;
  readonly warnings: Mistakes;
  readonly lists: ListsToAsk;
  /** IANA name for `hour` and `day`, when the rule gives one. */
  readonly zone: string | undefined;
  /** The key that holds the entries, as mistakes shall name it. */
  readonly holder: 'detection' | 'filter';
}

/** The meaning of `detection`; undefined when something is wrong (noted). */
export function readDetection(detection: MapTree, context: DetectionContext): Match | undefined {
  const { mistakes } = context;
  const before = mistakes.count;
  const keys = new FieldKeys();
  const searches = new Map<string, Match>();
  for (const entry of detection.entries.values()) {
    if (entry.key === 'condition') continue;
    if (entry.key === 'timeframe') {
      mistakes.at(entry.line, 'timeframe is the old form: write timespan in a correlation');
      continue;
    }
    const why = notAName(entry.key);
    if (why) mistakes.at(entry.line, `${shown(entry.key)} cannot name an entry of ${context.holder}: ${why}`);
    const search = readSearch(entry, keys, context);
    searches.set(entry.key, search ?? and([]));
  }
  const match = readCondition(detection, searches, context);
  if (!match || mistakes.count > before) return undefined;
  const never = [...searches.values()].some((search) => neverHolds(search) !== undefined) ? undefined : neverHolds(match);
  if (never !== undefined && !keys.isListed(never) && context.holder === 'detection')
    context.warnings.at(
      detection.entries.get('condition')?.line ?? detection.line,
      `the condition asks ${never} to be several things that no value is at once, so that it never matches: join the entries with or where any of them will do; what an account does in several accesses is counted by a correlation`,
    );
  return match;
}

/** Why a text cannot name an entry, if so. */
function notAName(name: string): string | undefined {
  if (/^(and|or|not|of|all|them)$/i.test(name)) return 'it is a word of the condition, give it another name';
  if (/^\d[\w-]*$/.test(name)) return `it begins with a digit, put a letter or _ before it, such as e${name}`;
  return /^[A-Za-z_][\w-]*$/.test(name) ? undefined : 'use letters from A to Z, digits, _ and - only';
}

function readCondition(
  detection: MapTree,
  searches: ReadonlyMap<string, Match>,
  { mistakes, warnings, holder }: DetectionContext,
): Match | undefined {
  const entry = detection.entries.get('condition');
  if (!entry)
    return mistakes.at(
      detection.line,
      `${holder} has no condition: write condition: ${holder === 'filter' ? 'not selection' : 'selection'}`,
    );
  const texts = conditionsOf(entry, holder, mistakes);
  const used = new Set<string>();
  const matches = texts?.map((text) => resolved(text, { searches, used, unmet: new Set(), holder }, mistakes, warnings));
  if (!matches?.every((match) => match !== undefined)) return undefined;
  for (const name of searches.keys())
    if (!used.has(name))
      mistakes.at(
        detection.entries.get(name)?.line ?? entry.line,
        name.startsWith('_')
          ? `${shown(name)} is not used by the condition, since them and patterns leave out names that begin with _: name it, or delete it`
          : `${shown(name)} is not used by the condition: use it or delete it`,
      );
  return joined('or', matches);
}

/** One condition, or a list of which any is enough; a filter, which says what stays, has one. */
function conditionsOf({ line, value }: Entry, holder: string, mistakes: Mistakes): readonly ScalarTree[] | undefined {
  const items: readonly Tree[] = value.kind === 'list' && holder === 'detection' ? value.items : [value];
  const texts = items.flatMap((item) => (item.kind === 'scalar' && item.value !== null ? [item] : []));
  if (texts.length === items.length && texts.length > 0) return texts;
  return mistakes.at(
    line,
    `condition must be one text${holder === 'detection' ? ' or a list of texts, of which any is enough' : ': join several with and or or'}`,
  );
}

function resolved({ text, line }: ScalarTree, names: Names, mistakes: Mistakes, warnings: Mistakes): Match | undefined {
  try {
    const match = resolve(parseCondition(text), names);
    for (const pattern of names.unmet)
      warnings.at(
        line,
        `${shown(pattern)} meets no entry of ${names.holder}, so the condition is taken without it: correct it, or leave it away`,
      );
    return match;
  } catch (error) {
    if (error instanceof ConditionRefused) return mistakes.at(line, `the condition is not valid: ${error.message}`);
    throw error;
  }
}

/** A map (all keys), or a list of maps (any of them). */
function readSearch(entry: Entry, keys: FieldKeys, context: DetectionContext): Match | undefined {
  const { value } = entry;
  if (value.kind === 'map') return readMap(value, entry, keys, context);
  const items: readonly Tree[] = value.kind === 'list' ? value.items : [];
  const maps = items.flatMap((item) => (item.kind === 'map' ? [item] : []));
  if (maps.length > 0 && maps.length === items.length)
    return joined(
      'or',
      maps.flatMap((map) => readMap(map, entry, keys, context) ?? []),
    );
  const said = value.kind === 'scalar' && isField(/^(\w+):/.exec(value.text)?.[1] ?? '') ? unknownField(value.text) : undefined;
  return context.mistakes.at(
    entry.line,
    said ?? `${shown(entry.key)} must be a map of fields or a list of such maps: ${everyField}`,
  );
}

function readMap(map: MapTree, entry: Entry, keys: FieldKeys, context: DetectionContext): Match | undefined {
  if (map.entries.size === 0)
    return context.mistakes.at(entry.line, `${shown(entry.key)} is empty and would match everything: name a field`);
  const items: Match[] = [];
  for (const item of map.entries.values()) {
    const match = readItem(item, keys, context);
    if (match) items.push(match);
  }
  const never = neverHolds(and(items));
  if (never !== undefined && !keys.isListed(never))
    context.warnings.at(
      map.line,
      items.length > 1
        ? `${shown(entry.key)} asks ${never} to be several things that no value is at once, so that it never matches: write one key with all values that will do, or several maps`
        : `${shown(entry.key)} leaves out whatever ${never} can be, so that it never matches: name fewer values`,
    );
  return joined('and', items);
}

/** `field|modifier: value or list`. */
function readItem(entry: Entry, keys: FieldKeys, context: DetectionContext): Match | undefined {
  const { mistakes } = context;
  const key = keys.read(entry.key);
  if (typeof key === 'string') return mistakes.at(entry.line, key);
  const { field, modifiers } = key;
  const { value } = entry;
  warnOfDoubts(entry, key, context.warnings);
  if (value.kind === 'scalar' && !modifiers.all && !modifiers.expand) {
    const match = matchValue(field, modifiers, value, context.zone);
    if (typeof match === 'string') return mistakes.at(value.line, match);
    return modifiers.neq ? not(match) : match;
  }
  const scalars = scalarsOf(entry, key, mistakes);
  const matches = scalars && matchesOf(scalars, key, context);
  if (!matches) return undefined;
  if (modifiers.all && modifiers.how === 'is' && kindOf(field) === 'text' && differentTexts(matches))
    return mistakes.at(
      entry.line,
      `${field} has one value, and all wants several at once: leave all away, or write contains|all`,
    );
  const match = joined(modifiers.all && matches.length > 0 ? 'and' : 'or', matches); // an empty list matches nothing
  return modifiers.neq ? not(match) : match;
}

function warnOfDoubts({ value }: Entry, key: FieldKey, warnings: Mistakes): void {
  for (const item of value.kind === 'list' ? value.items : [value]) {
    const doubt = item.kind === 'scalar' ? doubtOf(key, item) : undefined;
    if (doubt !== undefined) warnings.at(item.line, doubt);
  }
}

/** Each value as a condition; undefined when one of them cannot be one (noted). */
function matchesOf(
  scalars: readonly ScalarTree[],
  { field, modifiers }: FieldKey,
  context: DetectionContext,
): readonly Match[] | undefined {
  const matches: Match[] = [];
  for (const scalar of scalars) {
    const match = modifiers.expand
      ? matchExpanded(scalar, { field, modifiers }, context)
      : matchValue(field, modifiers, scalar, context.zone);
    if (typeof match === 'string') return context.mistakes.at(scalar.line, match);
    if ('op' in match) matches.push(match);
    else for (const one of match) matches.push(one);
  }
  return matches;
}

function matchExpanded(scalar: ScalarTree, { field, modifiers }: FieldKey, context: DetectionContext): readonly Match[] | string {
  const list = listOf(scalar, context)?.filter((value) => (value.field ?? field) === field);
  return list ? matchList(list, modifiers.all, (value) => matchValue(field, modifiers, value, context.zone)) : [];
}

/** Whether two of the conditions want a field to be one text each, and another one. */
function differentTexts(matches: readonly Match[]): boolean {
  const texts = matches.flatMap((match) => {
    const plain = match.op === 'test' && match.test.kind === 'glob' ? plainGlob(match.test.parts, true) : undefined;
    return plain?.how === 'is' ? [plain.literal.toLowerCase()] : [];
  });
  return new Set(texts).size > 1;
}

/** The values of a key, of which there may be as many as it takes; undefined when it takes none of them (noted). */
function scalarsOf(entry: Entry, { modifiers }: FieldKey, mistakes: Mistakes): readonly ScalarTree[] | undefined {
  const items: readonly Tree[] = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  if (items.length === 0)
    return mistakes.at(entry.line, `${shown(entry.key)} has an empty list and could never match: give a value`);
  const scalars: ScalarTree[] = [];
  for (const item of items) {
    if (item.kind !== 'scalar') return mistakes.at(item.line, `${shown(entry.key)} takes values, not a ${item.kind} inside`);
    scalars.push(item);
  }
  if (modifiers.all && (entry.value.kind !== 'list' || (scalars.length === 1 && !modifiers.expand)))
    return mistakes.at(entry.line, 'all needs a list of several values: leave it away');
  if (entry.value.kind === 'list' && scalars.some(({ value }) => value === null))
    return mistakes.at(
      entry.line,
      `null cannot stand in a list, as Sigma has it: write ${shown(entry.key)}: null in an entry of its own, and join the two with or in the condition`,
    );
  if (scalars.length > ruleLimits.conditionNodes)
    return mistakes.at(entry.line, `${entry.key} has more than ${ruleLimits.conditionNodes} values: use a list with expand`);
  return scalars;
}

/** The list that a value of `expand` names. */
function listOf(scalar: ScalarTree, context: DetectionContext): readonly ListValue[] | undefined {
  const name = /^%([\w.-]+)%$/.exec(scalar.text)?.[1];
  if (name === undefined)
    return context.mistakes.at(
      scalar.line,
      `expand takes the name of a list such as %service_accounts%, not ${shown(scalar.text)}`,
    );
  const list = context.lists.get(name);
  if (!list)
    return context.mistakes.at(
      scalar.line,
      `there is no list ${name}: put ${name}.txt, one value a line, into the folder of lists`,
    );
  if (list.length > ruleLimits.listValues)
    return context.mistakes.at(
      scalar.line,
      `the list ${name} has ${list.length} values, more than ${ruleLimits.listValues}: split it`,
    );
  const values = list.map((value) => (typeof value === 'string' ? { text: value } : value)).filter(({ text }) => text !== '');
  warnOfValues(name, values, scalar.line, context.warnings);
  return values;
}
