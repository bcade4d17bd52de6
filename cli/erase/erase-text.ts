import type { ErasurePlan } from '#libs/access-store/erasure/plan.js';
import { tablePlaces } from '#libs/access-store/erasure/places.js';
import type { ErasureRow } from '#libs/access-store/erasure/records/erasure-row.js';
import { alignedRows } from '../table.js';
import type { Elsewhere, ListFile } from './elsewhere.js';

/** What was found and, unless it is a dry run, done. */
export interface EraseReport {
  readonly record: Pick<ErasureRow, 'erasure_id' | 'kind' | 'group_id' | 'subject_sha256' | 'taken' | 'held' | 'kept'> & {
    readonly listed: readonly ErasureRow['listed'][number][];
  };
  readonly plan: ErasurePlan;
  readonly files: readonly ListFile[];
  readonly elsewhere: readonly Elsewhere[];
  readonly dryRun: boolean;
}

/** The report, a line for each table, case, list and place. It names no pseudonym and no account. */
export function eraseText({ record, plan, files, elsewhere, dryRun }: EraseReport): string {
  const goes = dryRun ? 'would go' : 'went';
  const rows: (readonly string[])[] = [
    ...Object.entries(record.taken).map(([table, count]) => [goes, `vigie.${table}`, `${count}`, '']),
    ...files.filter((file) => file.goes).map(({ list, values }) => [goes, `${list}.txt`, `${values.length}`, 'value(s) of a list in VIGIE_LISTS_DIR']),
    ...record.listed.map(({ incident_id, before, after }) => [dryRun ? 'would shrink' : 'shrank', `incident ${incident_id}`, `${after}`, `patient(s) in its list and figure, ${before} in the list before`]),
    ...Object.entries(record.held).map(([caseId, count]) => ['held', `case ${caseId}`, `${count}`, 'access(es): evidence of a case that is not resolved, or of an incident that still counts']),
    ...plan.heldGroups.map((group) => ['held', `registers and leaks of ${group}`, '', 'a case of the group is not resolved']),
    ...Object.entries(record.kept).map(([table, count]) => ['stays', `vigie.${table}`, `${count}`, reasonOf(table, plan)]),
    ...unknowable(plan),
    ...files.filter((file) => !file.goes).map(({ list, values }) => ['stays', `${list}.txt`, `${values.length}`, 'a value of a file stands for every group: take it out by hand']),
    ...elsewhere.map(({ place, until, says }) => ['until', place, '', `${until}: ${says}`]),
  ]; // prettier-ignore
  const nothing = Object.keys(record.taken).length === 0 && files.every((file) => !file.goes);
  const head = nothing
    ? [`nothing of this ${record.kind} ${dryRun ? 'would go' : 'went'}: either it is not there, or what is there stays`]
    : [];
  return `${[...head, ...alignedRows(rows, new Set([2])), ...ending(record, dryRun)].join('\n')}\n`;
}

function reasonOf(table: string, { kept }: ErasurePlan): string {
  return kept.find((one) => one.table === table)?.because ?? '';
}

/** Tables that may hold something of the subject, in rows that nobody can tell apart. */
function unknowable({ subject: { kind } }: ErasurePlan): readonly (readonly string[])[] {
  return Object.entries(tablePlaces).flatMap(([table, { patients, accounts, groups, fates }]) => {
    const { [kind]: fate } = fates;
    const holds = { patient: patients, account: accounts, group: groups }[kind] !== undefined;
    return holds && !fate.takes && fate.rows === undefined ? [['stays', `vigie.${table}`, '', fate.because]] : [];
  });
}

function ending({ erasure_id, subject_sha256 }: EraseReport['record'], dryRun: boolean): readonly string[] {
  if (dryRun) return ['nothing was changed: leave --dry-run away to erase'];
  return [
    `erasure ${erasure_id} of SHA-256 ${subject_sha256} is in vigie.erasures; keep this record apart from the backups (--format json for a file)`,
  ];
}
