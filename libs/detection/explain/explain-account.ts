// explain/: what the windows of an account hold, for people who ask why.
// It reads, and changes nothing.

import type { AccountView, RuleView } from '#libs/contracts/accounts/account-view.js';
import type { EngineState } from '../state/engine-state.js';
import type { Ledgers } from '../judge/windows.js';
import { EventAmounts } from '../count/event-amounts.js';
import { figureOf } from '../count/figure.js';
import { isoOfMs } from '../scan/iso-time.js';
import { cellValues } from '../memory/cell-key.js';
import { entryWords, hasOwnSpread, markOf, spreadWords, timeOf } from '../memory/entry.js';
import { hashBytes } from '../scan/keyed-hash.js';
import { viewOf } from '../scan/scan-text.js';
import { anySelection } from '../memory/selection-sets.js';
import { holdsOf } from '../rule/meeting.js';
import { hasAmounts } from '../rule/rule-kinds.js';
import { meets, type Rule } from '../rule/rule.js';
import type { CompiledRule } from '../compile/series.js';
import { outside } from '../scan/outside.js';
import type { AccountNumber, LedgerNumber, Milliseconds } from '../scan/kinds.js';

const dayMs = 86_400_000;
/** How many of the next falls of a count are told. */
const expiringMax = 5;

/** What the windows of an account hold at the newest access of its partition. */
export function explainAccount(state: EngineState, groupId: string, actorId: string): AccountView | undefined {
  const key = Buffer.from(`${JSON.stringify(groupId).slice(1, -1)}","actor_id":"${JSON.stringify(actorId).slice(1, -1)}`);
  const account = state.windows.accounts.find(viewOf(key), 0, key.length, hashBytes(viewOf(key), 0, key.length));
  if (!account) return undefined;
  const at = state.watermark;
  const rules: RuleView[] = [];
  const add = (ledgers: Ledgers, ledger: LedgerNumber, cell: Uint8Array, of: readonly CompiledRule[]): void => {
    for (const rule of of)
      if (rule.raises !== 'suppressed') rules.push(viewOfRule(state, ledgers, ledger, cell, rule, account, at));
  };
  add(state.windows.main, state.windows.index.mainOf(account), new Uint8Array(0), state.compiled.main.rules);
  for (const { series, cell, ledger } of state.windows.othersOf(account))
    add(state.windows.ledgersOf(series), ledger, cell, series.rules);
  const incidents = (state.incidents.byAccount.get(account) ?? []).map((incident) => ({
    incident_id: incident.opening.id,
    state: incident.state,
    patients: incident.patients,
    rules: incident.inOrder.map(({ ruleId }) => ruleId),
  }));
  const newest_time = isoOfMs(state.windows.accounts.newest(account));
  const subject_kind = state.options.subject ?? 'account';
  return { group_id: groupId, subject_kind, actor_id: actorId, newest_time, watermark: isoOfMs(at), rules, incidents };
}

function viewOfRule(
  state: EngineState,
  ledgers: Ledgers,
  ledger: LedgerNumber,
  cell: Uint8Array,
  compiled: CompiledRule,
  account: AccountNumber,
  at: number,
): RuleView {
  const { rule } = compiled;
  const window = ledger ? windowOf(state, ledgers, ledger, compiled, at) : { last: [], spread: 0 };
  const figure = figureAfter(window.last, rule, Number.NEGATIVE_INFINITY);
  const value = Math.floor(figure);
  const habit = habitOf(state, compiled, account, at);
  const atLeast = habit?.told_from ?? Math.floor(rule.condition.atLeast);
  const awake = compiled.dormancy < 0 || state.dormancy.isAwake(account, compiled, at);
  const met = new Set(window.last.map(({ value: words }) => (words[3] ?? outside()) - 1));
  const isMet = (input: number): boolean => met.has(input);
  const reaches = rule.meeting ? holdsOf(rule.meeting, isMet, isMet) : meets(rule.condition, figure);
  const isUsual = habit ? habit.told_from === null || value < habit.told_from : compiled.days && !isUnusual(state, account, at);
  const counts = window.last.length > 0 && reaches && !isUsual && window.spread >= compiled.spreadAtLeast;
  return {
    rule_id: rule.id,
    title: rule.title,
    type: rule.type,
    level: rule.level,
    timespan_seconds: rule.timespanMs / 1000,
    by: Object.fromEntries(cellValues(cell).map((text, place) => [rule.by[place] ?? String(place), text])),
    value,
    threshold: atLeast,
    spread: compiled.spreadAtLeast > 0 ? window.spread : 0,
    spread_threshold: compiled.spreadAtLeast,
    holds: counts && awake,
    missing: Math.max(0, atLeast - value),
    missing_spread: Math.max(0, compiled.spreadAtLeast - window.spread),
    ...(habit && { habit }),
    expiring: expiring(window.last, rule),
  };
}

/** What is told of a rule on the day of the time; undefined of one that asks for no habit. */
function habitOf(state: EngineState, { habit: column }: CompiledRule, account: AccountNumber, at: number): RuleView['habit'] {
  if (column < 0) return undefined;
  const { days } = state;
  if (!days) return { day: Math.floor(at / dayMs), most: 0, told_from: null };
  const { groupId } = state.windows.accounts.names(account);
  const record = days.days.at(account, at);
  if (record > 0) days.settle(record);
  const { day } = days.days.dayOf(groupId, at);
  const least = record > 0 ? days.days.least(record, column) : days.days.leastOf(account, day, column, []);
  const told_from = Number.isFinite(least) ? least : null;
  return record > 0
    ? { day, most: days.days.table.most(record, column), told_from, roles: [...days.days.roles.of(record)].toSorted() }
    : { day, most: 0, told_from };
}

function isUnusual({ days }: EngineState, account: AccountNumber, at: number): boolean {
  return days?.days.isUnusual(account, at) === true;
}

/** A value that was met for the last time at `time`, with this number where entries have one. */
interface Last {
  readonly value: Uint32Array;
  readonly amount: number;
  readonly time: Milliseconds;
}

/** When each distinct value in the window was met last, ascending, and how many spread values it holds. */
function windowOf(
  state: EngineState,
  { store }: Ledgers,
  ledger: LedgerNumber,
  { counted, timespanMs }: CompiledRule,
  at: number,
): { readonly last: readonly Last[]; readonly spread: number } {
  const words = store.words(ledger);
  const start = store.start(ledger);
  const { marks } = state;
  const last = new Map<string, Last>();
  const spread = new Set<string>();
  for (let entry = store.firstAfter(ledger, at - timespanMs); entry < store.length(ledger); entry += 1) {
    const word = start + entry * store.width;
    const mark = markOf(words, word);
    const value = words.subarray(word, word + 4);
    if (counted !== anySelection && (!marks.sets.has(marks.setOf(mark), counted) || value.every((one) => one === 0))) continue;
    const amount = store.amounts ? store.amountAt(words, word) : 0;
    last.set(`${value.join(' ')} ${amount}`, { value, amount, time: timeOf(words, word) });
    if (!store.spreads && marks.clinicOf(mark) !== 0) spread.add(String(marks.clinicOf(mark)));
    if (store.spreads && hasOwnSpread(words, word))
      spread.add(words.subarray(word + entryWords, word + entryWords + spreadWords).join(' '));
  }
  return { last: [...last.values()].toSorted((a, b) => a.time - b.time), spread: spread.size };
}

function expiring(last: readonly Last[], rule: Rule): RuleView['expiring'] {
  const falls: { time: string; value: number }[] = [];
  for (let i = 0; i < last.length && falls.length < expiringMax; i += 1) {
    const time = last[i]?.time ?? 0;
    if (last[i + 1]?.time === time) continue;
    falls.push({ time: isoOfMs(time + rule.timespanMs), value: Math.floor(figureAfter(last, rule, time)) });
  }
  return falls;
}

/** The figure of the values that were met after a time. */
function figureAfter(last: readonly Last[], rule: Rule, after: number): number {
  const left = last.filter(({ time }) => time > after);
  if (!hasAmounts(rule.type)) return left.length;
  const amounts = new EventAmounts(16);
  for (const { value, amount } of left)
    amounts.add(value[0] ?? outside(), value[1] ?? outside(), value[2] ?? outside(), value[3] ?? outside(), amount);
  return figureOf(rule, { value: left.length, amounts });
}
