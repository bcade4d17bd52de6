import { createHash, timingSafeEqual } from 'node:crypto';
import { plainReading } from '#libs/formats/input-format.js';
import { namesPerson } from '#libs/formats/person-words.js';
import { canonicalAuthority } from '#libs/pseudonyms/canonical.js';
import { entriesOf } from '#libs/runtime/config.js';
import { type SecretReach, weaknessOfText } from '#libs/runtime/secret-strength.js';
import type { Source } from './source.js';

/** Shorter tokens could be guessed; those that Vigie makes have 43 characters. */
const tokenLengthMin = 8;
const tokenLengthMax = 512;
export const keyLengthMax = 256;
/** Unknown fields that a source may keep. */
const extraFieldsMax = 64;

/** SHA-256 of a token, and whose it is. */
export interface Credential {
  readonly digest: Buffer;
  readonly source: Source;
}

/** Tokens, kept as digests only. */
export class Credentials {
  constructor(private readonly entries: readonly Credential[]) {}

  /** The source of a token, or undefined. Takes the same time whichever token is asked for. */
  sourceOf(token: string): Source | undefined {
    const digest = digestOf(token);
    let found: Source | undefined;
    for (const entry of this.entries) if (timingSafeEqual(entry.digest, digest)) found = entry.source;
    return found;
  }

  /** These and others. */
  with(others: readonly Credential[]): Credentials {
    return new Credentials([...this.entries, ...others]);
  }

  sources(): readonly Source[] {
    return this.entries.map(({ source }) => source);
  }

  /** Whether the digest stands for a source already. */
  has(digest: Buffer): boolean {
    return this.entries.some((entry) => entry.digest.equals(digest));
  }

  groupIds(): readonly string[] {
    return [...new Set(this.entries.map(({ source }) => source.groupId))];
  }
}

/**
 * Reads `source@group=token[;authority=...][;extra=...]` entries, separated by commas or line ends; lines that begin with `#` are remarks.
 * Several tokens may stand for one source, so that tokens can be changed without a gap. Mistakes name entries by their place, never by token.
 * `weak` says which tokens anybody could guess.
 */
export function parseTokens(
  text: string,
  reach: SecretReach = 'network',
): { readonly credentials: Credentials; readonly weak: readonly string[] } | { readonly mistakes: readonly string[] } {
  const entries = entriesOf(text);
  const read = entries.map(parseEntry);
  const mistakes = read.flatMap((entry, index) => (typeof entry === 'string' ? [`token ${index + 1}: ${entry}`] : []));
  const good = read.filter((entry) => typeof entry !== 'string');
  if (new Set(good.map(({ token }) => token)).size < good.length)
    mistakes.push('one token is given to two sources; give each its own');
  if (!entries.length) mistakes.push('no token is given; write source@group=token');
  if (mistakes.length) return { mistakes };
  const weak = good.flatMap(({ token, source: { source, groupId } }) => {
    const weakness = weaknessOfText(token, reach);
    return weakness ? [`the token of ${source}@${groupId} is ${weakness}`] : [];
  });
  return { credentials: new Credentials(good.map(({ token, source }) => ({ digest: digestOf(token), source }))), weak };
}

function parseEntry(entry: string): { readonly token: string; readonly source: Source } | string {
  const [head = '', ...settings] = entry.split(';');
  const [, source, groupId, token] = /^([^\s@=]{1,64})@([^\s@=]{1,64})=(\S+)$/.exec(head) ?? [];
  if (!source || !groupId || !token) return 'expected source@group=token';
  const wrong = wrongLength(token);
  if (wrong) return `the token of ${source}@${groupId} ${wrong}`;
  const read = readSettings(settings);
  return typeof read === 'string'
    ? `${source}@${groupId} ${read}`
    : { token, source: { source, groupId, ...read, reading: plainReading, detects: false } };
}

/** The settings behind a token, or what is wrong with them. */
function readSettings(settings: readonly string[]): Pick<Source, 'authority' | 'extraFields'> | string {
  let read: Pick<Source, 'authority' | 'extraFields'> = { authority: 'group' };
  for (const setting of settings) {
    const [, name, value = ''] = /^(authority|extra)=(\S{0,4096})$/.exec(setting.trim()) ?? [];
    if (name === 'authority' && value && value.length <= keyLengthMax) read = { ...read, authority: canonicalAuthority(value) };
    else if (name === 'extra') {
      const fields = value.split('|').filter(Boolean);
      const wrong = wrongFields(fields);
      if (wrong) return wrong;
      read = { ...read, extraFields: fields };
    } else return 'has a setting other than authority=group|clinic|<name> and extra=<field>|<field>|...';
  }
  return read;
}

/** What is wrong with the length of a token. */
export function wrongLength(token: string): string | undefined {
  if (token.length >= tokenLengthMin && token.length <= tokenLengthMax) return undefined;
  return `has ${token.length} characters; ${tokenLengthMin} to ${tokenLengthMax} are allowed`;
}

/** What is wrong with the unknown fields that a source wants kept. */
export function wrongFields(fields: readonly string[]): string | undefined {
  if (fields.length > extraFieldsMax) return `keeps ${fields.length} fields; at most ${extraFieldsMax} are allowed`;
  const person = fields.find((field) => namesPerson(field));
  return person && `keeps the field ${person}, which names or finds a person; leave it out, or rename it at the source`;
}

export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
