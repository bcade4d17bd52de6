import { dayMsMax } from '../rule/reach.js';
import type { CompiledRule, CompiledSeries } from './series.js';

/**
 * How far back windows reach that begin empty when other rules come, or that nobody raised anything over, milliseconds; undefined where none
 * do: what a rule would have raised is found whether or not another one kept its windows.
 */
export function freshWindowsMs(before: CompiledSeries, after: CompiledSeries): number | undefined {
  const known = new Set(before.others.map(({ key }) => key));
  const selections = new Set(before.live.map(({ selection }) => selection.id));
  const raised = new Set(before.rules.map(nameOf));
  const counted = new Set(before.dayCounts.map(({ key }) => key));
  const fresh = [
    ...(after.live.some(({ selection }) => !selections.has(selection.id)) ? [after.main.horizonMs] : []),
    ...after.others.filter(({ key }) => !known.has(key)).map(({ horizonMs }) => horizonMs),
    ...after.rules.filter((rule) => rule.raises !== 'nothing' && !raised.has(nameOf(rule))).map(({ series }) => series.horizonMs),
    // What a day holds at most is known where all of it has been seen.
    ...after.dayCounts
      .filter(({ key }) => !counted.has(key))
      .flatMap(({ rule }) => (rule ? [rule.series.horizonMs + dayMsMax] : [])),
    ...after.rules.filter((rule) => hasNotWatched(before, rule)).map(({ series }) => series.horizonMs),
  ];
  return fresh.length === 0 ? undefined : Math.max(...fresh);
}

function nameOf({ raises, key }: CompiledRule): string {
  return `${raises} ${key}`;
}

/** Whether nobody watched until now how long accounts sleep in the sense of the rule. */
function hasNotWatched({ dormancies, selectionIds }: CompiledSeries, { rule: { dormantMs, selection } }: CompiledRule): boolean {
  if (dormantMs === undefined) return false;
  return !dormancies.some((one) => selectionIds[one.selection] === selection.id && one.dormantMs <= dormantMs);
}
