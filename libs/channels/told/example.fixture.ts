import type { CaseMessage } from '#libs/contracts/case-message.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import type { Manner } from './told.js';

/** The case of the documentation, with what differs. */
export function aCase(given: Partial<CaseRow> = {}): CaseRow {
  return {
    case_id: '3f0c6a1b9d2e4f58a7b6c5d4e3f20111',
    group_id: 'aleo',
    subject_kind: 'account',
    actor_id: 'dr.martin',
    account_count: 1,
    title: 'One account reads many patients across several clinics',
    status: 'new',
    verdict: '',
    owner: '',
    level: 'high',
    controllers: ['750300123', '750300124'],
    incident_ids: ['3f0c6a1b9d2e4f58a7b6c5d4e3f20111'],
    rules: ['mass-access-10m'],
    rule_titles: given.rules ?? ['mass-access-10m'],
    clinics: ['750300123', '750300124'],
    patients: 400,
    patients_settled: true,
    step: 400,
    first_time: '2026-11-23T08:00:03.120Z',
    last_time: '2026-11-23T08:31:10.400Z',
    opened_at: '2026-11-23T08:06:41.310Z',
    acknowledge_by: '2026-11-23T08:46:10.655Z',
    acknowledged_at: null,
    acknowledged_by: '',
    resolved_at: null,
    resolved_by: '',
    on_hold_until: null,
    reopened: 0,
    version: 2,
    changed_at: '2026-11-23T08:31:10.655Z',
    ...given,
  };
}

/** The message of the documentation: the case has grown. */
export function aMessage(given: Partial<CaseMessage> = {}): CaseMessage {
  return {
    send_id: '7c1f0e9d8b7a46958473625140f3e2d1',
    kind: 'grew',
    at: '2026-11-23T08:31:10.655Z',
    case: aCase(),
    change_id: '5b2e8f6a1c3d4e7f9a0b1c2d3e4f5a6b',
    change_type: 'incident.step',
    ...given,
  };
}

export function aManner(given: Partial<Manner> = {}): Manner {
  return {
    actor: 'full',
    locale: 'en',
    timezone: 'Europe/Paris',
    maskKey: Buffer.alloc(32, 7),
    consoleUrl: 'https://vigie.example',
    ...given,
  };
}
