import type { Rule } from './rule.js';

/** Ids of every selection that the rules look at, inner rules, exceptions and rules without their exceptions included. */
export function selectionIdsOf(rules: readonly Rule[]): readonly string[] {
  const ids = new Set<string>();
  const visit = (rule: Rule): void => {
    ids.add(rule.selection.id);
    for (const { excluded } of rule.exceptions) ids.add(excluded.id);
    for (const input of rule.inputs)
      if (input.kind === 'rows') ids.add(input.selection.id);
      else visit(input.rule);
    if (rule.unfiltered) visit(rule.unfiltered);
  };
  rules.forEach(visit);
  return [...ids];
}
