import { z } from 'zod';
import { type CommonConfig, ConfigError } from '#libs/runtime/config.js';
import { existingKeyEntry, localKeyEntry } from './key-file.js';
import { type GroupKeys, type KeyRing, overlapMsDefault, parseKeyRing } from './key-ring.js';

const dayMs = 86_400_000;

/** Variables of every process that makes pseudonyms. */
export const pseudonymConfig = {
  /** `group:key_id=base64` entries, the newest of a group first; see `parseKeyRing`. */
  VIGIE_PSEUDONYM_KEYS: z.string().optional(),
  /** For so long after a key with `from` has come into use the pseudonym of the one before stands beside the new one. */
  VIGIE_PSEUDONYM_OVERLAP_DAYS: z.coerce
    .number()
    .min(1)
    .max(500)
    .default(overlapMsDefault / dayMs),
};

/**
 * The keys of the groups that are asked for. Without `VIGIE_PSEUDONYM_KEYS` they are made once below the data folder, but only on the
 * embedded default: several machines must share one key, or one patient would have several pseudonyms. Throws `ConfigError`.
 */
export function readKeyRing(
  config: Pick<CommonConfig, 'VIGIE_DATA_DIR' | 'KAFKA_BROKERS'> & {
    readonly VIGIE_PSEUDONYM_KEYS?: string | undefined;
    readonly VIGIE_PSEUDONYM_OVERLAP_DAYS?: number;
  },
  groupIds: readonly string[],
): KeyRing {
  const given = config.VIGIE_PSEUDONYM_KEYS;
  if (!given && config.KAFKA_BROKERS)
    throw new ConfigError(
      'VIGIE_PSEUDONYM_KEYS (or VIGIE_PSEUDONYM_KEYS_FILE) is needed with KAFKA_BROKERS, so that every instance gives a patient the same pseudonym',
    );
  const text = given ?? groupIds.map((groupId) => localKeyEntry(config.VIGIE_DATA_DIR, groupId)).join('\n');
  const { VIGIE_PSEUDONYM_OVERLAP_DAYS: overlapDays = overlapMsDefault / dayMs } = config;
  const parsed = parseKeyRing(text, overlapDays * dayMs);
  if ('mistakes' in parsed) throw new ConfigError(`VIGIE_PSEUDONYM_KEYS: ${parsed.mistakes.join('; ')}`);
  if (parsed.weak.length)
    throw new ConfigError(
      `VIGIE_PSEUDONYM_KEYS: ${parsed.weak.join('; ')}. Whoever guesses a key can name every patient: make one with openssl rand -base64 32, ` +
        `and put it first where rows were made with the weak one`,
    );
  const without = groupIds.filter((groupId) => !parsed.ring.group(groupId));
  if (without.length) throw new ConfigError(`VIGIE_PSEUDONYM_KEYS has no key for the group(s) ${without.join(', ')}`);
  return parsed.ring;
}

/**
 * The keys of one group, for tools that only look up: on the embedded default too only where the ingestor has made them. A group that
 * was misspelt would otherwise get a key of its own, and pseudonyms that nobody has. Throws `ConfigError`.
 */
export function readGroupKeys(config: Parameters<typeof readKeyRing>[0], groupId: string): GroupKeys {
  const isLocal = !config.VIGIE_PSEUDONYM_KEYS && !config.KAFKA_BROKERS;
  const known = !isLocal || existingKeyEntry(config.VIGIE_DATA_DIR, groupId) !== undefined;
  const keys = known ? readKeyRing(config, [groupId]).group(groupId) : undefined;
  if (!keys)
    throw new ConfigError(
      `there is no key for the group ${groupId} in ${config.VIGIE_DATA_DIR}; check the group's name and VIGIE_DATA_DIR: the ingestor ` +
        `makes a group's key at its first start`,
    );
  return keys;
}
