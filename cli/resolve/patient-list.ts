import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { csvLine } from '#libs/contracts/csv-cell.js';
import { listLineOf, patientsHeading } from '#libs/dossier/patients-csv.js';
import type { Resolver } from '#libs/dossier/resolution.js';
import { isError } from '#libs/runtime/outcome.js';

export interface ReadList {
  /** Of the lines of the list that the file stands for. */
  readonly sha256: string;
  readonly lines: number;
  /** The newest access on it. */
  readonly lastTime: string;
}

const [pseudonymAt, lastTimeAt, keysAt] = [1, 5, 7];

/** Characters that are given on together. */
const piece = 64 * 1024;

/** Reads `patients-<controller>.csv`, telling every pseudonym with the keys that made it. Throws when it has other columns. */
export async function readList(file: string, take: (pseudonym: string, keyIds: readonly string[]) => void): Promise<ReadList> {
  const digest = createHash('sha256');
  let lines = 0;
  let lastTime = '';
  const read = (cells: readonly string[]) => {
    const [pseudonym = '', last = '', keyIds = ''] = [cells[pseudonymAt], cells[lastTimeAt], cells[keysAt]];
    if (!/^[0-9a-f]{32}$/.test(pseudonym)) throw new Error(`${file}: row ${lines + 2} has no pseudonym; nothing was written`);
    take(pseudonym, keyIds.split(','));
    lines += 1;
    if (last > lastTime) lastTime = last;
    return listLineOf(cells);
  };
  for await (const text of listTexts(file, read)) digest.update(text);
  return { sha256: digest.digest('hex'), lines, lastTime };
}

/** Writes the rows of the list whose pseudonym nobody of the index has. */
export async function writeUnmatched(file: string, to: string, resolver: Resolver): Promise<void> {
  const unmatched = ([clinic = '', pseudonym = '']: readonly string[]) =>
    resolver.isMatched(pseudonym) ? '' : csvLine([clinic, pseudonym]);
  const out = createWriteStream(to, { mode: 0o600, flags: 'wx' });
  out.write('clinic_id,patient_id\n');
  const isWhole = resolver.numbers.unmatched === 0;
  await pipeline(isWhole ? Readable.from([]) : listTexts(file, unmatched), out);
}

/** A text for each record of a list as CSV, in pieces. Throws when its heading is another. */
export function listTexts(file: string, textOf: (cells: readonly string[]) => string): Transform {
  let isHeading = true;
  let text = '';
  const texts = new Transform({
    writableObjectMode: true,
    transform(cells: readonly string[], _encoding, done) {
      try {
        if (isHeading) checkHeading(file, cells);
        else text += textOf(cells);
      } catch (cause) {
        return done(isError(cause) ? cause : new Error(String(cause)));
      }
      isHeading = false;
      if (text.length >= piece) {
        this.push(text);
        text = '';
      }
      done();
    },
    flush(done) {
      this.push(text);
      done();
    },
  });
  const source = createReadStream(file);
  const parser = parse({ bom: true });
  for (const stream of [source, parser]) stream.on('error', (cause: Error) => texts.destroy(cause));
  source.pipe(parser).pipe(texts);
  return texts;
}

function checkHeading(file: string, cells: readonly string[]): void {
  if (cells.join(',') !== patientsHeading)
    throw new Error(`${file} is no list of a snapshot: its first line must be ${patientsHeading}`);
}
