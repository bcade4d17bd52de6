import { CaseBook } from '#libs/cases/case-book.js';
import { type CaseAction, caseAction } from '#libs/contracts/case-action.js';
import type { CaseStateRow } from '#libs/contracts/case-state-row.js';
import { aChange, anAction, anIncidentId, atMinute } from '#libs/testkit/case-records.js';

const digits = 'c'.repeat(32);
const sha256 = 'd'.repeat(64);

/** A value for each word that an action can have. */
const words: Readonly<Record<string, unknown>> = {
  action_id: digits,
  case_id: anIncidentId('a'),
  group_id: 'aleo',
  actor_id: 'dr.martin',
  by: 'a.durand',
  via: 'console',
  at: atMinute(1),
  seen_version: 3,
  seen_incidents: [{ incident_id: anIncidentId('a'), version: 655_361 }],
  owner: 'b.leroy',
  note_id: digits,
  text: 'asked',
  verdict: 'true_positive',
  reason: 'known',
  not_qualified_reason: 'the controller is closed',
  until: atMinute(60),
  incident_ids: [anIncidentId('b'), anIncidentId('c')],
  incident_id: anIncidentId('b'),
  level: 'low',
  kind: 'containment',
  taken_at: atMinute(2),
  controller_id: '750300123',
  informed_at: atMinute(3),
  by_whom: 'the SOC',
  is_breach: false,
  aware_at: atMinute(4),
  risk: 'high',
  snapshot_id: digits,
  number: 2,
  list_sha256: sha256,
  manifest_sha256: sha256,
  patients: 0,
  exposed: 12,
  authority: 'cnil',
  phase: 'initial',
  sent_at: atMinute(5),
  reference: 'N-1',
  delay_reason: 'late',
  mode: 'letter',
  count: 0,
  first_at: atMinute(6),
  last_at: atMinute(7),
  not_informed_reason: 'encrypted',
  pseudonyms: 5,
  matched: 4,
  unmatched: 1,
  persons: 4,
  deceased: 0,
  minors: 2,
  added: 14,
  removed: 0,
  changed: 2,
  late_clinics: ['750300124'],
  counted: [
    { incident_id: anIncidentId('a'), patients: 7 },
    { incident_id: anIncidentId('b'), patients: 5 },
  ],
  answers: { 'nature.cause': '"other"', 'measures.before': 'null' },
  answers_seen: { 'nature.cause': atMinute(8) },
};

/** Of every type one action with everything that it can say, and one with what it must. */
export function actionsOfEveryType(): readonly CaseAction[] {
  return caseAction.options.flatMap(({ shape }, index) =>
    [true, false].map((full) => {
      const given = Object.entries(shape).flatMap(([key, schema]) => {
        if (key === 'type') return [['type', shape.type.value] as const];
        if (!full && schema.isOptional()) return [];
        if (!(key in words)) throw new Error(`invent a value for ${key}`);
        return [[key, words[key]] as const];
      });
      const action_id = `${full ? 'a' : 'b'}${index}`.padStart(32, '0');
      return caseAction.parse({ ...Object.fromEntries(given), action_id });
    }),
  );
}

/** Cases of every status, and one that was joined to another. */
export function casesOfEveryStatus(): readonly CaseStateRow[] {
  const book = new CaseBook();
  for (const name of ['new', 'taken', 'held', 'resolved', 'joined']) book.addChange(aChange(name, 1));
  for (const name of ['taken', 'held']) book.addAction(anAction(name, 2, { type: 'case.acknowledged' }));
  book.addAction(anAction('held', 3, { type: 'case.held', until: atMinute(90), reason: 'on leave' }));
  book.addAction(anAction('resolved', 3, { type: 'case.resolved', verdict: 'test', reason: 'ours' }));
  book.addAction(anAction('taken', 4, { type: 'case.linked', incident_ids: [anIncidentId('joined')] }));
  return book.states(Date.parse(atMinute(5)));
}
