import { breachFacts } from './breach-facts.js';
import type { DossierInput } from './dossier.js';
import { someFigures } from './figures.fixture.js';
import { listColumns } from './manifest.js';

const at = '2026-11-27T18:00:00.000Z';

/** What the dossier of an invented clinic is made of, anew at every call: nothing of one rendering may stay for the next. */
export function aDossierInput(): DossierInput {
  const controller = {
    group_id: 'aleo', controller_id: 'nord', name: 'Clinique du Nord', siren: '123456789', legal_representative: 'D. Petit', dpo_name: 'E. Roux',
    dpo_email: 'dpo@nord.example', dpo_phone: '', joint_with: [] as string[], processor_of: [] as string[], nis2: 'none', ars: '',
  } as const; // prettier-ignore
  const digest = 'a'.repeat(64);
  const figures = someFigures({ patients: 14, exposed: 12, attempted: 2, displayed: 12 });
  const machine = { firstTime: '2026-11-19T07:00:00.000Z', detectedAt: at, firstToldAt: at, acknowledgedAt: undefined };
  return {
    manifest: {
      format: 'vigie.manifest.v1',
      vigie: '0.1.0',
      snapshot_id: '1'.repeat(32),
      group_id: 'aleo',
      case_id: '2'.repeat(32),
      controller_id: 'nord',
      number: 1,
      kind: 'initial',
      frozen_at: '2026-11-27T20:00:00.000Z',
      frozen_by: 'dpo',
      scope: { version: 0 },
      settled: 'settled',
      selections: [],
      rules: [],
      stored_through: [],
      previous_sha256: '',
      incidents: [
        {
          incident_id: '2'.repeat(32),
          version: 1,
          state: 'closed',
          actor_id: 'dr.martin',
          first_time: machine.firstTime,
          last_time: at,
          patients: 14,
          listed: 14,
          selections: [],
        },
      ],
      figures: { controller: figures, clinics: [{ clinic_id: 'nord', figures }] },
      list: { columns: listColumns, lines: 14, sha256: digest, rows_sha256: digest },
    },
    manifestSha256: digest,
    controller,
    facts: breachFacts(controller, machine, []),
    clocks: [],
    actions: [],
    seen: { categories: ['identity', 'lab'], actions: ['read'], accesses: 40 },
    rules: ['Many patients <in> "several" clinics'],
    ongoing: false,
    truePositive: true,
    answers: {},
  };
}
