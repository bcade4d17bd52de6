import type { Field } from '../rule.js';
import { isField, kindOf, unknownField } from './fields.js';
import { ruleLimits } from './limits.js';
import { shown } from './mistakes.js';
import type { Mistakes } from './mistakes.js';
import { countOf, refuseUnknownKeys, textsOf } from './read-tree.js';
import type { Entry, MapTree } from './yaml-tree.js';

/** What is counted, and from which number on the rule holds. */
export interface Count {
  readonly field: readonly Field[];
  readonly atLeast: number;
}

const absence = 'only an absence can meet it, and an access that is missing cannot raise an incident: write gte or gt';
const notMonotone = 'one more access could undo it, so the order of arrival would decide: write gte or gt';

/** `condition` of a value_count: `{field: patient_id, gte: 40}`. */
export function readValueCount(body: MapTree, mistakes: Mistakes): Count | undefined {
  const entry = body.entries.get('condition');
  if (!entry) return mistakes.at(body.line, 'condition is missing: write condition: {field: patient_id, gte: 40}');
  if (entry.value.kind !== 'map')
    return mistakes.at(
      entry.line,
      'condition must be a map such as {field: patient_id, gte: 40}: conditions as text are not taken yet',
    );
  const field = readCountedField(entry, entry.value, mistakes);
  const atLeast = readAtLeast(entry.value, entry.line, 'condition', mistakes);
  refuseUnknownKeys(entry.value, 'condition', ['field', 'gte', 'gt'], { ...refusedOperators, ...refusedKeys }, mistakes);
  return field && atLeast !== undefined ? { field, atLeast } : undefined;
}

/** Operators of the specification that no condition of Vigie may have, and why. */
export const refusedOperators: Readonly<Record<string, string>> = {
  lt: `lt is not taken: ${absence}`,
  lte: `lte is not taken: ${absence}`,
  eq: `eq is not taken: ${notMonotone} (eq: 0: ${absence})`,
  neq: `neq is not taken: ${notMonotone}`,
};
const refusedKeys = { percentile: 'percentile is not taken, since it is no set of patients: count distinct values with gte' };

/** The threshold of `gte` or `gt`, whichever is there. */
export function readAtLeast(map: MapTree, line: number, where: string, mistakes: Mistakes): number | undefined {
  const gte = map.entries.get('gte');
  const gt = map.entries.get('gt');
  if (gte && gt) return mistakes.at(gt.line, `${where} has gte and gt: keep one`);
  if (gte) return countOf(gte.value, `gte of ${where}`, 1, ruleLimits.countMax, mistakes);
  if (gt) {
    const over = countOf(gt.value, `gt of ${where}`, 0, ruleLimits.countMax, mistakes);
    return over === undefined ? undefined : over + 1;
  }
  const refused = Object.keys(refusedOperators).some((key) => map.entries.has(key));
  return refused ? undefined : mistakes.at(line, `${where} has no threshold: write gte or gt with a number`);
}

function readCountedField(entry: Entry, map: MapTree, mistakes: Mistakes): readonly Field[] | undefined {
  const names = textsOf(map.entries.get('field'), mistakes);
  if (!map.entries.has('field') || names?.length === 0)
    return mistakes.at(entry.line, 'value_count counts distinct values of a field: write field: patient_id in condition');
  const fields: Field[] = [];
  for (const { text, line } of names ?? []) {
    const field = countable(text, line, mistakes);
    if (!field) return undefined;
    if (fields.includes(field)) return mistakes.at(line, `field names ${field} twice: name it once`);
    fields.push(field);
  }
  return names && fields;
}

/** A field whose distinct values can be counted. */
export function countable(name: string, line: number, mistakes: Mistakes): Field | undefined {
  if (!isField(name)) return mistakes.at(line, unknownField(name));
  if (kindOf(name) === 'text') return name;
  return mistakes.at(
    line,
    `distinct values of text fields are counted, and ${shown(name)} is none: count patient_id, clinic_id or event_id`,
  );
}
