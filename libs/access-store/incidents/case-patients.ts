import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { hex128, isoTime } from '#libs/contracts/access-row.js';
import { certainties } from '#libs/contracts/dossier.js';
import { PatientsCsv } from '#libs/dossier/patients-csv.js';
import { jsonRows } from '../clickhouse/json-rows.js';
import { lineBytes } from '../clickhouse/line-bytes.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const queries = { page: sql('case-patients'), figure: sql('case-patients-figure'), lines: sql('case-patients-lines') } as const;

const count = z.int().min(0);

/** A patient of a case in one clinic, and how strongly they are concerned there. */
const patientLine = z.object({
  clinic_id: z.string(),
  patient_id: hex128,
  certainty: z.enum(certainties),
  categories: z.array(z.string()),
  first_time: isoTime,
  last_time: isoTime,
  /** Events. */
  accesses: count,
});
export type PatientLine = z.infer<typeof patientLine>;

/** What a list comes to. A patient of two clinics is two lines. */
const patientsFigure = z.object({
  lines: count,
  patients: count,
  exported: count,
  displayed: count,
  listed: count,
  attempted: count,
});
export type PatientsFigure = z.infer<typeof patientsFigure>;

/** Which lines of a case are asked for. */
export interface PatientsWanted {
  readonly caseId: string;
  /** All where it is empty. */
  readonly clinics: readonly string[];
  /** All where it is left out. */
  readonly certainty: (typeof certainties)[number] | undefined;
}

/** Clinic and pseudonym of the last line that was given; both empty before the first. */
export type PatientsPlace = readonly [clinicId: string, patientId: string];
export const firstPlace: PatientsPlace = ['', ''];

/** Whose records the accesses of a case opened, as the store has it, which follows the log within seconds. Rejects with `Transient`. */
export class CasePatients {
  constructor(private readonly client: ClickHouseClient) {}

  async figure(wanted: PatientsWanted): Promise<PatientsFigure> {
    const [row] = await jsonRows(this.client, { query: queries.figure, params: paramsOf(wanted), shape: patientsFigure, failure: 'the patients of the case cannot be counted' });
    return row ?? { lines: 0, patients: 0, exported: 0, displayed: 0, listed: 0, attempted: 0 };
  }

  /** At most `limit` lines behind a place, in order of clinic and pseudonym. */
  page(wanted: PatientsWanted, [after_clinic, after_patient]: PatientsPlace, limit: number): Promise<readonly PatientLine[]> {
    const params = { ...paramsOf(wanted), after_clinic, after_patient, limit };
    return jsonRows(this.client, { query: queries.page, params, shape: patientLine, failure: 'the patients of the case cannot be read' });
  }

  /** At most `limit` lines as CSV with the heading of a frozen list, see `patientsHeading`. A failure ends the stream with it. */
  csv(wanted: PatientsWanted, limit: number): Readable {
    const params = { ...paramsOf(wanted), limit };
    const csv = new PatientsCsv();
    return Readable.from(lineBytes(this.client, { query: queries.lines, params, failure: 'the patients of the case cannot be read' }))
      .on('error', (cause) => csv.destroy(cause))
      .pipe(csv);
  }
} // prettier-ignore

function paramsOf({ caseId, clinics, certainty }: PatientsWanted) {
  return { case_id: caseId, clinics, certainty: certainty ?? '' };
}
