import { z } from 'zod';
import { ConfigError } from '#libs/runtime/config.js';
import { parseQuarantineKeys, type QuarantineKeys } from './quarantine-keys.js';

/** Variables of every process that seals records, or says whether they are. */
export const quarantineConfig = {
  /** `group:key_id=base64` entries of public keys, the newest of a group first; see `parseQuarantineKeys`. */
  VIGIE_QUARANTINE_KEYS: z.string().optional(),
};

/** The public keys; none where nothing is said. Throws `ConfigError`. */
export function readQuarantineKeys({
  VIGIE_QUARANTINE_KEYS: text,
}: {
  readonly VIGIE_QUARANTINE_KEYS?: string | undefined;
}): QuarantineKeys {
  const parsed = parseQuarantineKeys(text ?? '');
  if ('mistakes' in parsed) throw new ConfigError(`VIGIE_QUARANTINE_KEYS: ${parsed.mistakes.join('; ')}`);
  return parsed.keys;
}
