import type { Input, Rule } from '../rule/rule.js';
import type { LoadedRules } from './load/load-rules.js';
import { anyOf, shown } from './text/mistakes.js';

/** What another set of rules changes, by title, for a line of the log: `added "A"; removed "B" and "C"; changed "D"`, or `nothing changed`. */
export function describeChange(before: Pick<LoadedRules, 'rules'>, after: Pick<LoadedRules, 'rules'>): string {
  const old = new Map(before.rules.map((rule) => [rule.id, rule]));
  const ids = new Set(after.rules.map(({ id }) => id));
  const added = after.rules.filter(({ id }) => !old.has(id));
  const removed = before.rules.filter(({ id }) => !ids.has(id));
  const changed = after.rules.filter((rule) => {
    const known = old.get(rule.id);
    return known !== undefined && meaningOf(known) !== meaningOf(rule);
  });
  const parts = [said('added', added), said('removed', removed), said('changed', changed)].filter((part) => part !== '');
  return parts.length === 0 ? 'nothing changed' : parts.join('; ');
}

function said(what: string, rules: readonly Rule[]): string {
  return rules.length === 0
    ? ''
    : `${what} ${anyOf(
        rules.map(({ title }) => shown(title)),
        'and',
      )}`;
}

/** All of a rule but where it stands; equal texts are equal rules. */
function meaningOf(rule: Rule): string {
  const { file: _file, line: _line, unfiltered: _unfiltered, selection, inputs, exceptions, ...rest } = rule;
  return JSON.stringify([
    rest,
    rest.condition.atMost === Number.POSITIVE_INFINITY,
    selection.id,
    inputs.map(meaningOfInput),
    exceptions.map(({ excluded, title, owner, reason, expiresMs }) => [title, owner, reason, expiresMs, excluded.id]),
  ]);
}

function meaningOfInput(input: Input): unknown {
  return input.kind === 'rows' ? { ...input, selection: input.selection.id } : { ...input, rule: meaningOf(input.rule) };
}
