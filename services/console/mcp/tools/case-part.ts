import type { CaseBook, CaseView } from '#libs/cases/case-book.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import { type Answer, refused } from '../../answer/answer.js';
import { findCase, isAnswer } from '../../answer/find-case.js';
import type { Assistant } from '../tokens.js';
import type { Asking } from '../tool.js';
import { clinicIdText } from '../untrusted.js';

/** What an assistant sees of a case: the clinics that are its own, and how many others the case has, of which it is told nothing else. */
export interface Part {
  readonly own: readonly string[];
  readonly others: number;
}

export function partOf({ user }: Assistant, clinics: readonly string[]): Part {
  const own = clinics.filter((clinic) => user.clinics?.includes(clinic) ?? true);
  return { own, others: clinics.length - own.length };
}

/** The two fields by which every tool says it. */
export function partBody({ own, others }: Part): { readonly clinics: readonly string[]; readonly other_clinics: number } {
  return { clinics: own.map(clinicIdText), other_clinics: others };
}

export function isOfGroup({ groupId }: Assistant, { group_id }: Pick<CaseRow, 'group_id'>): boolean {
  return group_id === groupId;
}

/** The case that an id or its first digits lead to, as far as the assistant may see it: of its group, and of a clinic of its own. */
export function caseFor(book: CaseBook, { assistant, now }: Asking, prefix: string): CaseView | Answer {
  const found = findCase(book, prefix, assistant.user, now, ({ group_id }) => group_id === assistant.groupId);
  if (!isAnswer(found)) return found.view;
  const { error, message } = found.body as { readonly error: string; readonly message: string };
  return refused(found.status, error, message);
}
