import type { AccessValues, JudgedCases, JudgedIncident } from '#libs/access-store/verdicts/judged-cases.js';
import type { Rule } from '#libs/detection/rule/rule.js';
import { isStoredSubject } from '#libs/contracts/vocabulary.js';
import { printable } from '#libs/contracts/visible-text.js';
import { type ExceptedAccount, valuesMax } from './exception-text.js';

/** An authorised case: its incidents that stand, in order of time. */
export interface AuthorisedCase {
  readonly caseId: string;
  readonly incidents: readonly JudgedIncident[];
}

/** The one case that `prefix` names. Throws a sentence for a person where there is none, or another verdict, or more than one. */
export async function authorisedCase(cases: Pick<JudgedCases, 'named'>, prefix: string): Promise<AuthorisedCase> {
  if (!/^[0-9a-f]{4,32}$/.test(prefix))
    throw new Error(
      `"${printable(prefix.slice(0, 50))}" is no id of a case: 32 hexadecimal digits, or the first of them, 4 or more`,
    );
  const incidents = await cases.named(prefix);
  const ids = [...new Set(incidents.map(({ case_id }) => case_id))];
  const [caseId] = ids;
  const verdict = incidents[0]?.verdict;
  if (caseId === undefined)
    throw new Error(`ClickHouse knows no case ${prefix} with an incident that stands: a new one takes seconds to be stored`);
  if (ids.length > 1) throw new Error(`${prefix} begins the id of several cases:\n${ids.map((id) => `  ${id}`).join('\n')}`);
  if (verdict !== 'authorised')
    throw new Error(
      `the verdict of case ${caseId} is ${verdict || 'not known yet'}: an exception is for what is authorised (vigie case resolve ${caseId.slice(0, 8)} --verdict authorised)`,
    );
  return { caseId, incidents };
}

/** The accounts of a case with the values that its accesses have. Throws where the conditions of an incident are not known any more. */
export async function exceptedAccounts(
  cases: Pick<JudgedCases, 'values'>,
  { incidents }: AuthorisedCase,
): Promise<readonly ExceptedAccount[]> {
  const accounts = new Map<string, ExceptedAccount>();
  for (const incident of incidents) {
    const { group_id: groupId, subject_kind: subject, actor_id: actorId, incident_id } = incident;
    if (!isStoredSubject(subject))
      throw new Error(
        `incident ${incident_id} belongs to a block of numbers, which means nothing on another day: write an exception for the accounts or the clinic by hand`,
      );
    const values = await cases.values(incident, valuesMax);
    if (!values)
      throw new Error(
        `ClickHouse does not know the conditions of incident ${incident_id}, so that nobody can say which accesses it is about`,
      );
    const key = JSON.stringify([groupId, subject, actorId]);
    accounts.set(key, { groupId, subject, actorId, values: joined(accounts.get(key)?.values, values) });
  }
  return [...accounts.values()];
}

function joined(one: AccessValues | undefined, other: AccessValues): AccessValues {
  const both = (field: keyof AccessValues) => [...new Set([...(one?.[field] ?? []), ...other[field]])];
  return { clinic_id: both('clinic_id'), action: both('action'), application: both('application') };
}

/** The rules of a case that are in use, in the order of their files. Throws where none is. */
export function ruleIdsOf({ incidents, caseId }: AuthorisedCase, rules: readonly Pick<Rule, 'id'>[]): readonly string[] {
  const fired = new Set(incidents.flatMap((incident) => incident.rules));
  const ids = rules.map(({ id }) => id).filter((id) => fired.has(id));
  if (ids.length === 0)
    throw new Error(
      `none of the rules of case ${caseId} is in use any more (${[...fired].join(', ')}): there is nothing to except`,
    );
  return ids;
}
