import { warnOfValues } from './list-values.js';
import { addressOf } from '#libs/formats/address.js';
import { calendarTime } from '#libs/formats/calendar-time.js';
import { unknownField } from '../match/field-hints.js';
import { type Field, isField, isMandatory, kindOf, wordsOf } from '../match/fields.js';
import { ruleLimits } from '../text/limits.js';
import { anyOf, shown, type Mistakes } from '../text/mistakes.js';
import { countOf, mapOf, refuseUnknownKeys, textOf, textsOf } from './read-tree.js';
import { parseTimespan } from '../text/timespan.js';
import type { Entry, MapTree, ScalarTree, Tree } from '../yaml/tree.js';

/** What an event of a case has in a field. */
export type CaseValue =
  /** Texts that take turns with the repetitions; `{n}` is the number of the repetition. An empty one leaves the field away. */
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  | { readonly kind: 'value'; readonly value: number | boolean | readonly string[] };

/** A short timeline of accesses, and whether the rule that it stands in shall raise an incident over it. */
export interface RuleCase {
  readonly name: string;
  readonly line: number;
  readonly fires: boolean;
  /** Patients of the incident at its end, where the case says. */
  readonly patients: number | undefined;
  readonly startMs: number;
  /** Values of `%lists%` for this case, instead of the configured ones. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  readonly events: readonly CaseEvent[];
}

/** One line of a timeline: an event, repeated. */
export interface CaseEvent {
  readonly line: number;
  /** From the start of the case to the first, and between two, milliseconds. */
  readonly atMs: number;
  readonly everyMs: number;
  readonly times: number;
  /** New patients of each event; undefined where `patient_id` says. */
  readonly patients: number | undefined;
  readonly fields: ReadonlyMap<Field, CaseValue>;
}

const caseKeys = ['name', 'fires', 'patients', 'start', 'lists', 'events'];
const eventKeys = ['at', 'times', 'every', 'patients'];
const defaultStart = '2026-01-05T09:00:00Z';

/** `cases` of a correlation; what is wrong is noted. */
export function readCases(entry: Entry | undefined, mistakes: Mistakes, warnings: Mistakes): readonly RuleCase[] {
  if (!entry) return [];
  const { value } = entry;
  if (value.kind !== 'list' || value.items.length === 0 || value.items.length > ruleLimits.casesPerRule) {
    mistakes.at(entry.line, `cases must be a list of 1 to ${ruleLimits.casesPerRule} cases, each with name, fires and events`);
    return [];
  }
  const cases = value.items.flatMap((item) => {
    if (item.kind === 'map') return [readCase(item, mistakes, warnings)];
    mistakes.at(item.line, 'a case must be a map with name, fires and events');
    return [];
  });
  for (const [index, { name, line }] of cases.entries())
    if (name !== '' && cases.findIndex((one) => one.name === name) < index)
      mistakes.at(line, `two cases are called ${shown(name)}: give another name`);
  return cases;
}

function readCase(map: MapTree, mistakes: Mistakes, warnings: Mistakes): RuleCase {
  refuseUnknownKeys(map, 'a case', caseKeys, { event: 'write events' }, mistakes);
  for (const key of ['name', 'fires', 'events'])
    if (!map.entries.has(key)) mistakes.at(map.line, `${key} is missing: a case has name, fires (true or false) and events`);
  const fires = map.entries.get('fires');
  if (fires && !(fires.value.kind === 'scalar' && typeof fires.value.value === 'boolean'))
    mistakes.at(fires.line, 'fires is true or false');
  const patients = map.entries.get('patients');
  const expects = fires?.value.kind === 'scalar' && fires.value.value === true;
  if (patients && fires && !expects) mistakes.at(patients.line, 'patients goes with fires: true, where there is an incident');
  return {
    name: textOf(map, 'name', mistakes) ?? '',
    line: map.line,
    fires: expects,
    patients: patients && countOf(patients.value, 'patients', 0, ruleLimits.caseRows, mistakes),
    startMs: readStart(map, mistakes),
    lists: readLists(map, mistakes, warnings),
    events: readEvents(map, mistakes),
  };
}

function readStart(map: MapTree, mistakes: Mistakes): number {
  const text = textOf(map, 'start', mistakes) ?? defaultStart;
  const time = calendarTime(text);
  if (time !== undefined) return Date.parse(time);
  mistakes.at(
    map.entries.get('start')?.line ?? map.line,
    `start is an instant with its zone such as ${defaultStart}, not ${shown(text)}`,
  );
  return Date.parse(defaultStart);
}

function readLists(map: MapTree, mistakes: Mistakes, warnings: Mistakes): RuleCase['lists'] {
  const lists = mapOf(map, 'lists', mistakes);
  return new Map(
    [...(lists?.entries.values() ?? [])].map((entry) => {
      const values = textsOf(entry, mistakes) ?? [];
      warnOfValues(entry.key, values, entry.line, warnings);
      return [entry.key, values.map(({ text }) => text)];
    }),
  );
}

function readEvents(map: MapTree, mistakes: Mistakes): readonly CaseEvent[] {
  const entry = map.entries.get('events');
  if (!entry) return [];
  if (entry.value.kind !== 'list' || entry.value.items.length === 0 || entry.value.items.length > ruleLimits.eventsPerCase) {
    mistakes.at(
      entry.line,
      `events must be a list of 1 to ${ruleLimits.eventsPerCase} events such as {at: 0s, action: read, patient_id: p1}`,
    );
    return [];
  }
  const events = entry.value.items.flatMap((item) => {
    if (item.kind === 'map') return [readEvent(item, mistakes)];
    mistakes.at(item.line, 'an event must be a map such as {at: 0s, action: read, patient_id: p1}');
    return [];
  });
  const rows = events.reduce((sum, { times, patients }) => sum + times * (patients ?? 1), 0);
  if (rows > ruleLimits.caseRows)
    mistakes.at(entry.line, `the events make ${rows} rows, more than ${ruleLimits.caseRows}: make the case smaller`);
  return events;
}

function readEvent(map: MapTree, mistakes: Mistakes): CaseEvent {
  const fields = new Map<Field, CaseValue>();
  for (const entry of map.entries.values()) {
    const { key, line } = entry;
    if (eventKeys.includes(key)) continue;
    if (!isField(key)) mistakes.at(line, unknownField(key));
    else if (kindOf(key) === 'time' || kindOf(key) === 'arrival')
      mistakes.at(line, `a case does not say ${key}: at is the time since its start, and nothing else of an arrival matters`);
    else {
      const value = readValue(key, entry, mistakes);
      if (value) fields.set(key, value);
    }
  }
  const count = (key: string): number | undefined => {
    const entry = map.entries.get(key);
    return entry && countOf(entry.value, key, 1, ruleLimits.caseRows, mistakes);
  };
  const patients = count('patients');
  if (map.entries.has('patients') && map.entries.has('patient_id'))
    mistakes.at(map.line, 'an event has patients (so many new ones) or patient_id, not both');
  const [times, atMs, everyMs] = [count('times') ?? 1, offsetOf(map, 'at', mistakes), offsetOf(map, 'every', mistakes)];
  if (atMs + everyMs * times > ruleLimits.caseMs)
    mistakes.at(map.line, 'the events of a case lie within 1,200 days: make the case shorter');
  return { line: map.line, atMs, everyMs, times, patients, fields };
}

/** `0s` is taken, unlike for a timespan. */
function offsetOf(map: MapTree, key: string, mistakes: Mistakes): number {
  const text = textOf(map, key, mistakes);
  if (text === undefined || /^0[smhdw]$/.test(text)) return 0;
  const offset = parseTimespan(text);
  if (offset === undefined)
    mistakes.at(
      map.entries.get(key)?.value.line ?? map.line,
      `${key} is a whole number and s, m, h, d or w, such as 90s, not ${shown(text)}`,
    );
  return offset ?? 0;
}

/** The value of one field of an event; undefined when it is wrong (noted). */
function readValue(field: Field, { value: tree, line }: Entry, mistakes: Mistakes): CaseValue | undefined {
  const kind = kindOf(field);
  if (kind === 'text' || kind === 'apart' || kind === 'list') {
    const texts = caseTextsOf(field, tree, line, mistakes);
    return texts && (kind !== 'list' ? { kind: 'texts', texts } : { kind: 'value', value: texts.filter((text) => text !== '') });
  }
  const value = tree.kind === 'scalar' ? tree.value : undefined;
  if (kind === 'boolean')
    return typeof value === 'boolean'
      ? { kind: 'value', value }
      : mistakes.at(line, `${field} is true or false: leave it away where it is unknown`);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return { kind: 'value', value };
  return mistakes.at(line, `${field} is a whole number from 0: leave it away where it is unknown`);
}

function caseTextsOf(field: Field, tree: Tree, line: number, mistakes: Mistakes): readonly string[] | undefined {
  const items: readonly Tree[] = tree.kind === 'list' ? tree.items : [tree];
  const scalars = items.filter((item): item is ScalarTree => item.kind === 'scalar');
  if (items.length === 0 || scalars.length < items.length)
    return mistakes.at(line, `${field} must be a text or a list of texts that take turns`);
  const words = wordsOf(field);
  const given = scalars.map(({ value, text, line: at }) => ({ text: value === null ? '' : text, line: at }));
  for (const { text, line: at } of given)
    if (text !== '' && words && !words.includes(text))
      return mistakes.at(at, `${field} is never ${shown(text)}: it is ${anyOf(words)}`);
  if (given.some(({ text }) => text === '') && isMandatory(field))
    return mistakes.at(line, `every access has ${field}: give it a text, or leave it away for the usual one`);
  return given.map(({ text }) => (field === 'source_ip' ? (addressOf(text) ?? text) : text));
}
