// erase/: what is stored of a patient, an account or a group goes, by order of somebody who answers for it.
// What goes and what stays is the table libs/access-store/erasure/places.ts.

import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { erase, type ErasureOrder } from '#libs/access-store/erasure/erase.js';
import { planErasure } from '#libs/access-store/erasure/plan.js';
import { erasuresByPrefix } from '#libs/access-store/erasure/records/records.js';
import { type ErasureRequest, requestOf, subjectOf } from '#libs/access-store/erasure/subject.js';
import { hex128 } from '#libs/contracts/access-row.js';
import { type ErasureRow, erasureRow } from '#libs/access-store/erasure/records/erasure-row.js';
import { printable, printableLines, visibleName } from '#libs/contracts/visible-text.js';
import type { Clock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { patientLike, readPatientPatterns } from '#services/console/act/patient-like.js';
import { type CommandConfig, readCommandConfig } from '../config.js';
import { changeListFile } from '../list-file.js';
import { type StoreClient, withStore } from '../with-store.js';
import { elsewhere, listFiles } from './elsewhere.js';
import { type EraseReport, eraseText } from './erase-text.js';

export interface EraseOptions {
  readonly patient?: string;
  readonly group?: string;
  readonly account?: string;
  readonly again?: string;
  readonly reason?: string;
  readonly by?: string;
  readonly dryRun?: boolean;
  readonly format: 'text' | 'json';
}

/** Deleting years of a group rewrites every part: a statement may take this long, milliseconds. */
const statementMsMax = 24 * 3_600_000;

/** What the printed record has, so that it can be given to `--again`. */
const printedRecord = z.object({ record: erasureRow });

/** `vigie erase`. Prints what went, what was held and what stays; on standard error, how far it is. */
export async function eraseCommand(options: EraseOptions, clock: Clock): Promise<void> {
  const config = readCommandConfig();
  const report = await withStore(config, (client) => runErase(client, { options, config, clock, progress: tellProgress }), {
    requestMs: statementMsMax,
  });
  const { record, files, elsewhere: places, plan } = report;
  const json = {
    record,
    held_groups: plan.heldGroups,
    files: files.map(({ list, values, goes }) => ({ list, values: values.length, goes })),
    elsewhere: places,
  };
  process.stdout.write(options.format === 'json' ? `${JSON.stringify(json, undefined, 2)}\n` : printableLines(eraseText(report)));
}

function tellProgress(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

export interface EraseRun {
  readonly options: Omit<EraseOptions, 'format'>;
  readonly config: CommandConfig;
  readonly clock: Clock;
  readonly progress: (text: string) => void;
}

/** Throws `ConfigError` for what nobody can mean, before anything is looked at. */
export async function runErase(client: StoreClient, { options, config, clock, progress }: EraseRun): Promise<EraseReport> {
  const again = await recordOf(client, options);
  const request = again ? await requestOf(client, again) : requestFrom(options);
  if (!request && again)
    throw new ConfigError(
      `nothing of erasure ${again.erasure_id} is in the store: nobody there has its digest, and nothing is to be done`,
    );
  if (!request) throw new ConfigError(whose);
  const order = orderOf(options, again, config);
  const subject = await subjectOf(client, request);
  const files = listFiles(config.VIGIE_LISTS_DIR, subject);
  if (options.dryRun) {
    const plan = await planErasure(client, subject);
    const record = {
      erasure_id: again?.erasure_id ?? '',
      kind: subject.kind,
      group_id: request.group ?? '',
      subject_sha256: subject.sha256,
      taken: Object.fromEntries(plan.takes.map(({ table, rows }) => [table, rows])),
      held: plan.held,
      kept: Object.fromEntries(plan.kept.map(({ table, rows }) => [table, rows])),
      listed: plan.listed,
    };
    return { record, plan, files, elsewhere: await elsewhere(config, clock.now(), record.erasure_id), dryRun: true };
  }
  // Files first: a scorer reads lists again within seconds, and makes selections of them.
  for (const { list, values, goes } of files) if (goes) changeListFile(config.VIGIE_LISTS_DIR, list, values, 'remove');
  const { row, plan } = await erase(client, { subject, order }, { clock, progress });
  return { record: row, plan, files, elsewhere: await elsewhere(config, clock.now(), row.erasure_id), dryRun: false };
}

const whose = 'say whose data is to go: --patient PSEUDONYM, --group G --account A, --group G alone, or --again ID';

function requestFrom({ patient, group, account }: EraseRun['options']): ErasureRequest | undefined {
  if (group === '' || account === '')
    throw new ConfigError('--group and --account must name somebody: an empty name is refused, because it would mean everybody');
  if (patient !== undefined && account !== undefined)
    throw new ConfigError('--patient and --account are two erasures: run one after the other');
  if (patient !== undefined) {
    // What was given is not repeated: it may be an identifier.
    if (!hex128.safeParse(patient).success)
      throw new ConfigError(
        '--patient is no pseudonym, which has 32 hexadecimal digits: derive it where the key is, with vigie pseudonymise',
      );
    return { kind: 'patient', patient, ...(group !== undefined && { group }) };
  }
  if (account !== undefined && group === undefined)
    throw new ConfigError('--account needs --group: two groups may have an account of one name');
  if (group === undefined) return undefined;
  return account === undefined ? { kind: 'group', group } : { kind: 'account', account: visibleName(account), group };
}

function orderOf(
  { reason, by, dryRun }: EraseRun['options'],
  again: ErasureRow | undefined,
  config: CommandConfig,
): ErasureOrder {
  const said = { reason: (reason ?? again?.reason ?? '').trim(), by: (by ?? again?.by ?? '').trim() };
  if (!dryRun && (said.reason === '' || said.by === ''))
    throw new ConfigError('--reason and --by must say something: somebody answers for an erasure');
  const field = patientLike({ reason: said.reason, owner: said.by }, readPatientPatterns(config.VIGIE_PATIENT_PATTERNS ?? ''));
  if (field)
    throw new ConfigError(
      `--${field === 'owner' ? 'by' : field} looks like it names a patient: the record stays, say it without`,
    );
  return { ...said, ...(again && { again }) };
}

/** The erasure that is to be repeated, from the table or from a file of its record. */
async function recordOf(
  client: StoreClient,
  { again, patient, group, account }: EraseRun['options'],
): Promise<ErasureRow | undefined> {
  if (again === undefined) return undefined;
  if (patient !== undefined || group !== undefined || account !== undefined)
    throw new ConfigError('--again repeats an erasure as it was: leave --patient, --group and --account away');
  if (/^[0-9a-f]{6,32}$/.test(again)) {
    const [found, second] = await erasuresByPrefix(client, again);
    if (second) throw new ConfigError(`two erasures begin with ${again}: give more digits`);
    if (found) return found;
    throw new ConfigError(
      `vigie.erasures has no erasure ${again}: after an older backup was restored, give the file of its record instead`,
    );
  }
  if (!existsSync(again))
    throw new ConfigError(`--again ${again} is neither an id of an erasure (6 to 32 hexadecimal digits) nor a file`);
  try {
    return printedRecord.parse(JSON.parse(readFileSync(again, 'utf8'))).record;
  } catch (cause) {
    throw new ConfigError(`${again} is no record of an erasure: it must be what vigie erase --format json printed`, { cause });
  }
}
