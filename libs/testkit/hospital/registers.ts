import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hospital } from './hospital.js';

/** The clinic register: `group_id,clinic_id,name,opened_at,closed_at`. */
export function clinicsCsv(hospital: Hospital): string {
  const rows = hospital.clinics.map(({ id, name, openedAt, closedAt }) =>
    [hospital.groupId, id, name, openedAt, closedAt].join(','),
  );
  return `group_id,clinic_id,name,opened_at,closed_at\n${rows.join('\n')}\n`;
}

/** Writes `clinics.csv` and the lists (`service_accounts.txt`) as VIGIE_CLINICS_FILE and VIGIE_LISTS_DIR expect them. */
export function writeRegisters(hospital: Hospital, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'clinics.csv'), clinicsCsv(hospital));
  writeFileSync(join(folder, 'service_accounts.txt'), `${hospital.serviceAccounts.join('\n')}\n`);
}
