import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { ClinicsReader } from '#libs/formats/registers/clinics-csv.js';
import { ProgressBar } from '#libs/runtime/progress-bar.js';
import { readCommandConfig } from './config.js';
import { encodingMistake, inputLines, refuse } from './input-lines.js';
import { withStore } from './with-store.js';

/** A file of fewer bytes is read before anybody could read of its progress. */
const longBytes = 1_000_000;

/** Clinics of one insert. */
const batch = 10_000;

/** `vigie clinics import`: loads a register into the table `clinics`, all of it or, with a mistake in it, nothing. `-` is standard input. */
export async function importClinics(file: string): Promise<void> {
  const config = readCommandConfig();
  const isFile = file !== '-';
  const size = isFile ? statSync(file).size : 0;
  const bar = size >= longBytes ? new ProgressBar(process.stderr) : undefined;
  const reader = new ClinicsReader();
  const bytes = isFile ? createReadStream(file) : undefined;
  const lines = bytes
    ? createInterface({ input: bytes, crlfDelay: Infinity })
    : inputLines('vigie clinics import - < clinics.csv');
  let number = 0;
  for await (const line of lines) {
    reader.take(line);
    reader.mistakes.push(...encodingMistake(line, (number += 1)));
    if (bytes) bar?.show((bytes.bytesRead / size) * 0.5, `${reader.clinics.length} clinics read`);
  }
  if (reader.clinics.length === 0 && reader.mistakes.length === 0)
    reader.mistakes.push({ line: 1, reason: 'there is no clinic in it' });
  const { clinics, mistakes } = reader;
  if (mistakes.length) bar?.end();
  if (refuse(file, mistakes)) return;
  await withStore(config, async (client) => {
    const store = new ClickHouseLists(client);
    for (let at = 0; at < clinics.length; at += batch) {
      await store.putClinics(clinics.slice(at, at + batch));
      const done = Math.min(clinics.length, at + batch);
      bar?.show(0.5 + (done / clinics.length) * 0.5, `${done} clinics stored`);
    }
  });
  bar?.end();
  const closed = clinics.filter(({ closed_at }) => closed_at !== null).length;
  process.stdout.write(`${file}: ${clinics.length} clinic(s) stored, ${closed} of them closed\n`);
}
