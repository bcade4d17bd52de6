import type { Field } from '../rule.js';
import { isField, kindOf, unknownField } from './fields.js';
import { ruleLimits } from './limits.js';
import { metadataKeys, readMetadata } from './metadata.js';
import type { Metadata } from './metadata.js';
import { shown } from './mistakes.js';
import type { Mistakes } from './mistakes.js';
import { mapOf, refuseUnknownKeys, textOf, textsOf } from './read-tree.js';
import type { Located } from './read-tree.js';
import { parseTimespan } from './timespan.js';
import { readValueCount } from './value-count.js';
import type { Count } from './value-count.js';
import { readVigie } from './vigie-keys.js';
import type { VigieKeys } from './vigie-keys.js';
import type { MapTree } from './yaml-tree.js';

/** A correlation as read: references are names that are not looked up yet. */
export interface Correlation extends Count {
  readonly kind: 'correlation';
  readonly metadata: Metadata;
  readonly file: string;
  readonly line: number;
  readonly references: readonly Located[];
  readonly groupBy: readonly Field[];
  readonly timespanMs: number;
  readonly vigie: VigieKeys;
}

const rootKeys = [...metadataKeys, 'correlation', 'vigie'];
const rootElsewhere = {
  detection: 'a document is either an event rule (detection) or a correlation: separate them with ---',
  logsource: 'logsource belongs into the event rules that the correlation refers to',
};
const keys = ['type', 'rules', 'group-by', 'timespan', 'condition', 'generate', 'aliases'];
const elsewhere = {
  timeframe: 'timeframe is the old name: write timespan',
  group_by: 'write group-by with a hyphen',
  groupby: 'write group-by with a hyphen',
};
const laterTypes = ['event_count', 'temporal', 'temporal_ordered'];
const neverTypes = ['value_sum', 'value_avg', 'value_percentile', 'value_median'];

/** Reads a correlation; undefined when something is wrong (noted). */
export function readCorrelation(map: MapTree, file: string, mistakes: Mistakes): Correlation | undefined {
  const before = mistakes.count;
  refuseUnknownKeys(map, 'a correlation', rootKeys, rootElsewhere, mistakes);
  const metadata = readMetadata(map, mistakes);
  if (!map.entries.has('level'))
    mistakes.at(map.line, 'level is missing: a rule that raises incidents says informational, low, medium, high or critical');
  const body = mapOf(map, 'correlation', mistakes);
  const vigie = readVigie(map, mistakes);
  if (!body) return undefined;
  refuseUnknownKeys(body, 'correlation', keys, elsewhere, mistakes);
  checkType(body, mistakes);
  refuseGenerateAndAliases(body, mistakes);
  const references = readReferences(body, mistakes);
  const groupBy = readGroupBy(body, mistakes);
  const timespanMs = readTimespan(body, mistakes);
  const count = readValueCount(body, mistakes);
  if (!references || !groupBy || timespanMs === undefined || !count || mistakes.count > before) return undefined;
  const constant = [...count.field, ...(vigie.spread ? [vigie.spread.field] : [])].find((field) => groupBy.includes(field));
  if (constant)
    return mistakes.at(
      body.line,
      `${constant} is in group-by and counted: within one group it has one value, so count another field`,
    );
  return { kind: 'correlation', metadata, file, line: map.line, references, groupBy, timespanMs, vigie, ...count };
}

function checkType(body: MapTree, mistakes: Mistakes): void {
  const type = textOf(body, 'type', mistakes);
  const line = body.entries.get('type')?.line ?? body.line;
  if (type === undefined && !body.entries.has('type')) mistakes.at(line, 'type is missing: write type: value_count');
  if (type === undefined || type === 'value_count') return;
  if (laterTypes.includes(type))
    mistakes.at(line, `the type ${type} is not taken yet: write value_count over a field such as event_id or patient_id`);
  else if (neverTypes.includes(type))
    mistakes.at(line, `the type ${type} is not taken, since a sum or an average is no set of patients: write value_count`);
  else mistakes.at(line, `unknown type ${shown(type)}: write value_count`);
}

function refuseGenerateAndAliases(body: MapTree, mistakes: Mistakes): void {
  const aliases = body.entries.get('aliases');
  if (aliases)
    mistakes.at(aliases.line, 'aliases are not taken yet: every access has the same field names, so write them in group-by');
  const generate = body.entries.get('generate');
  if (!generate || (generate.value.kind === 'scalar' && generate.value.value === false)) return;
  mistakes.at(
    generate.line,
    'generate must be false: an event rule alone raises no incident, write a correlation for what should',
  );
}

function readReferences(body: MapTree, mistakes: Mistakes): readonly Located[] | undefined {
  const entry = body.entries.get('rules');
  if (!entry) return mistakes.at(body.line, 'rules is missing: name the event rules whose accesses are counted');
  const references = textsOf(entry, mistakes);
  if (references?.length === 0) return mistakes.at(entry.line, 'rules is empty: name the event rules whose accesses are counted');
  const twice = references?.find((reference, index) => references.findIndex(({ text }) => text === reference.text) < index);
  return twice ? mistakes.at(twice.line, `rules names ${shown(twice.text)} twice: name it once`) : references;
}

/** Incidents and partitions belong to one account of one group, so a window over several accounts could not be exact. */
function readGroupBy(body: MapTree, mistakes: Mistakes): readonly Field[] | undefined {
  const entry = body.entries.get('group-by');
  if (!entry) return mistakes.at(body.line, 'group-by is missing: write group-by: [group_id, actor_id]');
  const names = textsOf(entry, mistakes);
  if (!names) return undefined;
  const fields: Field[] = [];
  for (const { text, line } of names) {
    if (!isField(text)) return mistakes.at(line, unknownField(text));
    if (kindOf(text) !== 'text') return mistakes.at(line, `group-by takes text fields, and ${text} is none`);
    if (fields.includes(text)) return mistakes.at(line, `group-by names ${text} twice: name it once`);
    fields.push(text);
  }
  if (fields.includes('group_id') && fields.includes('actor_id')) return fields;
  return mistakes.at(entry.line, 'group-by must hold group_id and actor_id: an incident belongs to one account of one group');
}

function readTimespan(body: MapTree, mistakes: Mistakes): number | undefined {
  if (!body.entries.has('timespan')) return mistakes.at(body.line, 'timespan is missing: write one such as 10m, 1h or 24h');
  const text = textOf(body, 'timespan', mistakes);
  if (text === undefined) return undefined;
  const line = body.entries.get('timespan')?.line ?? body.line;
  const timespanMs = parseTimespan(text);
  if (timespanMs === undefined)
    return mistakes.at(line, `${shown(text)} is no timespan: write a whole number and s, m, h, d or w, such as 10m`);
  if (timespanMs <= ruleLimits.timespanMsMax) return timespanMs;
  return mistakes.at(line, `the timespan ${text} is longer than 400d, the longest window that is kept: write a shorter one`);
}
