import type { EngineOptions } from '#libs/detection/engine.js';
import type { Rule } from '#libs/detection/rule.js';

/** How far back accesses decide: the longest window, or the time for which an account must have slept, and the quiet time of incidents. */
export function horizonMs({ rules, quietMs, allowedLatenessMs }: EngineOptions): number {
  const reach = (rule: Rule): number =>
    rule.timespanMs +
    (rule.dormantMs ?? 0) +
    Math.max(0, ...rule.inputs.map((input) => (input.kind === 'matches' ? reach(input.rule) : 0)));
  return Math.max(quietMs, ...rules.map((rule) => reach(rule))) + allowedLatenessMs;
}

/** What decides which windows a set of rules needs: a rule whose key is not among those of a snapshot begins with an empty window. */
export function windowKeys(rules: readonly Rule[]): readonly string[] {
  return [...new Set(rules.map((rule) => keyOf(rule)))].toSorted();
}

function keyOf(rule: Rule): string {
  const inputs = rule.inputs.map((input) =>
    input.kind === 'rows'
      ? [input.selection.id, input.by, input.field, input.spread ?? '']
      : [keyOf(input.rule), input.by, input.field, input.spread ?? ''],
  );
  const { type, timespanMs, dormantMs, exceptions, unfiltered } = rule;
  return JSON.stringify([
    type, inputs, timespanMs, dormantMs ?? 0, exceptions.map(({ id, excluded, expiresMs }) => [id, excluded.id, expiresMs]),
    unfiltered ? keyOf(unfiltered) : '',
  ]); // prettier-ignore
}
