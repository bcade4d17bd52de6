import { readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { printableLines } from '#libs/contracts/visible-text.js';
import { packingIn } from '#libs/formats/read/containers.js';
import { readGroupKeys } from '#libs/pseudonyms/config.js';
import { type GroupKeys, parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { systemClock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { unpackBytes } from '#libs/runtime/unpack/unpack-bytes.js';
import { UnpackError } from '#libs/runtime/unpack/unpack-error.js';
import { readSources } from '#libs/sources/read-sources.js';
import type { ConfiguredSource } from '#libs/sources/source.js';
import { readSourcesCommandConfig } from './config.js';
import { trial } from './trial.js';

/** Bytes of a sample after decompression. */
const sampleBytesMax = 512 * 1024 * 1024;

export interface TryOptions {
  readonly source: string;
  readonly file?: string;
  readonly limit: number;
}

/** `vigie sources try`: the rows that a file would become, as JSON lines, and why what is refused is refused. Stores nothing. */
export async function trySourceCommand(file: string, { source: name, file: sourcesFile, limit }: TryOptions): Promise<void> {
  const { config, environment, path } = readSourcesCommandConfig(sourcesFile);
  const { sources } = readSources(path, { environment, reach: 'machine', withoutTokens: true });
  const source = sourceNamed(sources, name, path);
  const { keys, own } = keysOf(config, source.groupId);
  if (!own) process.stderr.write(`no key of ${source.groupId} is here: the pseudonyms below are of this run alone\n`);
  const bytes = await unpackedSample(readFileSync(file === '-' ? 0 : file));
  const { lines, rows, refused, isCut } = trial(bytes, { ...source, keys }, limit, systemClock.now());
  for (const line of lines) process.stdout.write(`${printableLines(line)}\n`);
  process.stderr.write(`${rows} row(s), ${refused} record(s) refused or set aside; nothing was stored\n`);
  if (isCut) process.stderr.write(`these are the first ${limit} records; --limit shows more\n`);
}

/** Unpacked as watched folders do. Throws `ConfigError` where it is damaged or too large. */
async function unpackedSample(bytes: Buffer): Promise<Buffer> {
  const packing = packingIn(bytes);
  if (!packing) return bytes;
  try {
    return await unpackBytes(packing, bytes, sampleBytesMax);
  } catch (cause) {
    if (!(cause instanceof UnpackError)) throw cause;
    throw new ConfigError(`the sample cannot be unpacked: ${cause.message}; take a shorter one`);
  }
}

/** The source of that name. Throws `ConfigError` where there is none, or several. */
export function sourceNamed(sources: readonly ConfiguredSource[], name: string, path: string): ConfiguredSource {
  const found = sources.filter(({ source, groupId }) => name === source || name === `${source}@${groupId}`);
  const [first, ...others] = found;
  const known = sources.map(({ source, groupId }) => `${source}@${groupId}`).join(', ');
  if (!first) throw new ConfigError(`${path} has no source ${name}; it has ${known}`);
  if (others.length) throw new ConfigError(`${path} has several sources ${name}; name one of ${known}`);
  return first;
}

/** The group's own keys where they are here; else keys that are forgotten at the end. */
export function keysOf(
  config: Parameters<typeof readGroupKeys>[0],
  groupId: string,
): { readonly keys: GroupKeys; readonly own: boolean } {
  try {
    return { keys: readGroupKeys(config, groupId), own: true };
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
  }
  const parsed = parseKeyRing(`${groupId}:trial=${randomBytes(32).toString('base64')}`);
  const keys = 'ring' in parsed ? parsed.ring.group(groupId) : undefined;
  if (!keys) throw new ConfigError(`no key can be made for the group ${groupId}`);
  return { keys, own: false };
}
