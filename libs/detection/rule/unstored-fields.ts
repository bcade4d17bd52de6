import { isStoredSubject } from '#libs/contracts/vocabulary.js';
import { kindOf } from '../rules/match/fields.js';
import type { Field, Rule } from './rule.js';

/**
 * Whether the rule, or one whose matches it looks at, counts or groups by a field that lives in the log alone (`id_block`): stored accesses do
 * not have it, so that nobody who judges from the store can find again what the rule found as the accesses came.
 */
export function asksUnstored({ subject, inputs }: Pick<Rule, 'subject' | 'inputs'>): boolean {
  if (!isStoredSubject(subject)) return true;
  return inputs.some((input) => {
    if (input.kind === 'matches') return asksUnstored(input.rule);
    const { by, field, spread } = input;
    return [...by, ...field, ...(spread ? [spread] : [])].some(isUnstored);
  });
}

function isUnstored(field: Field): boolean {
  return kindOf(field) === 'apart';
}
