import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '#libs/runtime/config.js';
import { figure } from './store-figures.js';

export const manifestName = 'manifest.json';

const manifestSchema = z.strictObject({
  /** 1: partitions of the store in ClickHouse's own format; 2: as lines. */
  format: z.union([z.literal(1), z.literal(2)]),
  version: z.string(),
  /** Times of its begin and its end. What was accepted before the begin is in it. */
  begun_at: z.string(),
  ended_at: z.string(),
  migrations: z.array(z.string()),
  /** Figures of the store before and after it was copied: they differ where rows came meanwhile. */
  before: z.record(z.string(), figure),
  after: z.record(z.string(), figure),
  /** By `topic/partition`. */
  log: z.record(z.string(), z.strictObject({ start: z.number(), end: z.number(), frames: z.number() })),
  /** SHA-256 of every file beside this one, and of the folder of keys under `keys/`. */
  files: z.record(z.string(), z.string()),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** Written last, and whole: what has none is no backup. */
export function writeManifest(folder: string, manifest: Manifest): void {
  const fresh = join(folder, `${manifestName}.new`);
  writeFileSync(fresh, `${JSON.stringify(manifest, undefined, 1)}\n`, { mode: 0o600, flush: true });
  renameSync(fresh, join(folder, manifestName));
}

/** Throws `ConfigError` for a folder that holds no whole backup, or one with files that are others than when it was made. */
export async function readManifest(folder: string, keys: string): Promise<Manifest> {
  let text: string;
  try {
    text = readFileSync(join(folder, manifestName), 'utf8');
  } catch {
    throw new ConfigError(`${folder} is no backup, or one that was broken off: it has no ${manifestName}`);
  }
  const parsed = manifestSchema.safeParse(jsonOf(text, folder));
  if (!parsed.success)
    throw new ConfigError(`${join(folder, manifestName)} is none of this version: ${parsed.error.issues[0]?.message}`);
  if (!existsSync(keys))
    throw new ConfigError(
      `${keys} is not there: --keys-from names the folder of keys of the same backup; without them no list of patients can be resolved`,
    );
  const found = await filesOf(folder, keys);
  for (const [name, sha256] of Object.entries(parsed.data.files)) {
    if (found[name] === sha256) continue;
    const what = found[name] === undefined ? 'is missing' : 'was changed';
    throw new ConfigError(`${name} of the backup in ${folder} ${what}; take another backup, this one restores something else`);
  }
  return parsed.data;
}

function jsonOf(text: string, folder: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigError(
      `${join(folder, manifestName)} was cut short or changed: what it says of the backup cannot be believed; take another backup`,
    );
  }
}

/** SHA-256 by path, of a backup and of its keys, which lie elsewhere. */
export async function filesOf(folder: string, keys: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [root, prefix] of [
    [folder, ''],
    [keys, 'keys/'],
  ] as const)
    for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted()) {
      const path = join(root, name);
      if (statSync(path).isFile() && name !== manifestName && !name.endsWith('lock.mdb'))
        found[`${prefix}${relative(root, path)}`] = await sha256Of(path);
    }
  return found;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
