import { hash } from 'node:crypto';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { SourceEvent } from './hospital/event.js';

/** 2026-01-05T09:00:00.000Z, a Monday. */
export const aMonday = Date.UTC(2026, 0, 5, 9);

/** An invented pseudonym, the same for the same name. */
export function aPatient(name: string | number): string {
  return hex(`patient ${name}`);
}

/** An invented event id, the same for the same name. */
export function anEventId(name: string | number): string {
  return hex(`event ${name}`);
}

/** A row as it lies in a frame; keys in the order of the contract, whatever the order of the given ones. */
export function anAccessRow(given: Partial<AccessRow> = {}): AccessRow {
  const { time, group_id, actor_id, patient_id, clinic_id, action, outcome, event_id, source, received_at, ...optional } = given;
  const at = time ?? new Date(aMonday).toISOString();
  const patient = patient_id ?? aPatient(1);
  return {
    time: at,
    group_id: group_id ?? 'helix',
    actor_id: actor_id ?? 'nurse.1',
    patient_id: patient,
    clinic_id: clinic_id ?? '990000001',
    action: action ?? 'read',
    outcome: outcome ?? 'success',
    event_id: event_id ?? anEventId(`${at} ${actor_id} ${patient}`),
    source: source ?? 'siem',
    received_at: received_at ?? at,
    ...inOrder(optional),
  };
}

/** An event as a hospital sends it. */
export function anEvent(given: Partial<SourceEvent> = {}): SourceEvent {
  return {
    time: new Date(aMonday).toISOString(),
    group_id: 'helix',
    clinic_id: '990000001',
    actor_id: 'nurse.1',
    actor_role: 'nurse',
    actor_kind: 'human',
    privileged: false,
    action: 'read',
    outcome: 'success',
    patient_ids: ['8123456789012'],
    categories: ['clinical'],
    source_ip: '10.20.1.11',
    device: 'WS-1',
    session_id: 's-1',
    auth: 'smartcard',
    mfa: true,
    application: 'record-platform',
    id: 'event-1',
    ...given,
  };
}

const optionalKeys = [
  'actor_role', 'actor_kind', 'privileged', 'record_count', 'categories', 'purpose', 'emergency', 'source_ip', 'device', 'user_agent',
  'session_id', 'auth', 'mfa', 'application', 'key_id', 'former_id', 'extra', 'time_claimed',
  'care_link', 'own_clinic', 'new_network', 'house_network', 'event_patients', 'id_block',
] as const satisfies readonly (keyof AccessRow)[]; // prettier-ignore

function inOrder(given: Partial<AccessRow>): Partial<AccessRow> {
  return Object.fromEntries(optionalKeys.flatMap((key) => (given[key] === undefined ? [] : [[key, given[key]]])));
}

function hex(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32);
}
