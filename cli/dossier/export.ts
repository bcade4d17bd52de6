import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { DossierShelf } from '#libs/access-store/dossiers/dossier-shelf.js';
import { SnapshotStore } from '#libs/access-store/dossiers/snapshot-store.js';
import type { DossierSnapshot } from '#libs/contracts/dossier.js';
import { dossierFile, fileNames } from '#libs/dossier/files/dossier-files.js';
import { type Answers, answers, answersWithoutField } from '#libs/dossier/dossier.js';
import type { Language } from '#libs/dossier/labels.js';
import { lengthsOfFile } from '#libs/dossier/shipped.js';
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
  readonly timezone?: string;
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
  await withStore(
    config,
    async (client) => {
      const snapshot = await snapshotOf(client, prefix, options);
      const standing = (await storedCases(client, snapshot.case_id)).caseOf(snapshot.case_id, systemClock.now());
      const shelf = new DossierShelf(client);
      const input = await shelf.input(snapshot, { standing, lengths, answers: given });
      const strange = answersWithoutField(input);
      if (strange.length) throw new ConfigError(`${options.answers ?? ''}: the dossier has no field ${strange.join(', ')}`);
      mkdirSync(options.out, { recursive: true, mode: 0o700 });
      const list = `patients-${fileName(snapshot.controller_id)}.csv`;
      await pipeline(shelf.list(snapshot.snapshot_id), createWriteStream(join(options.out, list), { mode: 0o600, flags: 'wx' }));
      const files = { manifest: snapshot.manifest, lengths, language: options.language, timezone: options.timezone };
      for (const name of fileNames) writeFileSync(join(options.out, name), await dossierFile(name, input, files), privately);
      const names = [...fileNames, list];
      const sums: string[] = [];
      for (const name of names) sums.push(`${await digestOf(join(options.out, name))}  ${name}\n`);
      writeFileSync(join(options.out, 'SHA256SUMS'), sums.join(''), privately);
      process.stdout.write(`${options.out}: ${[...names, 'SHA256SUMS'].join(' ')}\n`);
    },
    'patients',
  );
}

async function snapshotOf(
  client: StoreClient,
  prefix: string,
  { controller, snapshot }: ExportOptions,
): Promise<DossierSnapshot> {
  const store = new SnapshotStore(client);
  const all = await store.snapshots(prefix.toLowerCase(), controller);
  const named = snapshot === undefined ? undefined : await oneSnapshot(store, snapshot);
  const found = snapshot === undefined ? all.at(-1) : all.find(({ snapshot_id }) => snapshot_id === named?.snapshot_id);
  if (!found) throw new Error(`nothing is frozen of ${controller} in ${prefix.slice(0, 50)}: "vigie dossier freeze" comes first`);
  if (new Set(all.map(({ case_id }) => case_id)).size > 1)
    throw new Error(`several cases begin with ${prefix.slice(0, 50)}; give more digits`);
  return found;
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
