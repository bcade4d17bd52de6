import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { BreachReader } from '#libs/access-store/dossiers/breach-reader.js';
import { ClickHouseControllers } from '#libs/access-store/dossiers/clickhouse-controllers.js';
import { SnapshotStore } from '#libs/access-store/dossiers/snapshot-store.js';
import type { Controller } from '#libs/contracts/controller.js';
import type { DossierSnapshot } from '#libs/contracts/dossier.js';
import { breachFacts } from '#libs/dossier/breach-facts.js';
import { clocksOf } from '#libs/dossier/clocks.js';
import type { Lengths } from '#libs/dossier/deadlines.js';
import { type Answers, answers, answersWithoutField, type DossierInput, dossierOf } from '#libs/dossier/dossier.js';
import type { Language } from '#libs/dossier/labels.js';
import { PatientsCsv } from '#libs/dossier/patients-csv.js';
import { dossierPdf } from '#libs/dossier/pdf.js';
import { lengthsOfFile, shippedFonts, shippedLabels } from '#libs/dossier/shipped.js';
import { latest, registerCsv, timelineCsv } from '#libs/dossier/tables.js';
import { manifestOf } from '#libs/dossier/verify.js';
import { commonConfig, ConfigError, readConfig } from '#libs/runtime/config.js';
import { systemClock } from '#libs/runtime/clock.js';
import { storedCases } from '../case/stored-cases.js';
import { type StoreClient, withStore } from '../with-store.js';
import { oneSnapshot } from './snapshots.js';

export interface ExportOptions {
  readonly controller: string;
  readonly out: string;
  readonly snapshot?: string;
  readonly answers?: string;
  readonly language: Language;
}

/** Whoever may read the folder may read lists of patients. */
const privately = { mode: 0o600, flag: 'wx' } as const;

/** `vigie dossier export`: the files of the last snapshot of a controller, and their digests. */
export async function exportCommand(prefix: string, options: ExportOptions): Promise<void> {
  const config = readConfig({ ...commonConfig, VIGIE_DEADLINES_FILE: z.string().optional() });
  const lengths = lengthsOfFile(config.VIGIE_DEADLINES_FILE);
  const given = answersOf(options.answers);
  // The files of two controllers have the same names.
  if (existsSync(options.out) && readdirSync(options.out).length > 0)
    throw new ConfigError(`${options.out} holds something already: give each export a folder of its own with --out`);
  await withStore(config, async (client) => {
    const snapshot = await snapshotOf(client, prefix, options);
    const input = await inputOf(client, snapshot, lengths, given);
    const strange = answersWithoutField(input);
    if (strange.length) throw new ConfigError(`${options.answers ?? ''}: the dossier has no field ${strange.join(', ')}`);
    mkdirSync(options.out, { recursive: true, mode: 0o700 });
    const list = `patients-${fileName(snapshot.controller_id)}.csv`;
    const rows = Readable.from(new SnapshotStore(client).bytes(snapshot.snapshot_id));
    await pipeline(rows, new PatientsCsv(), createWriteStream(join(options.out, list), { mode: 0o600, flags: 'wx' }));
    const files = await filesOf(input, snapshot, lengths, options.language);
    for (const [name, content] of files) writeFileSync(join(options.out, name), content, privately);
    const names = [...files.keys(), list];
    const sums: string[] = [];
    for (const name of names) sums.push(`${await digestOf(join(options.out, name))}  ${name}\n`);
    writeFileSync(join(options.out, 'SHA256SUMS'), sums.join(''), privately);
    process.stdout.write(`${options.out}: ${[...names, 'SHA256SUMS'].join(' ')}\n`);
  });
}

async function snapshotOf(client: StoreClient, prefix: string, { controller, snapshot }: ExportOptions): Promise<DossierSnapshot> {
  const store = new SnapshotStore(client);
  const all = await store.snapshots(prefix.toLowerCase(), controller);
  const named = snapshot === undefined ? undefined : await oneSnapshot(store, snapshot);
  const found = snapshot === undefined ? all.at(-1) : all.find(({ snapshot_id }) => snapshot_id === named?.snapshot_id);
  if (!found) throw new Error(`nothing is frozen of ${controller} in ${prefix.slice(0, 50)}: "vigie dossier freeze" comes first`);
  if (new Set(all.map(({ case_id }) => case_id)).size > 1) throw new Error(`several cases begin with ${prefix.slice(0, 50)}; give more digits`);
  return found;
} // prettier-ignore

async function inputOf(client: StoreClient, snapshot: DossierSnapshot, lengths: Lengths, given: Answers): Promise<DossierInput> {
  const { group_id, case_id, controller_id, manifest_sha256: manifestSha256 } = snapshot;
  const manifest = manifestOf(snapshot);
  if (!manifest) throw new Error(`the manifest of ${snapshot.snapshot_id} cannot be read; "vigie dossier verify" says what was changed`);
  const reader = new BreachReader(client);
  // Nobody is on the list because of an incident that was taken back, or that another one holds now.
  const incidents = manifest.incidents.filter(({ state }) => state !== 'withdrawn' && state !== 'merged');
  const ids = incidents.map(({ incident_id }) => incident_id);
  const { accounts, from } = 'accounts' in manifest.scope && manifest.scope.accounts.length ? { accounts: manifest.scope.accounts, from: [manifest.scope.from_time] } : { accounts: [], from: [] };
  const begins = [...incidents.map(({ first_time }) => first_time), ...from];
  const { rules, ...machine } = await reader.machine(case_id, ids, begins.toSorted()[0] ?? manifest.frozen_at);
  const standing = (await storedCases(client, case_id)).caseOf(case_id, systemClock.now());
  const actions = standing?.entries.flatMap(({ effect, action }) => (effect === 'counted' && action ? [action] : [])) ?? [];
  const controllers = await new ClickHouseControllers(client).list(group_id);
  const controller = controllers.find((one) => one.controller_id === controller_id) ?? nameless(group_id, controller_id);
  const facts = breachFacts(controller, machine, actions);
  const clocks = clocksOf(facts, lengths, Date.parse(latest(manifest, actions)));
  const ongoing = incidents.some(({ state }) => state === 'open');
  const truePositive = standing?.row.verdict === 'true_positive';
  const seen = await reader.seen(snapshot, ids, accounts);
  return { manifest: { ...manifest, incidents }, manifestSha256, controller, facts, clocks, actions, seen, rules, ongoing, truePositive, answers: given };
} // prettier-ignore

async function filesOf(input: DossierInput, { manifest }: DossierSnapshot, lengths: Lengths, language: Language): Promise<ReadonlyMap<string, string | Buffer>> {
  const dossier = dossierOf(input);
  const options = { labels: shippedLabels, language, fonts: shippedFonts(), frozenAt: input.manifest.frozen_at };
  return new Map<string, string | Buffer>([
    ['dossier.json', `${JSON.stringify(dossier, null, 2)}\n`],
    ['manifest.json', manifest],
    ['register.csv', registerCsv(dossier, input.facts)],
    ['timeline.csv', timelineCsv(input.manifest, input.facts, input.actions, lengths)],
    ['cnil.pdf', await dossierPdf(dossier, options)],
  ]);
} // prettier-ignore

/** A clinic that is its own controller and stands in no register. */
function nameless(group_id: string, controller_id: string): Controller {
  return { group_id, controller_id, name: '', siren: '', legal_representative: '', dpo_name: '', dpo_email: '', dpo_phone: '', joint_with: [], processor_of: [], nis2: 'none', ars: '' }; // prettier-ignore
}

function answersOf(file: string | undefined): Answers {
  if (file === undefined) return {};
  const parsed = answers.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new ConfigError(`${file}: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`);
}

function fileName(controllerId: string): string {
  return controllerId.replaceAll(/[^A-Za-z0-9._-]/g, '_');
}

async function digestOf(file: string): Promise<string> {
  const digest = createHash('sha256');
  for await (const piece of createReadStream(file)) digest.update(piece as Buffer);
  return digest.digest('hex');
}
