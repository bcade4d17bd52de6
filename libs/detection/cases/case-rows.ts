import { createHash } from 'node:crypto';
import { accessRow } from '#libs/contracts/access-row.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { isoOfMs } from '../scan/iso-time.js';
import type { CaseEvent, CaseValue, RuleCase } from '../rules/read/read-cases.js';
import type { Milliseconds } from '../scan/kinds.js';

const usual = { group_id: 'g', actor_id: 'a', clinic_id: 'c1', action: 'read', outcome: 'success', source: 'case' } as const;

/** The access rows of a case, in order of time. Patients are invented pseudonyms: those of a text are always the same. */
export function rowsOfCase({ events, startMs }: RuleCase): readonly AccessRow[] {
  const rows = events.flatMap((event, index) =>
    Array.from({ length: event.times }, (_, repetition) => rowsOfEvent(event, index, repetition, startMs)).flat(),
  );
  return rows.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

/** The pseudonym that stands for a text in cases. */
export function inventedPseudonym(text: string): string {
  return digest(`patient ${text}`);
}

function rowsOfEvent(event: CaseEvent, index: number, repetition: number, startMs: Milliseconds): readonly AccessRow[] {
  const time = isoOfMs(startMs + event.atMs + repetition * event.everyMs);
  const given = Object.fromEntries([...event.fields].map(([field, value]) => [field, valueAt(value, repetition)] as const));
  const { patient_id: patient, event_id: id, ...fields } = given;
  const row = {
    ...usual,
    ...withoutEmpty(fields),
    time,
    received_at: time,
    event_id: digest(typeof id === 'string' ? `id ${id}` : `event ${index} ${repetition}`),
  };
  return patientsOf(event, patient, index, repetition).map((patient_id) =>
    accessRow.parse({ ...row, patient_id, ...(patient_id !== '' && { key_id: 'case' }) }),
  );
}

function patientsOf({ patients }: CaseEvent, patient: unknown, index: number, repetition: number): readonly string[] {
  if (patients !== undefined)
    return Array.from({ length: patients }, (_, number) => digest(`new ${index} ${repetition} ${number}`));
  return [typeof patient === 'string' && patient !== '' ? inventedPseudonym(patient) : ''];
}

function valueAt(value: CaseValue, repetition: number): unknown {
  if (value.kind === 'value') return value.value;
  return (value.texts[repetition % value.texts.length] ?? '').replaceAll('{n}', String(repetition + 1));
}

function withoutEmpty(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}

/** 32 hexadecimal digits, as event ids and pseudonyms are. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
