import type { CaseAction } from '#libs/contracts/case-action.js';
import { csvLine, spreadsheetText } from '#libs/contracts/csv-cell.js';
import type { BreachFacts } from './breach-facts.js';
import { lengthChanges } from './clocks.js';
import type { Lengths } from './deadlines.js';
import type { Dossier } from './dossier.js';
import type { Manifest } from './manifest.js';

/** A line of a table that people open with a spreadsheet. */
function sheetLine(cells: readonly string[]): string {
  return csvLine(cells.map(spreadsheetText));
}

/** `register.csv`: what article 33(5) keeps of every breach, notified or not: its facts, its effects, and what was done. */
export function registerCsv({ case_id, controller_id, snapshot_id, parts }: Dossier, { qualified, sent }: BreachFacts): string {
  const value = (part: string, field: string) => String(parts[part]?.[field]?.value ?? '');
  const columns = {
    case_id,
    controller_id,
    snapshot_id,
    began_at: value('when', 'began_at'),
    discovered_at: value('when', 'discovered_at'),
    aware_at: value('when', 'aware_at'),
    is_breach: qualified ? String(qualified.is_breach) : '',
    risk: qualified?.risk ?? '',
    decided_by: qualified?.by ?? '',
    reason: qualified?.reason ?? '',
    losses: value('nature', 'losses'),
    persons: value('persons', 'number'),
    attempted: value('persons', 'attempted'),
    data: value('data', 'categories'),
    unnamed_records: value('data', 'unnamed_records'),
    effects: value('consequences', 'effects'),
    measures: value('measures', 'taken'),
    sent: sent.map(({ authority, phase, sent_at, reference }) => `${authority} ${phase} ${sent_at} ${reference}`).join('; '),
  };
  return `${sheetLine(Object.keys(columns))}${sheetLine(Object.values(columns))}`;
}

function machine(at: string | undefined, what: string, detail = ''): readonly (readonly [string, string, string, string])[] {
  return at === undefined ? [] : [[at, 'vigie', what, detail]];
}

/** `timeline.csv`: every instant in order, what happened, and who did it. */
export function timelineCsv(manifest: Manifest, facts: BreachFacts, actions: readonly CaseAction[], lengths: Lengths): string {
  const changes = lengthChanges(lengths).filter(({ at }) => at >= facts.firstTime && at <= latest(manifest, actions));
  const rows = [
    ...machine(facts.firstTime, 'first access'),
    ...machine(facts.detectedAt, 'detected'),
    ...machine(facts.firstToldAt, 'first told'),
    ...changes.flatMap(({ at, text }) => machine(at, 'length of a clock', text)),
    ...machine(manifest.frozen_at, `snapshot ${manifest.number} frozen by ${manifest.frozen_by}`, manifest.list.sha256),
    ...actions.map((action) => [action.at, action.by, action.type, detailOf(action)] as const),
  ];
  const sorted = rows.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `${sheetLine(['at', 'by', 'what', 'detail'])}${sorted.map(sheetLine).join('')}`;
}

/** The newest instant that a dossier knows of: what is made of it later is the same. */
export function latest({ frozen_at }: Pick<Manifest, 'frozen_at'>, actions: readonly CaseAction[]): string {
  return actions.reduce((newest, { at }) => (at > newest ? at : newest), frozen_at);
}

const frame: ReadonlySet<string> = new Set([
  'action_id',
  'case_id',
  'group_id',
  'actor_id',
  'type',
  'by',
  'via',
  'at',
  'seen_version',
  'seen_incidents',
  'answers_seen',
  'manifest_sha256',
]);

function detailOf(action: CaseAction): string {
  const said = Object.entries(action).filter(([name]) => !frame.has(name));
  return said
    .map(
      ([name, one]) =>
        `${name}=${Array.isArray(one) ? one.join(' ') : typeof one === 'object' ? JSON.stringify(one) : String(one)}`,
    )
    .join('; ');
}
