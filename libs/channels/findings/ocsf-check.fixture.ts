import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '#libs/runtime/paths.js';

const schema = z.object({
  version: z.string(),
  types: z.record(
    z.string(),
    z.object({
      required: z.array(z.string()),
      /** `string_t`, `integer_t 0,1,99` with the numbers that it may be, `user`, `user[]`. */
      attributes: z.record(z.string(), z.string()),
      constraints: z.object({ at_least_one: z.array(z.string()).optional() }).optional(),
    }),
  ),
});
type Facts = z.infer<typeof schema>;

const classes: Readonly<Record<number, string>> = { 2004: 'detection_finding', 2005: 'incident_finding' };
const isNumber = (value: unknown) => Number.isInteger(value);
const scalars: Readonly<Record<string, (value: unknown) => boolean>> = {
  integer_t: isNumber,
  long_t: isNumber,
  timestamp_t: (value) => isNumber(value) && Number(value) > 1e12,
  boolean_t: (value) => typeof value === 'boolean',
  string_t: (value) => typeof value === 'string' && value !== '',
  ip_t: (value) => typeof value === 'string' && isIP(value) !== 0,
  url_t: (value) => typeof value === 'string' && URL.canParse(value),
};

/** What the schema of a version says against a finding: unknown attributes, missing ones, wrong types, numbers that mean nothing. */
export function ocsfFaults(version: '1.5.0' | '1.8.0', finding: Readonly<Record<string, unknown>>): readonly string[] {
  const facts = factsOf(version);
  const { class_uid: classUid, activity_id: activity, type_uid: typeUid } = finding;
  const name = classes[Number(classUid)];
  if (name === undefined) return [`class_uid ${String(classUid)} is none of ${Object.keys(classes).join(', ')}`];
  const type = Number(classUid) * 100 + Number(activity);
  return [...(typeUid === type ? [] : [`type_uid is ${String(typeUid)}, not ${type}`]), ...faultsOf(facts, name, finding, name)];
}

function factsOf(version: string): Facts {
  return schema.parse(
    JSON.parse(readFileSync(join(projectRoot, 'libs', 'channels', 'findings', `ocsf-${version}.json`), 'utf8')),
  );
}

function faultsOf(facts: Facts, type: string, value: object, path: string): readonly string[] {
  const known = facts.types[type];
  if (!known) return [`${path}: nothing is known of the object ${type}; add it to the file of facts`];
  const oneOf = known.constraints?.at_least_one ?? [];
  return [
    ...known.required.filter((name) => !Object.hasOwn(value, name)).map((name) => `${path}.${name} is missing`),
    ...(oneOf.length === 0 || oneOf.some((name) => Object.hasOwn(value, name))
      ? []
      : [`${path} needs one of ${oneOf.join(', ')}`]),
    ...Object.entries(value).flatMap(([name, one]: [string, unknown]) => {
      const declared = known.attributes[name];
      return declared === undefined ? [`${path}.${name} is unknown`] : attributeFaults(facts, declared, one, `${path}.${name}`);
    }),
  ];
}

function attributeFaults(facts: Facts, declared: string, value: unknown, path: string): readonly string[] {
  const [type = '', numbers] = declared.split(' ');
  if (type.endsWith('[]')) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((one, index) => attributeFaults(facts, type.slice(0, -2), one, `${path}.${index}`));
  }
  if (type === 'object') return typeof value === 'object' ? [] : [`${path} is no object`];
  const scalar = scalars[type];
  if (scalar && !scalar(value)) return [`${path} is no ${type}: ${JSON.stringify(value)}`];
  if (scalar)
    return numbers === undefined || numbers.split(',').includes(String(value)) ? [] : [`${path} may not be ${String(value)}`];
  return typeof value === 'object' && value !== null ? faultsOf(facts, type, value, path) : [`${path} is no ${type}`];
}
