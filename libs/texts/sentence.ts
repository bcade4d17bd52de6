import type { CaseMessage } from '#libs/contracts/case-message.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import { assertNever } from '#libs/runtime/outcome.js';
import { ruleTitleIn } from './rule-titles.js';
import { type ClockState, clockNames, clockStates, type FactName, type Locale, type Words } from './texts.js';
import { countIn, momentIn, numberIn, spanIn, textsOf } from './words.js';

/** Whose language, and where the clock hangs by which times are told: a name of the IANA list, such as `Europe/Paris`. */
export interface Speech {
  readonly locale: Locale;
  readonly timezone: string;
}

/** An access this short a time before the message means that it goes on, in milliseconds. */
export const stillReadingMs = 15 * 60_000;

/** Rules that a sentence names; the others are counted. */
const rulesNamedMax = 3;

/** `dr.martin: 400 patients in 2 clinics since 09:00 (Paris), still reading.` An empty account is one whose name is kept back. */
export function readsSentence(row: CaseRow, at: string, { locale, timezone }: Speech): string {
  const texts = textsOf(locale);
  const reading = row.status !== 'resolved' && Date.parse(at) - Date.parse(row.last_time) <= stillReadingMs;
  return texts.reads(
    subjectText(row, locale),
    row.patients === 0 ? texts.nobodyNamed : patientsText(row, countIn(locale, texts.patients, row.patients), locale),
    countIn(locale, texts.clinics, row.clinics.length),
    momentIn(locale, row.first_time, at, timezone),
    reading ? undefined : momentIn(locale, row.last_time, at, timezone),
  );
}

/** `dr.martin`, `dr.martin and 8 other accounts`, `Address 203.0.113.7 (40 accounts)`. */
function subjectText({ subject_kind, actor_id, account_count }: CaseRow, locale: Locale): string {
  const texts = textsOf(locale);
  if (subject_kind === 'account') {
    const name = actor_id || texts.anAccount;
    return account_count > 1 ? texts.withOthers(name, countIn(locale, texts.otherAccounts, account_count - 1)) : name;
  }
  return texts.subjects[subject_kind](actor_id, countIn(locale, texts.accounts, account_count));
}

/** The most that it can be, while it is not known how many patients several incidents have in common. */
function patientsText({ patients_settled: isSettled }: CaseRow, said: string, locale: Locale): string {
  return isSettled ? said : textsOf(locale).atMost(said);
}

/** What is known of a case at the instant `at`, in sentences: what was read, by which rules, and who has it. */
export function caseSentence(row: CaseRow, at: string, speech: Speech): string {
  const texts = textsOf(speech.locale);
  const rest = row.rule_titles.length - rulesNamedMax;
  const rules = [
    ...row.rule_titles.slice(0, rulesNamedMax).map((title) => ruleTitleIn(speech.locale, title) ?? title),
    ...(rest > 0 ? [texts.more(numberIn(speech.locale, rest))] : []),
  ];
  const parts = [readsSentence(row, at, speech), rules.length > 0 ? texts.rules(rules) : '', standing(row, at, speech)];
  return parts.filter(Boolean).join(' ');
}

/** All that a message says, in one line. */
export function messageSentence(message: CaseMessage, speech: Speech): string {
  const { kind, at } = message;
  const texts = textsOf(speech.locale);
  const words = wordsOf(message, speech);
  const lead =
    kind === 'deadline' && message.deadline ? texts.clock[clockState(message.deadline, at)](words) : texts.leads[kind](words);
  const rest = message.case && kind !== 'digest' ? caseSentence(message.case, at, speech) : '';
  return [lead, rest].filter(Boolean).join(' ');
}

/** One line without figures, the same for every message of a case: mail programs keep a thread together by it. */
export function headlineOf(message: CaseMessage, { locale }: Speech): string {
  const { headlines } = textsOf(locale);
  if (message.kind === 'digest' || message.kind === 'muted_end' || message.kind === 'test') return headlines[message.kind];
  if (!message.case) return headlines.test;
  const { title, case_id } = message.case;
  return `${ruleTitleIn(locale, title) ?? title} (${case_id.slice(0, 8)})`;
}

/** The figures of a case with their names, for a table. What nobody knows is left out. */
export function factsOf(row: CaseRow, at: string, speech: Speech): readonly (readonly [string, string])[] {
  const { locale, timezone } = speech;
  const texts = textsOf(locale);
  const values: Readonly<Record<FactName, string>> = {
    account: row.subject_kind === 'account' && row.actor_id === '' ? '' : subjectText(row, locale),
    patients: patientsText(row, numberIn(locale, row.patients), locale),
    clinics: row.clinics.join(', '),
    rules: row.rule_titles.map((title) => ruleTitleIn(locale, title) ?? title).join(', '),
    level: texts.levels[row.level],
    status: texts.statuses[row.status],
    owner: row.owner,
    first: momentIn(locale, row.first_time, at, timezone),
    last: momentIn(locale, row.last_time, at, timezone),
    takeBy: row.status === 'new' && row.acknowledge_by ? momentIn(locale, row.acknowledge_by, at, timezone) : '',
  };
  return Object.entries(texts.facts).flatMap(([name, label]) => {
    const value = values[name as FactName];
    return value === '' ? [] : [[label, value] as const];
  });
}

/** A line per case, `listMax` of them, and how many were left out. */
export function listLines(message: CaseMessage, speech: Speech, listMax: number): readonly string[] {
  const { locale } = speech;
  const texts = textsOf(locale);
  const rows = message.cases ?? [];
  const lines = rows.slice(0, listMax).map((row) => {
    const state = `${texts.levels[row.level]}, ${texts.statuses[row.status]}`;
    return `${row.case_id.slice(0, 8)} [${state}] ${readsSentence(row, message.at, speech)}`;
  });
  return rows.length > listMax ? [...lines, texts.more(numberIn(locale, rows.length - listMax))] : lines;
}

/** Whether the clock that a message tells of runs, has run out, or has been dealt with. */
export function clockState({ state, due_at }: { readonly state: string; readonly due_at: string }, at: string): ClockState {
  const said = clockStates.find((one) => one === state);
  if (said && said !== 'running' && said !== 'over') return said;
  return Date.parse(due_at) > Date.parse(at) ? 'running' : 'over';
}

function standing(row: CaseRow, at: string, speech: Speech): string {
  const { locale, timezone } = speech;
  const texts = textsOf(locale);
  switch (row.status) {
    case 'new': {
      if (row.acknowledge_by === null) return texts.untaken(undefined, undefined);
      const leftMs = Date.parse(row.acknowledge_by) - Date.parse(at);
      return leftMs >= 0 ? texts.untaken(spanIn(locale, leftMs), undefined) : texts.untaken(undefined, spanIn(locale, -leftMs));
    }
    case 'acknowledged':
      return texts.takenBy(row.owner || row.acknowledged_by);
    case 'on_hold':
      return texts.heldUntil(momentIn(locale, row.on_hold_until ?? at, at, timezone), row.owner);
    case 'resolved':
      return texts.resolvedAs(row.verdict && texts.verdicts[row.verdict], row.resolved_by);
    default:
      return assertNever(row.status);
  }
}

function wordsOf(message: CaseMessage, speech: Speech): Words {
  const { locale, timezone } = speech;
  const texts = textsOf(locale);
  const { at, case: row, escalation, deadline } = message;
  const clock = clockNames.find((name) => name === deadline?.clock);
  return {
    level: row ? texts.levels[row.level] : '',
    policy: escalation?.policy ?? '',
    step: escalation ? numberIn(locale, escalation.step + 1) : '',
    round: escalation ? numberIn(locale, escalation.round + 1) : '',
    clock: clock ? texts.clocks[clock] : (deadline?.clock ?? ''),
    controller: deadline?.controller_id ?? '',
    due: deadline ? momentIn(locale, deadline.due_at, at, timezone) : '',
    span: deadline ? spanIn(locale, Math.abs(Date.parse(deadline.due_at) - Date.parse(at))) : '',
    cases: countIn(locale, texts.cases, message.cases?.length ?? 0),
  };
}
