/**
 * The pages of a list of 758,912 patients, as the console asks for them, on the embedded ClickHouse with the selections of the default rules:
 * the first page with its figure, pages in the middle and at the end, and the whole as CSV. Goal: each page below 0.5 s by the clock of a quiet machine. Seconds are of
 * the store's processor where the machine tells them, since other work must not count, then by the clock; beside them stands the ratio to counting the ledger once.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { CasePatients, type PatientLine, type PatientsWanted } from '#libs/access-store/patients/case-patients.js';
import { firstPlace, type PatientsPlace } from '#libs/access-store/patients/page-parts.js';
import { loadRules } from '#libs/detection/rules/load/load-rules.js';
import { readRuleFiles } from '#libs/detection/rules/load/read-rule-files.js';
import { readLists } from '#libs/detection/rules/load/require-rules.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { systemClock } from '#libs/runtime/clock.js';
import { spawnClickHouse } from '#services/clickhouse/spawn.js';
import { fillOneCase, oneCase, someKeys } from './rows/one-case.js';
import { report } from './yardstick/report.js';

/** `VIGIE_BENCH_SHARE=0.1` for a look at it. */
const share = Number(process.env['VIGIE_BENCH_SHARE'] ?? 1);
const patients = Math.round(758_912 * share);
const pageLines = 101;
const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-patients-'));
const server = await spawnClickHouse(systemClock, { portBase: 19_270, directory: folder });
const client = createStoreClient({ url: server.url, user: server.user, password: server.password });
try {
  const { selections } = loadRules(
    (await readRuleFiles(join(projectRoot, 'rules'))).files,
    await readLists(join(projectRoot, 'lists')),
  );
  await fillOneCase(client, someKeys(), patients, selections);
  const list = new CasePatients(client);
  const wanted: PatientsWanted = { caseId: oneCase, clinics: [], certainty: undefined };
  const plain = await timed(() =>
    client
      .query({ query: `SELECT count(), max(accesses) FROM vigie.case_ledger_of(case_id = '${oneCase}')` })
      .then((answer) => answer.text()),
  );
  const counted = await timed(() => list.figure(wanted));
  const figure = counted.value;
  if (figure.lines !== patients) throw new Error(`${figure.lines} lines were counted`);
  tell('the figure, once for all pages', counted, plain.seconds);
  const last = figure.by_clinic.at(-1)?.[0] ?? '';
  const places: Readonly<Record<string, PatientsPlace>> = {
    first: firstPlace,
    middle: [figure.by_clinic[2]?.[0] ?? '', '8'],
    last: [last, `fff${share < 1 ? '' : 'f'}`],
  };
  for (const [name, place] of Object.entries(places)) {
    const page = await timed(() => list.page(wanted, figure, place, pageLines));
    tell(`the ${name} page (${page.value.length} lines)`, page, plain.seconds);
  }
  const some = await timed(async () => pagesOf(list, wanted, figure, 20));
  tell(`twenty pages one after the other (${some.value} lines)`, some, plain.seconds);
  const export_ = await timed(async () => linesOf(list.csv(wanted, figure.lines)));
  if (export_.value !== patients + 1) throw new Error(`${export_.value} lines were exported`);
  tell(`the export of ${patients} lines as CSV`, export_, plain.seconds);
  report.figure('this process at the end', process.memoryUsage.rss() / 2 ** 20, 'MiB');
} finally {
  await client.close();
  await server.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}

async function pagesOf(
  list: CasePatients,
  wanted: PatientsWanted,
  figure: Parameters<CasePatients['page']>[1],
  pages: number,
): Promise<number> {
  let place: PatientsPlace = firstPlace;
  const seen = new Set<string>();
  for (let page = 0; page < pages; page += 1) {
    const lines: readonly PatientLine[] = await list.page(wanted, figure, place, pageLines);
    for (const { clinic_id, patient_id } of lines) seen.add(`${clinic_id} ${patient_id}`);
    const last = lines.at(-1);
    if (!last) break;
    place = [last.clinic_id, last.patient_id];
  }
  return seen.size;
}

async function linesOf(bytes: AsyncIterable<Uint8Array | string>): Promise<number> {
  let lines = 0;
  for await (const piece of bytes) lines += String(piece).split('\n').length - 1;
  return lines;
}

async function timed<T>(run: () => Promise<T>): Promise<{ readonly value: T; readonly seconds: number; readonly clock: number }> {
  const begun = spent();
  const begunMs = performance.now();
  const value = await run();
  return { value, seconds: spent() - begun, clock: (performance.now() - begunMs) / 1_000 };
}

/** Seconds of the processor that the store has had, of the clock where the machine does not say. */
function spent(): number {
  try {
    const [, after = ''] = readFileSync(`/proc/${server.child.pid}/stat`, 'utf8').split(') ');
    const fields = after.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return performance.now() / 1_000;
  }
}

function tell(what: string, { seconds, clock }: { readonly seconds: number; readonly clock: number }, plain: number): void {
  report.figure(what, seconds, 's of the processor');
  report.figure(`${what}, by the clock`, clock, 's');
  report.ratio(what, seconds / plain, 'the time of counting the ledger once');
}
