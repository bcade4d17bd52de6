import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hospital } from './hospital.js';

/** The clinic register: `group_id,clinic_id,name,opened_at,closed_at`. */
export function clinicsCsv({ clinics, groupId }: Hospital): string {
  const rows = clinics.map(({ id, name, openedAt, closedAt }) => [groupId, id, name, openedAt, closedAt].join(','));
  return `group_id,clinic_id,name,opened_at,closed_at\n${rows.join('\n')}\n`;
}

/** The lists that rules may refer to, by name. */
export function listsOf(hospital: Hospital): Readonly<Record<string, readonly string[]>> {
  return { service_accounts: hospital.serviceAccounts, closed_clinics: hospital.closed.map((clinic) => clinic.id) };
}

/** Writes `clinics.csv` and one text file for each list, as VIGIE_CLINICS_FILE and VIGIE_LISTS_DIR expect them. */
export function writeRegisters(hospital: Hospital, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'clinics.csv'), clinicsCsv(hospital));
  for (const [name, values] of Object.entries(listsOf(hospital)))
    writeFileSync(join(folder, `${name}.txt`), values.map((value) => `${value}\n`).join(''));
}
