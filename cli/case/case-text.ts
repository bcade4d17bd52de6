import { subjectName } from '#libs/contracts/incident.js';
import type { SeenRow } from '#libs/contracts/seen-case.js';
import { alignedRows } from '../table.js';
import type { ShownCase, ShownTimeline } from './console-client.js';

/** Digits of an id that a person reads; more where they do not tell the cases of a list apart. */
const digitsMin = 8;

/** A line for each case. */
export function listText(rows: readonly SeenRow[]): string {
  if (rows.length === 0) return 'no case\n';
  const digits = digitsOf(rows.map(({ case_id }) => case_id));
  const cells = rows.map((row) => [
    row.case_id.slice(0, digits),
    row.status,
    row.level,
    mostOf(row),
    row.opened_at.slice(0, 16).replace('T', ' '),
    row.owner || '-',
    row.verdict || '-',
    whoseOf(row),
    row.title,
  ]);
  const head = ['CASE', 'STATUS', 'LEVEL', 'PATIENTS', 'OPENED (UTC)', 'OWNER', 'VERDICT', 'ACCOUNT', 'TITLE'];
  return `${alignedRows([head, ...cells], new Set([3])).join('\n')}\n`;
}

/** A case with its life. */
export function caseText({ case: row }: ShownCase, { lines }: ShownTimeline): string {
  const facts: readonly (readonly [string, string | null])[] = [
    ['case', row.case_id],
    ['title', row.title],
    [row.subject_kind === 'account' ? 'account' : row.subject_kind, `${row.actor_id} of ${row.group_id}`],
    ['accounts', row.subject_kind === 'account' && row.account_count === 1 ? null : countOf(row.account_count)],
    ['status', row.status],
    ['verdict', row.verdict],
    ['level', row.level],
    ['owner', row.owner],
    ['patients', patientsOf(row)],
    ['accesses', `${row.first_time} to ${row.last_time}`],
    ['rules', row.rule_titles.join('; ')],
    ['incidents', row.incident_ids.join(', ')],
    ['opened', row.opened_at],
    ['to be taken by', row.acknowledge_by],
    ['taken', row.acknowledged_at && `${row.acknowledged_at} by ${row.acknowledged_by}`],
    ['on hold until', row.on_hold_until],
    ['resolved', row.resolved_at && `${row.resolved_at} by ${row.resolved_by}`],
    ['came back', row.reopened > 0 ? `${row.reopened} time(s)` : ''],
  ];
  const told = alignedRows(facts.flatMap(([name, value]) => (value ? [[name, value]] : [])));
  const life = lines.map((line) => [
    line.at,
    line.what,
    line.by,
    line.effect === 'counted' ? '' : line.effect,
    line.before === line.after ? '' : `${line.before} -> ${line.after}`,
    countOf(line.patients),
    wordsOf(line),
  ]);
  const head = ['AT', 'WHAT', 'BY', '', 'STATUS', 'PATIENTS', ''];
  return `${told.join('\n')}\n\n${alignedRows([head, ...life], new Set([5])).join('\n')}\n`;
}

/** `dr.martin`, `dr.martin +8`: of a case into which incidents of other accounts were linked. */
function whoseOf(row: SeenRow): string {
  const others = row.subject_kind === 'account' ? (row.account_count ?? 1) - 1 : 0;
  return `${subjectName(row)}${others > 0 ? ` +${others}` : ''}`;
}

/** A figure that counts other clinics too is not told to whoever sees some. */
function countOf(figure: number | null): string {
  return figure === null ? '-' : `${figure}`;
}

/** `<=800` while it is not known how many patients several incidents have in common. */
function mostOf({ patients, patients_settled: isSettled }: SeenRow): string {
  return patients === null || isSettled ? countOf(patients) : `<=${patients}`;
}

function patientsOf(row: SeenRow): string {
  const { patients, clinics, other_clinics: others } = row;
  const where = `in ${clinics.length} clinic(s): ${clinics.join(', ')}${others > 0 ? `, and ${others} that you do not see` : ''}`;
  return patients === null
    ? `of other clinics too, yours are counted by the list of the case; ${where}`
    : `${mostOf(row)} ${where}`;
}

const worded = ['text', 'reason', 'verdict', 'owner', 'level', 'until', 'controller_id'] as const;

/** What an action says, on one line. */
function wordsOf({ action }: ShownTimeline['lines'][number]): string {
  if (typeof action !== 'object' || action === null) return '';
  const said = new Map<string, unknown>(Object.entries(action));
  return worded
    .flatMap((word) => (typeof said.get(word) === 'string' ? [String(said.get(word)).replaceAll(/\s+/g, ' ')] : []))
    .join(': ');
}

function digitsOf(ids: readonly string[]): number {
  let digits = digitsMin;
  while (digits < 32 && new Set(ids.map((id) => id.slice(0, digits))).size < new Set(ids).size) digits += 1;
  return digits;
}
