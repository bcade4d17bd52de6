import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { listLineOf, patientsHeading } from '#libs/dossier/patients-csv.js';
import type { Resolver } from '#libs/dossier/resolution.js';

export interface ReadList {
  /** Of the lines of the list that the file stands for. */
  readonly sha256: string;
  readonly lines: number;
  /** The newest access on it. */
  readonly lastTime: string;
}

const [pseudonymAt, lastTimeAt, keysAt] = [1, 5, 7];

/** Reads `patients-<controller>.csv`, telling every pseudonym with the keys that made it. Throws when it has other columns. */
export async function readList(file: string, take: (pseudonym: string, keyIds: readonly string[]) => void): Promise<ReadList> {
  const digest = createHash('sha256');
  let lines = 0;
  let lastTime = '';
  for await (const cells of recordsOf(file)) {
    const [pseudonym = '', last = '', keyIds = ''] = [cells[pseudonymAt], cells[lastTimeAt], cells[keysAt]];
    if (!/^[0-9a-f]{32}$/.test(pseudonym)) throw new Error(`${file}: row ${lines + 2} has no pseudonym; nothing was written`);
    digest.update(listLineOf(cells));
    take(pseudonym, keyIds.split(','));
    lines += 1;
    if (last > lastTime) lastTime = last;
  }
  return { sha256: digest.digest('hex'), lines, lastTime };
}

/** Writes the rows of the list whose pseudonym nobody of the index has. */
export async function writeUnmatched(file: string, to: string, resolver: Resolver): Promise<void> {
  await pipeline(Readable.from(unmatchedLines(file, resolver)), createWriteStream(to, { mode: 0o600 }));
}

async function* unmatchedLines(file: string, resolver: Resolver): AsyncGenerator<string> {
  yield 'clinic_id,patient_id\n';
  for await (const [clinic = '', pseudonym = ''] of recordsOf(file))
    if (!resolver.isMatched(pseudonym)) yield `${/[",\r\n]/.test(clinic) ? JSON.stringify(clinic) : clinic},${pseudonym}\n`;
}

/** The records of a list as CSV, without its heading. Throws when it has another. */
export async function* recordsOf(file: string): AsyncGenerator<readonly string[]> {
  let isHeading = true;
  for await (const cells of createReadStream(file).pipe(parse({ bom: true })) as AsyncIterable<readonly string[]>) {
    if (!isHeading) yield cells;
    else if (cells.join(',') !== patientsHeading)
      throw new Error(`${file} is no list of a snapshot: its first line must be ${patientsHeading}`);
    isHeading = false;
  }
}
