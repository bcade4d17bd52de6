import type { RuleView, UsualView } from '#libs/contracts/accounts/account-view.js';
import { isFigure } from '#libs/detection/rule/rule-kinds.js';
import { count, durationText } from '../backtest/rate-progress.js';
import type { AccountAnswer } from '#libs/scorer-views/ask-scorers.js';

/** Characters of the bar of a rule, and of a line at most. */
const barWidth = 20;
const widthMax = 100;
/** Windows that are shown of one rule. */
const shownOfRule = 3;
/** Stands for a blank at which a line is not broken. */
const unbroken = '\u00a0';

/** The view for people, at most 100 characters wide. Times are UTC. */
export function textOf(answer: AccountAnswer): string {
  const { group_id, subject_kind, actor_id, rules, incidents, watermark } = answer;
  const near = rules.toSorted((a, b) => Number(b.holds) - Number(a.holds) || shareOf(b) - shareOf(a));
  const lines = [
    `${subject_kind === 'account' ? '' : `${subject_kind} `}${actor_id} of ${group_id}`,
    ...freshness(answer),
    '',
    ...(incidents.length > 0
      ? incidents.flatMap((incident) => incidentLines(incident, rules))
      : ['no incident that may still grow']),
    '',
    ...(near.length > 0
      ? near.flatMap((rule) => nearestLines(rule, near, watermark))
      : ['no rule has anything of this account in its window']),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** Nothing of the windows of a rule behind its first few: an account that empties a register has hundreds of those that go by blocks of numbers. */
function nearestLines(rule: RuleView, near: readonly RuleView[], watermark: string): readonly string[] {
  const own = near.filter(({ rule_id: id }) => id === rule.rule_id);
  const place = own.indexOf(rule);
  if (place >= shownOfRule) return [];
  const more = own.length - shownOfRule;
  const lines = ruleLines(rule, watermark);
  if (place < shownOfRule - 1 || more <= 0) return lines;
  return [...lines, `  and ${count(more)} more window(s) of this rule, no nearer to its threshold; --format json has them`, ''];
}

function freshness({
  newest_time,
  watermark,
  as_of,
  newest_received_at,
  windows_filling,
  rejudgement_waiting,
}: AccountAnswer): readonly string[] {
  const behind = as_of && newest_received_at ? (Date.parse(as_of) - Date.parse(newest_received_at)) / 1000 : undefined;
  return [
    `  newest access that a rule looks at   ${secondOf(newest_time)}`,
    `  windows stand at                     ${secondOf(watermark)}, the newest access of the partition`,
    ...(as_of
      ? [
          `  asked at                             ${secondOf(as_of)}${behind === undefined ? '' : `, newest access received ${durationText(behind)} before`}`,
        ]
      : []),
    ...(windows_filling ? ['  ! windows still lack accesses of the past and are being filled: counts may be too low'] : []),
    ...(rejudgement_waiting ? ['  ! late accesses of this account wait to be judged again with its history'] : []),
  ];
}

function incidentLines(
  { incident_id, state, patients, rules }: AccountAnswer['incidents'][number],
  views: readonly RuleView[],
): readonly string[] {
  const titles = rules.map((id) => views.find(({ rule_id }) => rule_id === id)?.title ?? id);
  return [
    `incident ${incident_id}  ${state}, ${patientsText(patients)}`,
    ...titles.flatMap((title) => wrapped(`  ${title}`, '    ')),
  ];
}

function ruleLines(rule: RuleView, watermark: string): readonly string[] {
  const { title, level, type, timespan_seconds, value, threshold, spread, spread_threshold, by, expiring } = rule;
  const cell = Object.entries(by).map(([name, text]) => `${name} ${text}`);
  const also = spread_threshold > 0 ? `, spread ${count(spread)} of ${count(spread_threshold)}` : '';
  return [
    ...wrapped(`${title}${cell.length > 0 ? `, for ${cell.join(', ')}` : ''}`, '  '),
    `  ${barOf(rule)} ${count(value)} of ${count(threshold)}${also} in ${durationText(timespan_seconds)}   ${level}, ${type}`,
    ...wrapped(`  ${nextOf(rule)}`, '  '),
    ...(rule.habit ? wrapped(`  ${habitText(rule.habit)}`, '  ') : []),
    ...fallLines(expiring, watermark),
    '',
  ];
}

/** When the count falls, as many to a line as fit; within one second only the last. */
function fallLines(expiring: RuleView['expiring'], watermark: string): readonly string[] {
  if (expiring.length === 0) return [];
  const bySecond = new Map(expiring.map(({ time, value }) => [shortOf(time, watermark), value]));
  const falls = [...bySecond].map(([time, value]) => `${count(value)} at ${time}`.replaceAll(' ', unbroken));
  return wrapped(`  falls to ${falls.join(', ')}`, '    ').map((line) => line.replaceAll(unbroken, ' '));
}

/** What a rule of a type is short of, one and several. */
const nouns: Readonly<Partial<Record<RuleView['type'], readonly [string, string]>>> = {
  value_count: ['value', 'values'],
  event_count: ['event', 'events'],
  value_sum: ['in the sum', 'in the sum'],
};

/** What would make it fire. */
function nextOf({ holds, habit, type, value, threshold, spread, spread_threshold, missing, missing_spread }: RuleView): string {
  if (holds) return 'HOLDS now';
  if (habit?.told_from === null) return 'does not hold: nothing is known yet of what is usual, or no habits are learned here';
  if (isFigure(type)) return 'does not hold: it is judged at each access, once those that may still come are there';
  const what = nouns[type] ?? ['step', 'steps'];
  const parts = [
    ...(missing > 0 ? [`${count(missing)} more ${missing === 1 ? what[0] : what[1]}`] : []),
    ...(missing_spread > 0 ? [`${count(missing_spread)} more values of the spread field`] : []),
  ];
  if (parts.length === 0 && value >= threshold && spread >= spread_threshold)
    return 'counts enough, but something else keeps it from holding: an upper bound, or the account was not dormant before';
  if (type !== 'value_sum' && missing === 1 && missing_spread === 0) return `FIRES at the next new ${what[0]}`;
  if (type !== 'value_sum' && missing <= 1 && missing_spread === 1)
    return `FIRES at the next new ${what[0]} of a place that is new too`;
  return `fires after ${parts.join(' and ')}`;
}

/** What the day has come to, beside what is told from. */
function habitText({ day, most, told_from, usual }: NonNullable<RuleView['habit']>): string {
  const date = new Date(day * 86_400_000).toISOString().slice(0, 10);
  const left = told_from === null ? '' : `, told from ${count(told_from)}, ${count(Math.max(0, told_from - most))} left`;
  return `most on ${date}: ${count(most)}${left}${usual ? `; ${usualText(usual)}` : ''}`;
}

/** What is usual, and how far peers went. */
function usualText({
  own,
  role,
  ceiling,
  compared_with,
  p,
  peer_days,
  as_far,
  is_newcomer,
  as_role,
  own_days,
}: UsualView): string {
  const top = ceiling === null ? '' : `, habit excuses up to ${oneDigit(ceiling)}`;
  const peers = is_newcomer ? 'days of newcomers' : 'account-days of peers';
  const share = shareText(p);
  if (as_role !== undefined)
    return `no day of the account is known: compared by the role ${JSON.stringify(as_role)}, which its accesses say and which usually has ${oneDigit(role)}; of ${count(peer_days)} ${peers} ${count(as_far)} went as far (p: ${share})`;
  return `usually ${oneDigit(own)}, the role ${oneDigit(role)}${top}, compared with ${oneDigit(compared_with)}; of ${count(peer_days)} ${peers} ${count(as_far)} went as far (p: ${share})${own_days ? `; ${ownDaysText(own_days)}` : ''}`;
}

/** What the account's own full days hold. */
function ownDaysText({ days, mean, deviation, told_from, p }: NonNullable<UsualView['own_days']>): string {
  const from = told_from === null ? '' : `, beyond them from ${count(told_from)}`;
  return `its own ${count(days)} full days: ${oneDigit(mean)} a day, give or take ${oneDigit(deviation)}${from} (p: ${shareText(p)})`;
}

function shareText(p: number): string {
  return p < 0.0001 ? 'fewer than one day in 10,000' : `${(100 * p).toPrecision(2)} % of days`;
}

function oneDigit(value: number): string {
  return String(Math.round(10 * value) / 10);
}

function barOf({ value, threshold, holds }: RuleView): string {
  const filled = holds ? barWidth : Math.min(barWidth - 1, Math.floor((barWidth * value) / Math.max(1, threshold)));
  return `[${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}]`;
}

function shareOf({ value, threshold }: RuleView): number {
  return value / Math.max(1, threshold);
}

function patientsText(patients: number): string {
  return patients === 1 ? '1 patient' : `${count(patients)} patients`;
}

function secondOf(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}

/** The hour alone where it is on the day at which the windows stand. */
function shortOf(iso: string, watermark: string): string {
  return iso.slice(0, 10) === watermark.slice(0, 10) ? iso.slice(11, 19) : secondOf(iso).slice(5);
}

/** Words over several lines where one is too short for them; nothing for an empty text. */
function wrapped(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\S) +/)) {
    if (line && line.length + 1 + word.length > widthMax) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = line ? `${line} ${word}` : word;
  }
  return line ? [...lines, line] : lines;
}
