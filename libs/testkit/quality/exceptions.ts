import type { Rule } from '#libs/detection/rule/rule.js';
import type { AnnouncedWork } from '../hospital/announced.js';

/** The clock on the wall of the simulated hospital. */
const timeZone = 'Europe/Paris';
const wallDay = new Intl.DateTimeFormat('en', { timeZone, day: 'numeric' });

/** What an announced access looks like, as far as rules may ask. */
const announcedRows = (['export', 'read'] as const).flatMap((action) =>
  [
    {},
    { own_clinic: false },
    { event_patients: 200 },
    { own_clinic: false, event_patients: 200 },
    { house_network: true },
    { patient_id: '' },
  ].map((more) => ({
    action,
    outcome: 'success' as const,
    patient_id: '0'.repeat(32),
    record_count: 1_000,
    care_link: 'none' as const,
    ...more,
  })),
);

/**
 * Exceptions as a hospital writes them down when it hears of the work: a Sigma filter for each kind of work, with who answers for it and an
 * end, for the rules that such work would meet. A recall list counts for its account, clinic and day alone.
 */
export function exceptionDocuments(work: readonly AnnouncedWork[], rules: readonly Rule[]): string {
  const of = (name: AnnouncedWork['name']) => work.filter((one) => one.name === name);
  const documents = [
    documentOf('recall_list', 'Recall lists, ordered by the clinics, are exported and worked through', 'head of the outpatient department', of('recall_list'), rules),
    documentOf('migration', 'Mandated migration of the records to another product', 'head of information systems', of('migration'), rules),
    documentOf('merger', 'Two registers are merged, and doubles are looked for', 'head of admissions', of('merger'), rules),
    documentOf('audit', 'Records of every ward are read for the certification', 'head of quality', of('audit'), rules),
    documentOf('research', 'Two physicians read records for a study', 'head of research', of('research'), rules),
    documentOf('device_recall', 'Patients of one clinic are called back for a device, by secretaries of all', 'head of quality', of('device_recall'), rules),
  ]; // prettier-ignore
  return documents.filter(Boolean).join('\n---\n');
}

function documentOf(name: string, reason: string, owner: string, work: readonly AnnouncedWork[], rules: readonly Rule[]): string {
  if (work.length === 0) return '';
  const reached = rules.filter(({ selection }) =>
    work.some(({ actorId }) => announcedRows.some((row) => selection.matches({ ...row, actor_id: actorId }))),
  );
  if (reached.length === 0) return '';
  return [
    `title: ${reason}`,
    `name: announced_${name}`,
    'logsource: {product: ehr}',
    'filter:',
    `  rules: [${reached.map(({ id }) => id).join(', ')}]`,
    ...work.flatMap(({ actorId, clinicId, untilMs }, index) => [
      `  announced_${index + 1}:`,
      `    actor_id: '${actorId}'`,
      ...(clinicId === undefined ? [] : [`    clinic_id: '${clinicId}'`]),
      ...(name === 'recall_list' ? [`    time|day: ${wallDay.format(untilMs - 1)}`] : []),
    ]),
    '  condition: not 1 of announced_*',
    'vigie:',
    `  expires: ${new Date(Math.max(...work.map(({ untilMs }) => untilMs))).toISOString()}`,
    `  owner: ${owner}`,
    `  reason: ${reason}`,
    `  time_zone: ${timeZone}`,
  ].join('\n');
}
