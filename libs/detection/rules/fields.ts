import type { Field } from '../rule.js';
import { actions, actorKinds, categories, outcomes } from '#libs/contracts/vocabulary.js';

/** How a field may be asked. `arrival` fields depend on when an event came, so no rule may decide by them. */
export type FieldKind = 'text' | 'list' | 'number' | 'boolean' | 'time' | 'arrival';

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
  extra: 'text',
};

export const fieldNames = Object.keys(kinds).toSorted();

/** Whether a name is a field of an access row. */
export function isField(name: string): name is Field {
  return Object.hasOwn(kinds, name);
}

export function kindOf(field: Field): FieldKind {
  return kinds[field];
}

/** The words a field can hold, where there are only some. */
export function wordsOf(field: Field): readonly string[] | undefined {
  if (field === 'action') return actions;
  if (field === 'outcome') return outcomes;
  if (field === 'actor_kind') return actorKinds;
  return field === 'categories' ? categories : undefined;
}

/** A sentence for an unknown field, with the nearest names when there are some. */
export function unknownField(name: string): string {
  const near = fieldNames.filter(
    (known) => known.includes(name.toLowerCase()) || name.toLowerCase().includes(known) || sharedLetters(known, name),
  );
  const hint = name.length > 0 && near.length > 0 && near.length < 5 ? near : fieldNames;
  return `unknown field ${JSON.stringify(name.slice(0, 60))}: write ${hint.slice(0, -1).join(', ')}${hint.length > 1 ? ' or ' : ''}${hint.at(-1)}`;
}

/** `patientId` and `user-agent` are near `patient_id` and `user_agent`. */
function sharedLetters(known: string, name: string): boolean {
  return known.replaceAll('_', '') === name.toLowerCase().replaceAll(/[^a-z]/g, '');
}
