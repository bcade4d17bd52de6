import { type Answer, refused } from '../../answer/answer.js';
import { findCase, isAnswer } from '../../answer/find-case.js';
import type { CaseSight } from '../../visible/case-sight.js';
import type { SeenCase } from '../../visible/seen-case.js';
import type { Assistant } from '../tokens.js';
import type { Asking } from '../tool.js';
import { clinicIdText } from '../untrusted.js';

/** What an assistant sees of a case or an incident: the clinics that are its own, and how many others there are, of which it is told nothing else. */
export interface Part {
  readonly clinics: readonly string[];
  readonly other_clinics: number;
}

/** The two fields by which every tool says it. */
export function partBody({ clinics, other_clinics }: Part): Part {
  return { clinics: clinics.map(clinicIdText), other_clinics };
}

export function isOfGroup({ groupId }: Assistant, { group_id }: { readonly group_id: string }): boolean {
  return group_id === groupId;
}

/** The case that an id or its first digits lead to, as far as the assistant may see it: of its group, and of a clinic of its own. */
export function caseFor(sight: CaseSight, { assistant, now }: Asking, prefix: string): SeenCase | Answer {
  const found = findCase(sight, prefix, assistant.user, now, ({ group_id }) => group_id === assistant.groupId);
  if (!isAnswer(found)) return found.seen;
  const { error, message } = found.body as { readonly error: string; readonly message: string };
  return refused(found.status, error, message);
}
