import type { FeedGap } from '#libs/contracts/vocabulary.js';
import type { Field } from '../rules/match/fields.js';
import { neverMet } from '../rules/match/undecided.js';
import type { Rule, RowsInput } from './rule.js';

/** Fields that no access of such a feed has. What the ingestors say of networks they say of addresses; an outcome is then `unknown`. */
const absentFields: Readonly<Record<FeedGap, readonly Field[]>> = {
  actor_role: ['actor_role'],
  session_id: ['session_id'],
  source_ip: ['source_ip', 'new_network', 'house_network'],
  one_source_ip: ['new_network'],
  outcome: ['outcome'],
  care_link: ['care_link'],
};

const nothing: ReadonlySet<string> = new Set();

/** Rules that hold on nothing that a feed with such a gap tells, whatever is done there; in their order. */
export function blindRules(rules: readonly Rule[], gap: FeedGap): readonly Rule[] {
  return rules.filter((rule) => rule.raises && isBlind(rule, gap));
}

function isBlind(rule: Rule, gap: FeedGap): boolean {
  if (gap === 'one_source_ip' && asksSeveralAddresses(rule)) return true;
  return rule.inputs.every((input) => (input.kind === 'matches' ? isBlind(input.rule, gap) : isEmpty(rule, input, gap)));
}

/** Whether none of its accesses takes part. */
function isEmpty({ subject }: Rule, { selection, by, field, spread }: RowsInput, gap: FeedGap): boolean {
  const absent = new Set<string>(absentFields[gap]);
  if ([subject, ...by, ...field, ...(spread ? [spread] : [])].some((one) => absent.has(one))) return true;
  // What an empty list leaves nothing of is no fault of the feed.
  return selection.tree !== undefined && neverMet(selection.tree, absent) && !neverMet(selection.tree, nothing);
}

function asksSeveralAddresses({ field, condition, spread }: Rule): boolean {
  return (
    (field.length === 1 && field[0] === 'source_ip' && condition.atLeast > 1) ||
    (spread?.field === 'source_ip' && spread.atLeast > 1)
  );
}
