import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import type { SeenRow } from '#libs/contracts/seen-case.js';
import type { ConsoleClient } from '../case/console-client.js';

/** Patients of the sample that is attributed. */
const samplePatients = 50;

/** Files of the dossier that are put into the folder beside the list. */
const fileNames = ['cnil.pdf', 'letter.fr.docx', 'dossier.json', 'manifest.json'] as const;

export interface DemoDossier {
  readonly folder: string;
  readonly controllerId: string;
  readonly patients: number;
  readonly exposed: number;
  readonly listSha256: string;
  readonly leak: Awaited<ReturnType<ConsoleClient['leak']>>;
  readonly sample: number;
}

/**
 * What the data-protection officer does with a case that was taken: says of the controller with the most patients that it is a breach, freezes its list,
 * puts that and the files into `folder`, and asks whose leak fifty of its patients are.
 */
export async function makeDossier(
  client: Pick<ConsoleClient, 'act' | 'clinics' | 'freeze' | 'file' | 'leak'>,
  row: SeenRow,
  { clock, folder }: { readonly clock: Clock; readonly folder: string },
): Promise<DemoDossier> {
  const { case_id: id, group_id } = row;
  const [first] = await client.clinics(id);
  const controllerId = first?.controller_id ?? row.controllers[0] ?? '';
  const reason = 'the demonstration: its list was read in bulk by an account that somebody had taken over';
  await client.act(id, {
    type: 'breach.qualified',
    controller_id: controllerId,
    is_breach: true,
    risk: 'high',
    aware_at: isoOf(clock.now()),
    reason,
  });
  const { snapshot_id, list_sha256, patients, exposed } = await client.freeze(id, controllerId, 'demonstration');
  mkdirSync(folder, { recursive: true });
  const list = await client.file(snapshot_id, 'patients.csv');
  writeFileSync(join(folder, `patients-${controllerId}.csv`), list);
  for (const name of fileNames) writeFileSync(join(folder, name), await client.file(snapshot_id, name));
  const sample = sampleOf(list.toString('utf8'));
  writeFileSync(join(folder, 'sample.txt'), `${sample.join('\n')}\n`);
  const to = isoOf(Date.parse(row.last_time) + 1);
  const leak = await client.leak({
    group_id,
    from: isoOf(Date.parse(row.first_time) - 86_400_000),
    to,
    title: 'demonstration',
    patients: sample,
  });
  return { folder, controllerId, patients, exposed, listSha256: list_sha256, leak, sample: sample.length };
}

/** Patients of a list, at even distances. */
function sampleOf(list: string): readonly string[] {
  const [head = '', ...lines] = list.trimEnd().split('\n');
  const place = head.split(',').indexOf('patient_id');
  const all = [...new Set(lines.map((line) => line.split(',')[place] ?? ''))];
  const every = Math.max(1, Math.floor(all.length / samplePatients));
  return all.filter((_, index) => index % every === 0).slice(0, samplePatients);
}

/** What came of it, and the commands that look at it again; `vigie` is what stands in front of them. */
export function dossierText(made: DemoDossier, row: SeenRow, vigie: string): string {
  const { folder, controllerId, patients, exposed, listSha256, leak, sample } = made;
  const named = leak.findings.filter(({ kind }) => kind === 'period');
  const who = named.map(({ actor_id, share, support }) => `${actor_id} (${Math.round(100 * share)} %, ${support})`).join(', ');
  const id = row.case_id.slice(0, 8);
  return [
    '',
    `  Qualified as a breach for ${controllerId}, and frozen: ${patients} patients, ${exposed} exposed; list ${listSha256.slice(0, 16)}...`,
    `  ${folder}/: cnil.pdf, letter.fr.docx, dossier.json, manifest.json, patients-${controllerId}.csv`,
    '  Taking that list out is watched as well: it opens a case of its own, of whoever did.',
    '',
    `  Whose leak are ${sample} of these patients? ${who || leak.verdict}; of ${leak.controls.samples} random samples ${leak.controls.named} would name somebody.`,
    '',
    `  ${vigie} dossier verify ${id}`,
    `  ${vigie} attribute ${folder}/sample.txt --group ${row.group_id} --from ${row.first_time.slice(0, 10)} --to ${dayAfter(row.last_time)}`,
    '',
  ].join('\n');
}

function dayAfter(time: string): string {
  return isoOf(Date.parse(time) + 86_400_000).slice(0, 10);
}
