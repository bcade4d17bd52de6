// views/: the views that evaluate the rules' selections, made from one template of accesses and one tree of selections.
// So a list has whom the figure counts.

import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { withoutRepeats } from './shared-lists.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const templates = {
  patients: sql('incident-patients'),
  ledger: sql('ledger'),
  unnamed: sql('unnamed'),
  accounts: sql('incident-accounts'),
} as const;
const judgedAccesses = sql('judged-accesses').trimEnd();
const selectedAccesses = sql('selected-accesses');
/** Comments of it would stand in the view as often as the incidents do. */
const askedOnce = sql('asked-once')
  .replaceAll(/^--.*\n/gm, '')
  .trimEnd();

const listed = "state NOT IN ('merged', 'withdrawn')";
const all = `vigie.incidents WHERE ${listed}`;
/** The view over one takes suppressed matches too: whoever asks for one by its id wants to know whom it concerns. */
const one = once(`vigie.incident_latest WHERE ${listed} AND incident_id = {incident_id:String}`);

/** Of the incidents that are named, whichever cases they are of. */
const some = once(`vigie.incident_latest WHERE ${listed} AND has({incident_ids:Array(String)}, incident_id)`);

const caseIncidents = 'SELECT incident_id FROM vigie.dossier_incidents WHERE case_id = {case_id:String}';
const latestOfCase = `vigie.incident_latest WHERE ${listed} AND incident_id IN (${caseIncidents})`;
const ofCase = once(latestOfCase);

const incidentColumns =
  'incident_id, group_id, subject_kind, actor_id, first_time, last_time, selections, clinics, block_patients';
const scopeOf = (columns: string) =>
  `SELECT ${columns} FROM vigie.dossier_scopes WHERE case_id = {case_id:String} AND version = {scope_version:UInt32}`;
/** Selects every access: what a scope adds has no condition but account and times. */
const anything = '*';
const widened = scopeOf(
  `'' AS incident_id, group_id, 'account' AS subject_kind, arrayJoin(accounts) AS actor_id, from_time AS first_time, to_time AS last_time, ['${anything}'] AS selections, CAST([], 'Array(String)') AS clinics, CAST([], 'Array(String)') AS block_patients`,
);
const ofScope = once(`(SELECT ${incidentColumns} FROM ${latestOfCase} UNION ALL ${widened}) AS scope`);

/** The columns by which a scope keeps only a part of an account's accesses, and those of `dossier_scopes` that hold the values. */
const narrowing = { source_ip: 'source_ips', device: 'devices', session_id: 'session_ids', application: 'applications' } as const;
const narrowedTo = `(${scopeOf(
  `(${Object.values(narrowing)
    .map((values) => `groupUniqArrayArray(${values})`)
    .join(', ')})`,
)})`;
const narrowed = Object.keys(narrowing)
  .map((column, place) => `\n        AND (empty(${narrowedTo}.${place + 1}) OR has(${narrowedTo}.${place + 1}, ${column}))`)
  .join('');

/** Pseudonyms behind one and up to another, which is part of it. */
const stretch = 'patient_id > {after_patient:String} AND patient_id <= {upto_patient:String}';
/** What is read for such a part: rows of a patient by their older pseudonym too, which may lie anywhere. */
const partRead = (from: string) =>
  `has({clinics:Array(String)}, clinic_id)
        AND ((${stretch}) OR patient_id IN
        (
            SELECT former_id
            FROM vigie.access_rows
            WHERE former_id != '' AND former_id != patient_id AND ${stretch} AND group_id IN (SELECT group_id FROM ${from})
        ))
        AND `;

const ledgerColumns = ['action', 'outcome', 'categories', 'key_id', 'record_count', ...Object.keys(narrowing)];

/** The key is that of the pseudonym that is shown. */
const shown: Readonly<Record<string, string>> = { key_id: 'if(empty(linked_id), own_key_id, linked_key) AS key_id' };

/** What accesses are sought by: for a block of numbers each patient of its incident, in each of its clinics. A line each. */
const subjectSought =
  "arrayJoin(if(subject_kind = 'id_block', arrayFlatten(arrayMap(clinic -> arrayMap(patient -> concat(clinic, ' ', patient), block_patients), clinics)), [actor_id]))";

interface ViewParts {
  readonly template: keyof typeof templates;
  /** What has the accounts, their times and their selections. */
  readonly from: string;
  /** Only accesses between the first and the last time of all of them are read. Left out: whenever. */
  readonly within?: boolean;
  /** Only the rows of some patients are read: those of a stretch of pseudonyms, in some clinics. */
  readonly isPart?: boolean;
  readonly narrowed?: string;
}

/**
 * `incident_patients` of all incidents, `incident_patients_of(incident_id = '...')` of one incident or suppressed match: ClickHouse does not
 * carry a condition on `incident_id` through the join to the accesses, so that the first reads all accounts that have an incident; the
 * second reads one account between two times. `incidents_patients_of` is of some incidents, whatever their cases. `incident_accounts_of` has the accounts of one. The ledgers are of one incident, of the incidents of a case, of a part of these by
 * `clinics`, `after_patient` and `upto_patient`, and of a case's scope, whose version 0 is that of its incidents. Ids are hexadecimal digits, checked where they come in.
 */
const views: Readonly<Record<string, ViewParts>> = {
  incident_patients: { template: 'patients', from: all },
  incident_patients_of: { template: 'patients', from: one, within: true },
  incident_accounts_of: { template: 'accounts', from: one, within: true },
  incident_ledger_of: { template: 'ledger', from: one, within: true },
  case_ledger_of: { template: 'ledger', from: ofCase, within: true },
  case_ledger_part_of: { template: 'ledger', from: ofCase, within: true, isPart: true, narrowed: `\n        AND ${stretch}` },
  case_unnamed_of: { template: 'unnamed', from: ofCase, within: true },
  dossier_ledger_of: { template: 'ledger', from: ofScope, within: true, narrowed },
  dossier_unnamed_of: { template: 'unnamed', from: ofScope, within: true, narrowed },
  incidents_patients_of: { template: 'patients', from: some, within: true },
};

/** A view that can be told from another of its name. */
export interface SelectionView {
  readonly name: string;
  /** Of its text; the view carries it as its comment. */
  readonly digest: string;
  /** The statement that makes it, beginning with `CREATE VIEW IF NOT EXISTS` or the like. */
  readonly create: (verb: string) => string;
}

/** The views over all selections (id to expression): the one that evaluates them, and those that read it, in the order in which they can be made. */
export function selectionViews(selections: ReadonlyMap<string, string>): readonly SelectionView[] {
  const { shared, expressions } = withoutRepeats(selections);
  const parts = [...expressions].map(([id, expression]) => `if((${expression}\n), ['${id}'], [])`);
  const selected = `arrayConcat(CAST(['${anything}'], 'Array(String)')${parts.map((part) => `, ${part}`).join('')})`;
  const view = 'selected_accesses';
  const evaluating = viewOf(view, filled(selectedAccesses, { view, selected, shared }));
  return [evaluating, ...Object.entries(views).map(([name, how]) => viewOf(name, readingText(name, how)))];
}

/** Some tools set it for all their queries, Tableau's connector among them: a view with a join would be an error for them. */
const asTheyAreMeant = 'SETTINGS join_use_nulls = 0';

function viewOf(name: string, text: string): SelectionView {
  const whole = `${text.trimEnd()}\n${asTheyAreMeant}`;
  const digest = hash('sha256', whole, 'hex');
  return { name, digest, create: (verb) => `${whole.replace('CREATE VIEW', () => verb)}\nCOMMENT '${digest}'` };
}

function readingText(view: string, { template, from, within = false, isPart = false, narrowed = '' }: ViewParts): string {
  const source = from.startsWith('(') ? `${from} AS scope` : from;
  const span = `\n        AND time >= (SELECT min(first_time) FROM ${source}) AND time <= (SELECT max(last_time) FROM ${source})`;
  const isListed = template === 'patients' || template === 'accounts';
  const accesses = filled(judgedAccesses, {
    columns: isListed ? '' : ledgerColumns.map((column) => `\n        ${shown[column] ?? column},`).join(''),
    own_columns: isListed
      ? ''
      : ledgerColumns.map((column) => `\n            ${column}${shown[column] ? ` AS own_${column}` : ''},`).join(''),
    subject: subjectSought,
    whose: `${whose[template]}${isPart ? partRead(source) : ''}`,
    from: source,
    accounts: ofKind(source, "subject_kind = 'account'"),
    common: ofKind(source, "subject_kind != 'account'"),
    span: within ? span : '',
  });
  return filled(templates[template], { view, accesses, narrowed });
}

/**
 * Which accesses are read at all: of lists those with a patient. All rows of an event have the same count, so that no patient of an event that
 * has one is left out.
 */
const whose: Readonly<Record<keyof typeof templates, string>> = {
  patients: "patient_id != ''\n        AND ",
  ledger: "patient_id != ''\n        AND ",
  unnamed: 'record_count > 0\n        AND ',
  accounts: '',
};

/** Incidents that a query asks for in many places, as a table that is made once. */
function once(from: string): string {
  return filled(askedOnce, { from });
}

/** Those of a source of incidents whose subject is of a kind. */
function ofKind(source: string, condition: string): string {
  return source.startsWith('(') ? `${source} WHERE ${condition}` : `${source} AND ${condition}`;
}

/** A template with its `{{places}}` filled. */
function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? '');
}
