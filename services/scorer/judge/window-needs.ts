import type { EngineOptions } from '#libs/detection/engine.js';
import { readFrom, reachOf } from '#libs/detection/rule/reach.js';
import { lanesOf, type Rule, rulesOf } from '#libs/detection/rule/rule.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import { termsOf } from '#libs/detection/rule/terms.js';
import type { LaneKind } from '#libs/contracts/vocabulary.js';

/** From where on to read what windows need that are to be full from `fromMs` on. */
export function windowsFrom(fromMs: number, options: Pick<EngineOptions, 'rules' | 'subject'>): ReturnType<typeof readFrom> {
  return readFrom(fromMs, reachOf(rulesOf(options)).sleepers);
}

/** How far back every access decides: the longest window and the quiet time of incidents, milliseconds. */
export function windowsMs(options: EngineOptions): number {
  const reach = reachOf(rulesOf(options));
  return Math.max(options.quietMs, reach.windowsMs + reach.forwardMs) + options.allowedLatenessMs;
}

/** How far back any access decides, by how long its account has slept too, milliseconds. */
export function horizonMs(options: EngineOptions): number {
  return -windowsFrom(-windowsMs(options), options).fromMs;
}

/** What decides which windows a set of rules needs: a rule whose key is not among those of a snapshot begins with an empty window. */
export function windowKeys(rules: readonly Rule[]): readonly string[] {
  return [...new Set(rules.map((rule) => keyOf(rule)))].toSorted();
}

/**
 * By what a set of rules raises incidents: one whose key is not among those of a snapshot has raised nothing over the windows there, as where only its
 * threshold was another. Digests, 32 hexadecimal digits.
 */
export function raisingKeys(rules: readonly Rule[]): readonly string[] {
  const keys = rules.filter(({ raises }) => raises).map((rule) => JSON.stringify(raisingOf(rule)));
  return [...new Set(keys.map((key) => hex128Of(key)))].toSorted();
}

function raisingOf(rule: Rule): unknown {
  const inner = rule.inputs.map((input) => (input.kind === 'matches' ? raisingOf(input.rule) : ''));
  return [rule.id, keyOf(rule), termsOf(rule), inner];
}

/** The kinds of subject of which rules need accesses that rules of these keys did not. */
export function newLanes(rules: readonly Rule[], known: ReadonlySet<string>): readonly LaneKind[] {
  return lanesOf(rules).filter((subject) => windowKeys(rulesOf({ rules, subject })).some((key) => !known.has(key)));
}

function keyOf(rule: Rule): string {
  const inputs = rule.inputs.map((input) =>
    input.kind === 'rows'
      ? [input.selection.id, input.by, input.field, input.spread ?? '']
      : [keyOf(input.rule), input.by, input.field, input.spread ?? ''],
  );
  const { type, subject, timespanMs, dormantMs, exceptions, unfiltered } = rule;
  return JSON.stringify([
    type, inputs, timespanMs, dormantMs ?? 0, exceptions.map(({ id, excluded, expiresMs }) => [id, excluded.id, expiresMs]),
    unfiltered ? keyOf(unfiltered) : '', ...(subject === 'account' ? [] : [subject]),
  ]); // prettier-ignore
}
