import { isMeeting, ruleTypes } from '../../rule/rule-kinds.js';
import { isStoredSubject, laneKinds, type SubjectKind } from '#libs/contracts/vocabulary.js';
import { isMonotone, type RuleType } from '../../rule/rule.js';
import { readAliases } from './aliases.js';
import type { Alias } from './aliases.js';
import { readCount, withoutTwice } from './count-condition.js';
import type { Count } from './count-condition.js';
import { unknownField } from '../match/field-hints.js';
import { isField } from '../match/fields.js';
import { ruleLimits } from '../text/limits.js';
import { metadataKeys, readMetadata } from './metadata.js';
import type { Metadata } from './metadata.js';
import { misplacedIn, oldForms } from './misplaced-keys.js';
import { anyOf, shown } from '../text/mistakes.js';
import type { Mistakes } from '../text/mistakes.js';
import { mapOf, refuseUnknownKeys, textOf, textsOf, timespanOf } from './read-tree.js';
import type { Located } from './read-tree.js';
import { checkVigie, readVigie } from './vigie-keys.js';
import type { VigieKeys } from './vigie-keys.js';
import type { MapTree } from '../yaml/tree.js';

/** A correlation as read: names of rules, fields and aliases are not looked up yet. */
export interface Correlation extends Count {
  readonly kind: 'correlation';
  readonly type: RuleType;
  readonly metadata: Metadata;
  readonly file: string;
  readonly line: number;
  /** Line of what stands under `correlation`. */
  readonly bodyLine: number;
  readonly references: readonly Located[];
  /** Whose accesses it counts together. */
  readonly subject: SubjectKind;
  /** Group-by besides `group_id` and the subject. */
  readonly groupBy: readonly Located[];
  readonly aliases: ReadonlyMap<string, Alias>;
  readonly timespanMs: number;
  /** The rules that it refers to raise incidents of their own too. */
  readonly generate: boolean;
  /** It stands for an event rule that raises incidents by itself. */
  readonly isAlone?: boolean;
  readonly vigie: VigieKeys;
}

const rootKeys = [...metadataKeys, 'correlation', 'vigie'];
const rootElsewhere = {
  detection: 'a document is either an event rule (detection) or a correlation: separate them with ---',
  filter: 'a document is either a filter or a correlation: separate them with ---',
  logsource: 'logsource belongs into the event rules that the correlation refers to',
  ...oldForms,
  ...misplacedIn('correlation'),
};
const keys = ['type', 'rules', 'group-by', 'timespan', 'condition', 'generate', 'aliases'];
const elsewhere = {
  timeframe: 'timeframe is the old name: write timespan',
  group_by: 'write group-by with a hyphen',
  groupby: 'write group-by with a hyphen',
  field: 'field belongs into condition: write condition: {field: patient_id, gte: 40}',
  ...misplacedIn('correlation body'),
};

/** Reads a correlation; undefined when something is wrong (noted). */
export function readCorrelation(map: MapTree, file: string, mistakes: Mistakes, warnings: Mistakes): Correlation | undefined {
  const before = mistakes.count;
  refuseUnknownKeys(map, 'a correlation', rootKeys, rootElsewhere, mistakes);
  const metadata = readMetadata(map, mistakes);
  const body = mapOf(map, 'correlation', mistakes);
  const vigie = readVigie(map, mistakes, warnings);
  if (!body) return undefined;
  refuseUnknownKeys(body, 'correlation', keys, elsewhere, mistakes);
  const type = readType(body, mistakes);
  const generate = readGenerate(body, mistakes);
  const aliases = readAliases(body, mistakes);
  const references = readReferences(body, mistakes);
  const grouped = readGroupBy(body, aliases, mistakes);
  const timespanMs = readTimespan(body, mistakes);
  const count = type && readCount(body, type, references ?? [], mistakes);
  if (!type || !references || !grouped || timespanMs === undefined || !count || mistakes.count > before) return undefined;
  const read = {
    kind: 'correlation',
    type,
    metadata,
    file,
    line: map.line,
    bodyLine: body.line,
    references,
    ...grouped,
  } as const;
  const correlation: Correlation = { ...read, aliases, timespanMs, generate, vigie, ...count };
  checkNames(correlation, mistakes);
  checkDays(correlation, mistakes);
  checkMeeting(correlation, mistakes);
  if (grouped.subject !== 'account' && vigie.dormantMs !== undefined)
    mistakes.at(body.line, 'dormant goes with actor_id in group-by: it is accounts that wake up');
  if (grouped.subject !== 'account' && vigie.habitDays)
    mistakes.at(body.line, 'habit_days goes with actor_id in group-by: it is accounts whose days are compared');
  if (grouped.subject !== 'account' && vigie.habit?.scale === 'own')
    mistakes.at(body.line, 'scale: own goes with actor_id in group-by: it is accounts whose own days are remembered');
  if (!isStoredSubject(grouped.subject) && !isMonotone({ type, condition: count.condition }))
    mistakes.at(
      body.line,
      `group-by ${grouped.subject} goes with what more accesses can only raise: give a count a lower bound alone, since no store can be asked what memory has let go of`,
    );
  checkVigie(map, vigie, { type, timespanMs, ...count }, mistakes);
  return mistakes.count > before ? undefined : correlation;
}

function readType(body: MapTree, mistakes: Mistakes): RuleType | undefined {
  const text = textOf(body, 'type', mistakes);
  const line = body.entries.get('type')?.line ?? body.line;
  if (text === undefined)
    return body.entries.has('type') ? undefined : mistakes.at(line, `type is missing: write ${anyOf(ruleTypes)}`);
  const type = ruleTypes.find((known) => known === text);
  if (type) return type;
  return mistakes.at(line, `unknown type ${shown(text)}: write ${anyOf(ruleTypes)}`);
}

function readGenerate(body: MapTree, mistakes: Mistakes): boolean {
  const generate = body.entries.get('generate');
  if (!generate) return false;
  if (generate.value.kind === 'scalar' && typeof generate.value.value === 'boolean') return generate.value.value;
  mistakes.at(generate.line, 'generate is true or false');
  return false;
}

function readReferences(body: MapTree, mistakes: Mistakes): readonly Located[] | undefined {
  const entry = body.entries.get('rules');
  if (!entry) return mistakes.at(body.line, 'rules is missing: name the event rules whose accesses are counted');
  const references = textsOf(entry, mistakes);
  if (references?.length === 0) return mistakes.at(entry.line, 'rules is empty: name the event rules whose accesses are counted');
  const twice = references?.find((reference, index) => references.findIndex(({ text }) => text === reference.text) < index);
  return twice ? mistakes.at(twice.line, `rules names ${shown(twice.text)} twice: name it once`) : references;
}

/** Incidents and partitions belong to one subject of one group, so a window over several could not be exact. */
function readGroupBy(body: MapTree, aliases: ReadonlyMap<string, Alias>, mistakes: Mistakes): Grouped | undefined {
  const entry = body.entries.get('group-by');
  if (!entry) return mistakes.at(body.line, 'group-by is missing: write group-by: [group_id, actor_id]');
  const names = textsOf(entry, mistakes);
  if (!names || !withoutTwice(names, 'group-by', mistakes)) return undefined;
  const has = (field: string): boolean => names.some(({ text }) => text === field);
  const named = laneKinds.filter((kind) => has(kind) && !aliases.has(kind));
  // Beside another subject a clinic tells that subject's accesses apart, as it does an account's.
  const lanes = named.length > 1 ? named.filter((kind) => kind !== 'clinic_id') : named;
  const [lane, other] = lanes;
  const without = (field: string) => names.filter(({ text }) => text !== 'group_id' && text !== field);
  if (has('group_id') && has('actor_id')) return { subject: 'account', groupBy: without('actor_id') };
  for (const { text, line } of names) if (!isField(text) && !aliases.has(text)) mistakes.at(line, unknownField(text));
  if (other)
    return mistakes.at(
      entry.line,
      `group-by names ${anyOf(lanes, 'and')} without actor_id, and an incident belongs to one of them: keep one`,
    );
  if (has('group_id') && lane) return { subject: lane, groupBy: without(lane) };
  return mistakes.at(
    entry.line,
    `group-by must hold group_id and actor_id, or group_id and one of ${anyOf(laneKinds)}: an incident belongs to one account, or to one of these, of one group`,
  );
}

function readTimespan(body: MapTree, mistakes: Mistakes): number | undefined {
  if (!body.entries.has('timespan')) return mistakes.at(body.line, 'timespan is missing: write one such as 10m, 1h or 24h');
  return timespanOf(body, 'timespan', ruleLimits.timespanMsMax, '400d, the longest window that is kept', mistakes);
}

/** What a group-by says: whose windows these are, and what else tells them apart. */
type Grouped = Pick<Correlation, 'subject' | 'groupBy'>;

/** Counted names that can have one value only, and aliases that nothing uses. */
function checkNames({ subject, groupBy, field, vigie, aliases, bodyLine }: Correlation, mistakes: Mistakes): void {
  const grouped = ['group_id', subject === 'account' ? 'actor_id' : subject, ...groupBy.map(({ text }) => text)];
  const counted = [...field, ...(vigie.spread ? [vigie.spread.field] : [])];
  const constant = counted.find(({ text }) => grouped.includes(text));
  if (constant)
    mistakes.at(
      bodyLine,
      `${constant.text} is in group-by and counted: within one group it has one value, so count another field`,
    );
  const used = [...groupBy, ...counted].map(({ text }) => text);
  for (const { name, line } of aliases.values())
    if (!used.includes(name))
      mistakes.at(line, `the alias ${shown(name)} is not used: name it in group-by, field or spread, or delete it`);
}

/** What is unusual over several days is so of all that one subject does. */
function checkDays({ vigie, field, groupBy, bodyLine }: Correlation, mistakes: Mistakes): void {
  if (!vigie.habitDays || (groupBy.length === 0 && field.length === 1 && field[0]?.text === 'patient_id')) return;
  mistakes.at(
    bodyLine,
    'habit_days counts the patients of all that an account does: write condition: {field: patient_id, gte: 20}, and nothing but group_id and the account in group-by',
  );
}

function checkMeeting({ type, references, bodyLine }: Correlation, mistakes: Mistakes): void {
  if (!isMeeting(type)) return;
  if (references.length < 2)
    mistakes.at(bodyLine, `${type} is a meeting of several rules, and rules names one: name another, or write event_count`);
  if (references.length > ruleLimits.rulesThatMeet)
    mistakes.at(bodyLine, `rules names ${references.length} rules, more than the ${ruleLimits.rulesThatMeet} that ${type} takes`);
}
