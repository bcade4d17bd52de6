// patients/: whose records a case opened, and how such a list is read in pages.
// Every query is a file beside it.

import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { hex128, isoTime } from '#libs/contracts/access-row.js';
import { certainties } from '#libs/contracts/dossier.js';
import { PatientsCsv } from '#libs/dossier/patients-csv.js';
import { jsonRows } from '../clickhouse/json-rows.js';
import { lineBytes } from '../clickhouse/line-bytes.js';
import { PageParts, type PatientsPlace } from './page-parts.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const queries = {
  page: sql('case-patients'),
  part: sql('case-patients-part'),
  figure: sql('case-patients-figure'),
  lines: sql('case-patients-lines'),
} as const;

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
  /** Where the lines are, in order of the clinics. */
  by_clinic: z.array(z.tuple([z.string(), count]).readonly()).readonly(),
});
export type PatientsFigure = z.infer<typeof patientsFigure>;

/** Longer lists are read in parts: for a page of a short one all of it is computed, which is one question and no guess. */
export const wholeLinesMax = 2_000;

/** Which lines of a case are asked for. */
export interface PatientsWanted {
  readonly caseId: string;
  /** All where it is empty. */
  readonly clinics: readonly string[];
  /** All where it is left out. */
  readonly certainty: (typeof certainties)[number] | undefined;
}

/** Whose records the accesses of a case opened, as the store has it, which follows the log within seconds. Rejects with `Transient`. */
export class CasePatients {
  constructor(
    private readonly client: ClickHouseClient,
    private readonly wholeMax = wholeLinesMax,
  ) {}

  async figure(wanted: PatientsWanted): Promise<PatientsFigure> {
    const [figure] = await jsonRows(this.client, {
      query: queries.figure,
      params: paramsOf(wanted),
      shape: patientsFigure,
      failure: 'the patients of the case cannot be counted',
    });
    return figure ?? { lines: 0, patients: 0, exported: 0, displayed: 0, listed: 0, attempted: 0, by_clinic: [] };
  }

  /** At most `limit` lines behind a place, in order of clinic and pseudonym. `figure` is of the same list, now or when its first page was given: what it has not is no line. */
  async page(
    wanted: PatientsWanted,
    figure: Pick<PatientsFigure, 'lines' | 'by_clinic'>,
    place: PatientsPlace,
    limit: number,
  ): Promise<readonly PatientLine[]> {
    if (figure.lines <= this.wholeMax)
      return this.#ask(queries.page, { ...paramsOf(wanted), after_clinic: place[0], after_patient: place[1], limit });
    const parts = new PageParts(figure.by_clinic, place);
    const found: PatientLine[] = [];
    while (found.length < limit) {
      const missing = limit - found.length;
      const part = parts.next(missing);
      if (!part) break;
      const lines = await this.#ask(queries.part, {
        ...paramsOf(wanted),
        clinics: part.clinics,
        after_patient: part.after,
        upto_patient: part.upto,
        limit: missing,
      });
      if (lines.length < missing) parts.widen();
      found.push(...lines);
    }
    return found;
  }

  /** At most `limit` lines as CSV with the heading of a frozen list, see `patientsHeading`. A failure ends the stream with it. */
  csv(wanted: PatientsWanted, limit: number): Readable {
    const params = { ...paramsOf(wanted), limit };
    const csv = new PatientsCsv();
    return Readable.from(
      lineBytes(this.client, { query: queries.lines, params, failure: 'the patients of the case cannot be read' }),
    )
      .on('error', (cause) => csv.destroy(cause))
      .pipe(csv);
  }

  #ask(query: string, params: Readonly<Record<string, unknown>>): Promise<readonly PatientLine[]> {
    return jsonRows(this.client, { query, params, shape: patientLine, failure: 'the patients of the case cannot be read' });
  }
}

function paramsOf({ caseId, clinics, certainty }: PatientsWanted) {
  return { case_id: caseId, clinics, certainty: certainty ?? '' };
}
