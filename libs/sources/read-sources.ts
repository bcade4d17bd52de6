// What a file of sources says: who sends, how each proves who it is, by which doors they come, and how their records are read.
// Reads the file and the secrets that it names, nothing else.

import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { canonicalAuthority } from '#libs/pseudonyms/canonical.js';
import { ConfigError } from '#libs/runtime/config.js';
import { messageOf } from '#libs/runtime/outcome.js';
import { operatorFileText } from '#libs/runtime/files/operator-file.js';
import { type SecretReach, weaknessOfText } from '#libs/runtime/secret-strength.js';
import { type Credential, digestOf, wrongLength } from './credentials.js';
import { crossMistakes } from './cross-checks.js';
import { detect, type ListenerEntry, type SourceEntry, type SourcesDocument, sourcesSchema } from './schema.js';
import type { ConfiguredSource, Listener } from './source.js';
import { type PlacedMistake, readLinedYaml } from './yaml-lines.js';

export interface SourcesFile {
  readonly sources: readonly ConfiguredSource[];
  readonly listeners: readonly Listener[];
  readonly credentials: readonly Credential[];
  /** Every file that this was read from: when one of them changes, so may this. */
  readonly paths: readonly string[];
}

export const noSources: SourcesFile = { sources: [], listeners: [], credentials: [], paths: [] };

export interface SourcesSurroundings {
  /** Variables of the environment, for `token_env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly reach: SecretReach;
  /** Reads no token at all: for whoever only wants to know how records are read. */
  readonly withoutTokens?: boolean;
}

/**
 * Reads a file of sources. Paths in it are relative to its folder. Throws `ConfigError`: a headline, and every mistake in a line of its
 * own, as `file:line: field: what is wrong, what to do`. Secrets are never quoted.
 */
export function readSources(path: string, surroundings: SourcesSurroundings): SourcesFile {
  const fail = (mistakes: readonly string[]): never => {
    throw new ConfigError(`${path} has ${mistakes.length} mistake(s):\n  ${mistakes.join('\n  ')}`);
  };
  const yaml = readLinedYaml(textOf(path));
  if ('reason' in yaml) return fail([`${path}:${yaml.line}: ${yaml.reason}`]);
  const told = ({ path: at, reason }: PlacedMistake) => `${path}:${yaml.lineOf(at)}: ${nameOf(at, yaml.value)}${reason}`;
  const parsed = sourcesSchema.safeParse(yaml.value);
  if (!parsed.success) return fail(parsed.error.issues.map((issue) => told({ path: issue.path, reason: reasonOf(issue) })));
  const folder = dirname(path);
  const read = parsed.data.sources.map((entry, index) => readSource(entry, index, folder, surroundings));
  const mistakes = [...crossMistakes(parsed.data), ...read.flatMap((one) => one.mistakes), ...sharedTokens(read)];
  if (mistakes.length) return fail(mistakes.map(told));
  return {
    sources: read.map(({ source }) => source),
    listeners: parsed.data.listeners.map((entry) => listenerOf(entry, folder)),
    credentials: read.flatMap(({ source, digests }) => digests.map((digest) => ({ digest, source }))),
    paths: [path, ...pathsIn(parsed.data, folder)],
  };
}

/** A key of a map has its own reasons inside. */
function reasonOf(issue: z.core.$ZodIssue): string {
  const inner = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
  return inner ?? issue.message;
}

function textOf(path: string): string {
  try {
    return operatorFileText(path);
  } catch (cause) {
    throw new ConfigError(`VIGIE_SOURCES_FILE: ${path} cannot be read (${messageOf(cause)})`);
  }
}

/** `source dpi: zone: ` for `['sources', 0, 'zone']`. */
function nameOf([list, index, ...fields]: readonly PropertyKey[], value: unknown): string {
  const name = memberOf(memberOf(memberOf(value, list), index), 'name');
  const entry =
    index === undefined ? list : `${String(list).replace(/s$/, '')} ${typeof name === 'string' ? name : Number(index) + 1}`;
  return [entry, fields.join('.')].map((part) => (part === undefined || part === '' ? '' : `${String(part)}: `)).join('');
}

function memberOf(inner: unknown, key: PropertyKey | undefined): unknown {
  return typeof inner === 'object' && inner !== null && key !== undefined ? Reflect.get(inner, key) : undefined;
}

interface ReadSource {
  readonly source: ConfiguredSource;
  readonly digests: readonly Buffer[];
  readonly mistakes: readonly PlacedMistake[];
}

function readSource(entry: SourceEntry, index: number, folder: string, surroundings: SourcesSurroundings): ReadSource {
  const { format, zone, authorities, clinic, columns, values, charset } = entry;
  const reading = {
    ...(format === undefined || format === detect ? {} : { format }),
    zone,
    authorities: authorities ?? [],
    ...(clinic && { clinic }),
    ...(columns && { columns }),
    ...(values && { values }),
    ...(charset !== undefined && { charset }),
  };
  const source: ConfiguredSource = {
    source: entry.name,
    groupId: entry.group,
    authority: canonicalAuthority(entry.authority),
    ...(entry.extra && { extraFields: entry.extra }),
    reading,
    detects: format !== undefined,
    certificates: entry.certificate ?? [],
    listeners: entry.listener ?? [],
    senders: entry.senders ?? [],
    ...(entry.topic !== undefined && { topic: entry.topic }),
    ...(entry.folder !== undefined && { folder: resolve(folder, entry.folder) }),
  };
  const mistakes: PlacedMistake[] = [];
  return { source, digests: tokensOf(entry, index, folder, surroundings, mistakes), mistakes };
}

/** Digests of the tokens of a source; what cannot be read or could be guessed is a mistake. */
function tokensOf(
  entry: SourceEntry,
  index: number,
  folder: string,
  { environment, reach, withoutTokens }: SourcesSurroundings,
  mistakes: PlacedMistake[],
): readonly Buffer[] {
  if (withoutTokens) return [];
  const given = [
    ...(entry.token_file ?? []).map((name) => ({ field: 'token_file', name, token: contentOf(resolve(folder, name)) })),
    ...(entry.token_env ?? []).map((name) => ({ field: 'token_env', name, token: environment[name] })),
  ];
  const digests: Buffer[] = (entry.token_sha256 ?? []).map((hex) => Buffer.from(hex, 'hex'));
  for (const { field, name, token } of given) {
    const wrong = token ? (wrongLength(token) ?? weakness(token, reach)) : 'is not there, empty, or cannot be read';
    if (wrong) mistakes.push({ path: ['sources', index, field], reason: `the token of ${name} ${wrong}` });
    else if (token) digests.push(digestOf(token));
  }
  return digests;
}

function weakness(token: string, reach: SecretReach): string | undefined {
  const found = weaknessOfText(token, reach);
  return found && `is ${found}; make one with openssl rand -hex 32, and give it to its sender`;
}

function contentOf(path: string): string | undefined {
  try {
    return operatorFileText(path).trim();
  } catch {
    return undefined;
  }
}

function sharedTokens(read: readonly ReadSource[]): readonly PlacedMistake[] {
  const seen = new Set<string>();
  return read.flatMap(({ digests }, index) => {
    const own = new Set(digests.map((digest) => digest.toString('hex')));
    const shared = [...own].some((digest) => seen.has(digest));
    for (const digest of own) seen.add(digest);
    return shared ? [{ path: ['sources', index], reason: 'has the token of another source; give each its own' }] : [];
  });
}

function listenerOf({ name, kind, transport, host, port, tls, proxies = [] }: ListenerEntry, folder: string): Listener {
  const at = (path: string) => resolve(folder, path);
  const files = tls && { tls: { certificate: at(tls.certificate), key: at(tls.key), clientCa: at(tls.client_ca) } };
  return { name, kind, transport, host, port, proxies, ...files };
}

function pathsIn({ sources, listeners }: SourcesDocument, folder: string): readonly string[] {
  const named = [
    ...sources.flatMap(({ token_file }) => token_file ?? []),
    ...listeners.flatMap(({ tls }) => (tls ? Object.values(tls) : [])),
  ];
  return named.map((path) => resolve(folder, path));
}
