import { isStoredSubject, type LaneKind } from '#libs/contracts/vocabulary.js';
import type { Field, Input, Rule } from '../rule/rule.js';
import type { History } from './partition-run.suite.js';

/**
 * The same history with the same rules, grouped by something else than the account; where addresses were counted, accounts are. Of a subject that
 * no store knows nothing may come later than memory holds it, so rules have no lateness of their own there. Accounts alone wake up.
 */
export function inLane(of: History, subject: LaneKind): History {
  const known = new Map<Rule, Rule>();
  const laneOf = (rule: Rule): Rule => {
    const { allowedLatenessMs, dormantMs: _, ...timeless } = rule;
    const made = known.get(rule) ?? {
      ...timeless,
      ...(isStoredSubject(subject) && allowedLatenessMs !== undefined && { allowedLatenessMs }),
      subject,
      ...counting(rule, laneOf),
      ...(rule.unfiltered && { unfiltered: laneOf(rule.unfiltered) }),
    };
    known.set(rule, made);
    return made;
  };
  return { ...of, subject, rules: of.rules.map(laneOf) };
}

function counting(rule: Rule, laneOf: (rule: Rule) => Rule): Pick<Rule, 'field' | 'inputs'> {
  const inputs = rule.inputs.map((input): Input =>
    input.kind === 'rows' ? { ...input, field: input.field.map(counted) } : { ...input, rule: laneOf(input.rule) },
  );
  return {
    field: inputs.flatMap((input) => (input.kind === 'rows' ? input.field : rule.field)).slice(0, rule.field.length),
    inputs,
  };
}

function counted(field: Field): Field {
  return field === 'source_ip' ? 'actor_id' : field;
}
