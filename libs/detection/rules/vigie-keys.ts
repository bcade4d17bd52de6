import type { Field } from '../rule.js';
import { ruleLimits } from './limits.js';
import { shown } from './mistakes.js';
import type { Mistakes } from './mistakes.js';
import { countOf, mapOf, refuseUnknownKeys, textOf, textsOf } from './read-tree.js';
import { countable, refusedOperators } from './value-count.js';
import type { Entry, MapTree } from './yaml-tree.js';

/** What stands under `vigie:` of a correlation; other tools leave it aside. */
export interface VigieKeys {
  readonly spread: { readonly field: Field; readonly atLeast: number } | undefined;
  readonly steps: readonly number[];
  readonly attack: readonly string[];
  readonly runbook: string;
}

const nothing: VigieKeys = { spread: undefined, steps: [], attack: [], runbook: '' };

/** Reads the map `vigie`; what is wrong is noted. */
export function readVigie(map: MapTree, mistakes: Mistakes): VigieKeys {
  const vigie = mapOf(map, 'vigie', mistakes);
  if (!vigie) return nothing;
  const hint = { time_zone: 'time_zone belongs into the vigie map of an event rule, where hour and day are asked' };
  refuseUnknownKeys(vigie, 'vigie', ['spread', 'steps', 'attack', 'runbook'], hint, mistakes);
  return {
    spread: readSpread(vigie, mistakes),
    steps: readSteps(vigie.entries.get('steps'), mistakes),
    attack: readAttack(vigie.entries.get('attack'), mistakes),
    runbook: readRunbook(vigie, mistakes),
  };
}

function readSpread(vigie: MapTree, mistakes: Mistakes): VigieKeys['spread'] {
  const spread = mapOf(vigie, 'spread', mistakes);
  if (!spread) return undefined;
  const hint = { ...refusedOperators, gt: 'gt is not taken in spread: write gte, one higher' };
  refuseUnknownKeys(spread, 'spread', ['field', 'gte'], hint, mistakes);
  const line = vigie.entries.get('spread')?.line ?? spread.line;
  const name = textOf(spread, 'field', mistakes);
  const gte = spread.entries.get('gte');
  if (!spread.entries.has('field')) mistakes.at(line, 'spread has no field: write spread: {field: clinic_id, gte: 2}');
  if (!gte) mistakes.at(line, 'spread has no gte: write spread: {field: clinic_id, gte: 2}');
  const field = name === undefined ? undefined : countable(name, spread.entries.get('field')?.line ?? line, mistakes);
  if (!gte || !field) return undefined;
  if (gte.value.kind === 'scalar' && (gte.value.value === 0 || gte.value.value === 1))
    return mistakes.at(gte.value.line, `spread with gte: ${gte.value.text} always holds: write 2 or more, or leave spread away`);
  const atLeast = countOf(gte.value, 'gte of spread', 2, ruleLimits.countMax, mistakes);
  return atLeast === undefined ? undefined : { field, atLeast };
}

function readSteps(entry: Entry | undefined, mistakes: Mistakes): readonly number[] {
  if (!entry) return [];
  const { value } = entry;
  if (value.kind !== 'list' || value.items.length === 0 || value.items.length > ruleLimits.stepsPerRule) {
    mistakes.at(entry.line, `steps must be a list of 1 to ${ruleLimits.stepsPerRule} numbers such as [40, 400, 4000]`);
    return [];
  }
  const steps: number[] = [];
  for (const item of value.items) {
    const step = countOf(item, 'a step', 1, ruleLimits.countMax, mistakes);
    if (step === undefined) return [];
    const previous = steps.at(-1) ?? 0;
    if (step <= previous) mistakes.at(item.line, `steps must ascend: ${step} follows ${previous}`);
    steps.push(step);
  }
  return steps;
}

function readAttack(entry: Entry | undefined, mistakes: Mistakes): readonly string[] {
  return (textsOf(entry, mistakes) ?? []).map(({ text, line }) => {
    if (!/^T\d{4}(\.\d{3})?$/.test(text))
      mistakes.at(line, `${shown(text)} is no ATT&CK technique: write one such as T1078 or T1078.002`);
    return text;
  });
}

function readRunbook(vigie: MapTree, mistakes: Mistakes): string {
  const path = textOf(vigie, 'runbook', mistakes);
  if (path === undefined) return '';
  if (/^[\w-][\w./-]*\.md$/.test(path) && !path.includes('..')) return path;
  mistakes.at(
    vigie.entries.get('runbook')?.line ?? vigie.line,
    `runbook must be the path of a .md file in this repository, not ${shown(path)}`,
  );
  return '';
}
