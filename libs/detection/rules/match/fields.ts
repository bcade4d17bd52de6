import type { AccessRow } from '#libs/contracts/access-row.js';
import { actions, actorKinds, careLinks, categories, outcomes } from '#libs/contracts/vocabulary.js';

/** Fields of an access row that rules may name. */
export type Field = keyof AccessRow;

/**
 * How a field may be asked. `arrival` fields depend on when an event came, so no rule may decide by them. `apart` fields tell accesses apart in
 * `group-by` and in counts and have no meaning of their own; no store has them, so that no condition may hold them: it would have to be SQL.
 */
export type FieldKind = 'text' | 'list' | 'number' | 'boolean' | 'time' | 'apart' | 'arrival';

const kinds: Readonly<Record<Field, FieldKind>> = {
  time: 'time',
  group_id: 'text',
  actor_id: 'text',
  patient_id: 'text',
  clinic_id: 'text',
  action: 'text',
  outcome: 'text',
  event_id: 'text',
  source: 'text',
  received_at: 'arrival',
  actor_role: 'text',
  actor_kind: 'text',
  privileged: 'boolean',
  record_count: 'number',
  categories: 'list',
  purpose: 'text',
  emergency: 'boolean',
  source_ip: 'text',
  device: 'text',
  user_agent: 'text',
  session_id: 'text',
  auth: 'text',
  mfa: 'boolean',
  application: 'text',
  key_id: 'arrival',
  former_id: 'arrival',
  extra: 'text',
  time_claimed: 'arrival',
  care_link: 'text',
  own_clinic: 'boolean',
  new_network: 'boolean',
  house_network: 'boolean',
  event_patients: 'number',
  id_block: 'apart',
};

export const fieldNames = Object.keys(kinds).toSorted();

/** Those that a rule may decide by. */
export const askableNames: readonly Field[] = Object.entries(kinds)
  .flatMap(([name, kind]) => (kind !== 'arrival' && isField(name) ? [name] : []))
  .toSorted();

/** Whether a name is a field of an access row. */
export function isField(name: string): name is Field {
  return Object.hasOwn(kinds, name);
}

export function kindOf(field: Field): FieldKind {
  return kinds[field];
}

/** Whether every access has the field, so that asking whether it is there says nothing. */
export function isMandatory(field: Field): boolean {
  return mandatory.has(field);
}

const mandatory: ReadonlySet<Field> = new Set([
  'time',
  'group_id',
  'actor_id',
  'clinic_id',
  'action',
  'outcome',
  'event_id',
  'source',
  'received_at',
]);

/** Whether a field is kept as `visibleName` spells it. */
export function isName(field: Field): boolean {
  return field === 'group_id' || field === 'actor_id' || field === 'clinic_id';
}

/** Whether a field holds 32 hexadecimal digits and nothing else. */
export function isHex128(field: Field): boolean {
  return field === 'patient_id' || field === 'event_id';
}

/** The words a field can hold, where there are only some. */
export function wordsOf(field: Field): readonly string[] | undefined {
  if (field === 'action') return actions;
  if (field === 'outcome') return outcomes;
  if (field === 'actor_kind') return actorKinds;
  if (field === 'care_link') return careLinks;
  return field === 'categories' ? categories : undefined;
}

/** The one value that a field can hold where it is there at all, as what Vigie itself says of an access has it. */
export function onlyTruth(field: Field): boolean | undefined {
  if (field === 'own_clinic') return false;
  return field === 'new_network' || field === 'house_network' ? true : undefined;
}

/** The least that a number can be where it is there. */
export function leastOf(field: Field): number {
  return field === 'event_patients' ? 2 : 0;
}
