import type { AccessValues } from '#libs/access-store/verdicts/judged-cases.js';
import { type StoredSubject, subjectColumns } from '#libs/contracts/vocabulary.js';
import { isoOf } from '#libs/runtime/clock.js';

/** An account of a case, and the values that the accesses of the case have. */
export interface ExceptedAccount {
  readonly groupId: string;
  readonly subject: StoredSubject;
  /** The account, or the address, device, session or clinic. */
  readonly actorId: string;
  readonly values: AccessValues;
}

export interface ProposedException {
  readonly caseId: string;
  readonly accounts: readonly ExceptedAccount[];
  /** Ids of correlations. */
  readonly ruleIds: readonly string[];
  readonly owner: string;
  readonly expiresMs: number;
  readonly reason: string;
}

/** A field with more values than this is left out of an exception: nobody would read them. */
export const valuesMax = 20;

/**
 * The exception as a document of a rule file, a Sigma filter. It is as narrow as the case: its accounts by their exact names, and of each the clinics, actions
 * and applications that its accesses have, where each of them has one and there are at most 20.
 */
export function exceptionText({ caseId, accounts, ruleIds, owner, expiresMs, reason }: ProposedException): string {
  return [
    `title: 'Authorised: case ${caseId}'`,
    `name: authorised_${caseId}`,
    'logsource: { product: ehr }',
    'filter:',
    `  rules: [${ruleIds.map(quoted).join(', ')}]`,
    '  selection:',
    ...accounts.flatMap(accountLines),
    '  condition: not selection',
    'vigie:',
    `  expires: ${isoOf(expiresMs)}`,
    `  owner: ${quoted(owner)}`,
    `  reason: ${quoted(reason)}`,
    '',
  ].join('\n');
}

function accountLines({ groupId, subject, actorId, values }: ExceptedAccount): readonly string[] {
  return [
    `    - group_id|cased: ${literal(groupId)}`,
    `      ${subjectColumns[subject]}|cased: ${literal(actorId)}`,
    ...Object.entries(values).flatMap(([field, given]) => (field === subjectColumns[subject] ? [] : valueLine(field, given))),
  ];
}

function valueLine(field: string, values: readonly string[]): readonly string[] {
  if (values.length === 0 || values.length > valuesMax || values.includes('')) return [];
  return [`      ${field}|cased: [${values.toSorted().map(literal).join(', ')}]`];
}

/** A text that means itself: without this, an account with a star in its name would be a pattern. */
function literal(text: string): string {
  return quoted(text.replaceAll(/[\\*?]/g, String.raw`\$&`));
}

/** In double quotes JSON is YAML, but for characters that YAML does not take as they are. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, escaped);
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
