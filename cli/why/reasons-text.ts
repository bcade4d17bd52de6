import type { ShownAccess, StoredIncident } from '#libs/access-store/incidents/incident-reader.js';
import { subjectName } from '#libs/contracts/incident.js';
import { count, span } from '../figures.js';
import type { Reasons, RuleReasons } from './reasons.js';
import { alignedRows } from '../table.js';

const columns = [
  ['time', 'time'], ['actor_id', 'account'], ['clinic_id', 'clinic'], ['action', 'action'], ['patient_id', 'patient'], ['source_ip', 'address'],
  ['application', 'application'], ['session_id', 'session'], ['event_id', 'event'],
] as const satisfies readonly (readonly [keyof ShownAccess, string])[]; // prettier-ignore

/** For a person: the incident's figures, then each rule with the accesses of its first window. */
export function reasonsText({ incident, rules }: Reasons): string {
  return [...headOf(incident), ...rules.flatMap((rule) => ['', ...ruleText(rule)]), ''].join('\n');
}

/** One JSON object a line: the incident, then for each rule the rule and its accesses. */
export function reasonsLines({ incident, rules }: Reasons): string {
  const lines: object[] = [{ kind: 'incident', ...incident }];
  for (const { match, accesses, after, selection_id, matching } of rules)
    lines.push(
      { kind: 'rule', ...match, after, selection_id, matching: matching ?? null },
      ...accesses.map((access) => ({ kind: 'access', rule_id: match.rule_id, ...access })),
    );
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function headOf(incident: StoredIncident): readonly string[] {
  const { patients_at_firing: firing, patients_at_detection: told, clinics } = incident;
  const shown = clinics.slice(0, 8).join(', ');
  return [
    `Incident ${incident.incident_id}: ${subjectName(incident)} of ${incident.group_id}, ${incident.level}, ${incident.state}`,
    ...fateOf(incident),
    row('times', `${clock(incident.first_time)} to ${clock(incident.last_time)}`),
    row('patients', `${count(incident.patients)} in ${clinics.length} clinic(s): ${shown}${clinics.length > 8 ? ', ...' : ''}`),
    ...(incident.subject_kind === 'account' ? [] : [row('accounts', accountsText(incident))]),
    row('fired', `when ${count(firing)} had been read; ${incident.state === 'suppressed' ? 'decided' : 'told'} when ${count(told)} had been`),
    row(incident.state === 'suppressed' ? 'decided' : 'told', `${clock(incident.detected_at)}, ${duration(incident.detection_delay_seconds)} after the access that completed it`),
    row(
      'found',
      incident.found === 'late'
        ? `late: that access came ${duration(incident.late_seconds)} behind the newest one`
        : 'live',
    ),
  ]; // prettier-ignore
}

/** The first of its accounts, and how many there are; the others are in `incident_accounts_of`. */
function accountsText({ accounts, account_count }: StoredIncident): string {
  const shown = accounts.slice(0, 8).join(', ');
  return `${count(account_count)}: ${shown}${account_count > 8 ? ', ...' : ''}`;
}

/** What became of it, when it is not simply an incident. */
function fateOf({ state, merged_into, suppressed_by }: StoredIncident): readonly string[] {
  switch (state) {
    case 'merged':
      return [`  It was joined to ${merged_into}, which has its patients: vigie why ${merged_into}`];
    case 'withdrawn':
      return ['  It was withdrawn: accesses that came later show that no rule of it holds.'];
    case 'suppressed':
      return [`  It is no incident: the exception(s) ${suppressed_by.join(', ')} took accesses out of it, and nobody was told.`];
    default:
      return [];
  }
}

function ruleText({ match, accesses, after, selection_id, matching }: RuleReasons): readonly string[] {
  const spread = match.spread_threshold ? `, and ${count(match.spread)} where ${count(match.spread_threshold)} are needed` : '';
  const head = [
    `Rule ${match.rule_id} (${match.level}): ${match.title}`,
    row('held', `${count(match.value)} where ${count(match.threshold)} are needed${spread}, within ${span(match.timespan_seconds * 1000)}`),
    row('first', `${clock(match.first_fired)}, last ${clock(match.last_fired)}`),
  ]; // prettier-ignore
  if (matching === undefined)
    return [
      ...head,
      `  Its accesses cannot be shown: ClickHouse does not know its selection ${selection_id || '(none is named)'}; is the archiver running?`,
    ];
  const more = matching - accesses.length;
  return [
    ...head,
    row('accesses', `${count(matching)} after ${clock(after)}, up to ${clock(match.first_fired)}`),
    '',
    ...tableOf(accesses),
    ...(more > 0 ? [`  and ${count(more)} more; --limit ${matching} shows all of them`] : []),
  ]; // prettier-ignore
}

function tableOf(accesses: readonly ShownAccess[]): readonly string[] {
  if (accesses.length === 0) return ['  (none is stored)'];
  const rows = [
    columns.map(([, title]) => title as string),
    ...accesses.map((access) => columns.map(([column]) => (column === 'time' ? clock(access.time) : access[column]))),
  ];
  return alignedRows(rows).map((line) => `  ${line}`);
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(10)}${value}`;
}

/** `2024-11-19 08:12:03.120` */
function clock(iso: string): string {
  return iso.replace('T', ' ').replace('Z', '');
}

function duration(seconds: number): string {
  return seconds < 60 ? `${seconds.toFixed(1)} s` : span(seconds * 1000);
}
