import type { CaseAction, CaseActionBody } from '#libs/contracts/case-action.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { aMonday } from './builders.js';

/** The id of an invented incident, and of its case, the same for the same name. */
export function anIncidentId(name: string | number): string {
  return hex128Of(`incident ${name}`);
}

/** Minutes after 2026-01-05T09:00Z as an instant. */
export function atMinute(minute: number): string {
  return new Date(aMonday + Math.round(minute * 60_000)).toISOString();
}

/** A change of an invented incident: `minute` is the wall time of the decision. */
export function aChange(
  incident: string,
  version: number,
  given: Partial<IncidentChange> & { readonly minute?: number } = {},
): IncidentChange {
  const { minute = version, ...rest } = given;
  const type = given.change_type ?? (version === 1 ? 'incident.opened' : 'incident.step');
  return {
    incident_id: anIncidentId(incident),
    group_id: 'aleo',
    subject_kind: 'account',
    accounts: [],
    account_count: 1,
    actor_id: 'dr.martin',
    state: 'open',
    first_time: atMinute(0),
    last_time: atMinute(minute),
    detected_at: atMinute(minute),
    patients: 40,
    patients_at_firing: 40,
    patients_at_detection: 40,
    clinics: ['750300123'],
    categories: ['identity'],
    rules: ['mass-access-10m'],
    rule_matches: [],
    rule_selections: ['b'.repeat(32)],
    selections: ['b'.repeat(32)],
    level: 'high',
    step: 40,
    found: 'live',
    late_seconds: 0,
    detection_delay_seconds: 0.4,
    merged_into: '',
    suppressed_by: [],
    change_type: type,
    change_id: hex128Of(`change ${incident} ${version} ${type}`),
    changed_at: atMinute(minute),
    version,
    received_at: atMinute(minute),
    ...rest,
  };
}

/** What somebody does with an invented case at a minute; `seen` is the newest version of its incident that lay before, and 1 of those that it links. */
export function anAction(
  incident: string,
  minute: number,
  body: CaseActionBody,
  given: Partial<CaseAction> & { readonly seen?: number; readonly key?: string } = {},
): CaseAction {
  const { seen = 1, key = `${minute}`, ...rest } = given;
  const linked = body.type === 'case.linked' ? body.incident_ids : [];
  return {
    ...body,
    action_id: hex128Of(`action ${incident} ${body.type} ${key}`),
    case_id: anIncidentId(incident),
    group_id: 'aleo',
    actor_id: 'dr.martin',
    by: 'a.durand',
    via: 'console',
    at: atMinute(minute),
    seen_version: 1_000_000,
    seen_incidents: [
      { incident_id: anIncidentId(incident), version: seen },
      ...linked.map((incident_id) => ({ incident_id, version: 1 })),
    ],
    ...rest,
  } as CaseAction;
}
