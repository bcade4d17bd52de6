import type { AnnouncedWork } from '../hospital/announced.js';

const reasons: Readonly<Record<AnnouncedWork['name'], string>> = {
  recall_list: 'A recall list, ordered by the clinic, is exported and worked through',
  migration: 'Mandated migration of the records to another product',
};
const owners: Readonly<Record<AnnouncedWork['name'], string>> = {
  recall_list: 'head of the outpatient department',
  migration: 'head of information systems',
};

/**
 * Exceptions as a hospital writes them down when it hears of the work: a Sigma filter for the account, in the clinic concerned, for the
 * rules that are given by id, which ends with the work.
 */
export function exceptionDocuments(work: readonly AnnouncedWork[], ruleIds: readonly string[]): string {
  return work
    .map(({ name, actorId, clinicId, untilMs }, index) => {
      const until = new Date(untilMs).toISOString();
      return [
        `title: ${reasons[name]}, until ${until}`,
        `name: announced_${name}_${index + 1}`,
        'filter:',
        `  rules: [${ruleIds.join(', ')}]`,
        '  announced:',
        `    actor_id: '${actorId}'`,
        ...(clinicId === undefined ? [] : [`    clinic_id: '${clinicId}'`]),
        '  condition: not announced',
        'vigie:',
        `  expires: ${until}`,
        `  owner: ${owners[name]}`,
        `  reason: ${reasons[name]}`,
      ].join('\n');
    })
    .join('\n---\n');
}
