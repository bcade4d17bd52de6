import type { EngineState } from '../state/engine-state.js';
import type { CompiledRule, CompiledSeries } from '../compile/series.js';
import { copied } from '../memory/grown.js';
import { noCell } from '../memory/cell-key.js';
import { timeOf } from '../memory/entry.js';
import { wakesUp } from '../rule/reach.js';
import { asksUnstored } from '../rule/unstored-fields.js';
import { nameOf, replaceLedgers, type Whole } from './replace-ledgers.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/** Whether more accesses can undo what the rule held: it waits for them, or they cut a silence. */
export function canBeUndone({ waitsMs, rule }: CompiledRule): boolean {
  return waitsMs > 0 || wakesUp(rule);
}

/** Numbers of the series that take matches of such rules: what was undone must not be counted there any more. */
export function undoneSeries(compiled: CompiledSeries): ReadonlySet<number> {
  return seriesOf(compiled, canBeUndone);
}

/** Series that take matches of some rules, without those of which history cannot know all: a rule asks for what no store has. */
function seriesOf({ rules }: CompiledSeries, is: (rule: CompiledRule) => boolean): ReadonlySet<number> {
  const unknown = fedBy(rules.filter(({ rule }) => asksUnstored(rule)));
  return new Set([...fedBy(rules.filter(is))].filter((series) => !unknown.has(series)));
}

function fedBy(rules: readonly CompiledRule[]): ReadonlySet<number> {
  return new Set(rules.flatMap(({ feeds }) => feeds.map(({ series }) => series.index)));
}

/** A stretch of event time, both ends included. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The entries of a ledger, by time; within the stretch those of another. */
export function withStretch(own: Uint32Array, other: Uint32Array, width: number, { from, to }: Stretch): Uint32Array {
  const inner = other.subarray(placeAfter(other, width, from - 1), placeAfter(other, width, to));
  const before = own.subarray(0, placeAfter(own, width, from - 1));
  const after = own.subarray(placeAfter(own, width, to));
  const made = new Uint32Array(before.length + inner.length + after.length);
  made.set(before);
  made.set(inner, before.length);
  made.set(after, before.length + inner.length);
  return made;
}

/**
 * Takes over which matches an account's history holds within the stretch: what a late access undid, and what windows were too short for when it
 * came. `found`: the account there, 0 where it has none.
 */
export function takeMatches(
  live: EngineState,
  account: AccountNumber,
  history: EngineState,
  found: number,
  stretch: Stretch,
): void {
  const fed = seriesOf(live.compiled, () => true);
  if (fed.size === 0) return;
  const held = new Map(wholesOf(live, account).map((one) => [nameOf(one), one]));
  const past = new Map((found ? wholesOf(history, found) : []).map((one) => [nameOf(one), one]));
  let isOther = false;
  for (const [name, { series, cell }] of [...held, ...past]) {
    if (!fed.has(series.index)) continue;
    const own = held.get(name)?.entries ?? none;
    const { width } = live.windows.ledgersOf(series).store;
    const entries = withStretch(own, past.get(name)?.entries ?? none, width, stretch);
    isOther ||= Buffer.compare(bytesOf(entries), bytesOf(own)) !== 0;
    held.set(name, { series, cell, entries });
  }
  if (!isOther) return;
  live.countGrown();
  live.settler.forget(new Set([account]));
  // Copies: what entries and cells lie in is used again as soon as the account lets go of it.
  const wholes = [...held.values()].map(({ series, cell, entries }) => ({
    series,
    cell: copied(cell, 0, cell.length),
    entries: entries.slice(),
  }));
  replaceLedgers(live, account, wholes);
}

const none = new Uint32Array(0);

/** As they lie in memory. */
function wholesOf({ windows, compiled }: EngineState, account: AccountNumber): readonly Whole[] {
  const main = windows.index.mainOf(account);
  const shared = main ? [{ series: compiled.main, cell: noCell.bytes, entries: windows.main.store.slice(main) }] : [];
  const others = [...windows.othersOf(account)].map(({ series, cell, ledger }) => ({
    series,
    cell,
    entries: windows.ledgersOf(series).store.slice(ledger),
  }));
  return [...shared, ...others];
}

function placeAfter(entries: Uint32Array, width: number, time: Milliseconds): number {
  let at = 0;
  while (at < entries.length && timeOf(entries, at) <= time) at += width;
  return at;
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
