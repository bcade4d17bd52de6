import type { CompiledRule } from '../compile/series.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import { inputsOf } from '../rule/meeting.js';
import { outside } from '../scan/outside.js';
import type { LedgerNumber } from '../scan/kinds.js';

interface Sides {
  readonly met: ReadonlySet<number>;
  readonly unmet: ReadonlySet<number>;
}
const known = new WeakMap<CompiledRule, Sides>();

/** Whether the rule is judged at entries of this value; those of inputs that it only asks to be absent are no time of it. `v3`: their last word. */
export function isAnchor(rule: CompiledRule, v3: number): boolean {
  return !rule.rule.meeting || sidesOf(rule).met.has(v3 - 1);
}

/** Whether an entry of this value may keep the rule from holding before it. */
export function forbids(rule: CompiledRule, v3: number): boolean {
  return rule.forwardMs > 0 && sidesOf(rule).unmet.has(v3 - 1);
}

/** The inputs of entries above `after` and up to `until`. */
export function metBetween(ledgers: LedgerStore, ledger: LedgerNumber, after: number, until: number): ReadonlySet<number> {
  const words = ledgers.words(ledger);
  const start = ledgers.start(ledger);
  const met = new Set<number>();
  const end = ledgers.firstAfter(ledger, until);
  for (let index = ledgers.firstAfter(ledger, after); index < end; index += 1)
    met.add((words[start + index * ledgers.width + 3] ?? outside()) - 1);
  return met;
}

function sidesOf(rule: CompiledRule): Sides {
  const { meeting } = rule.rule;
  const before = known.get(rule);
  if (before || !meeting) return before ?? { met: new Set(), unmet: new Set() };
  const sides = { met: inputsOf(meeting, 'met'), unmet: inputsOf(meeting, 'unmet') };
  known.set(rule, sides);
  return sides;
}
