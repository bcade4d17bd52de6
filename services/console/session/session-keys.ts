import { randomBytes } from 'node:crypto';
import { keysDir, secretFile } from '#libs/pseudonyms/key-file.js';
import { ConfigError, entriesOf } from '#libs/runtime/config.js';
import { weaknessOfBytes } from '#libs/runtime/secret-strength.js';
import { sessionKeyBytes } from './sealed-session.js';

const file = 'console-sessions.key';

/** The keys of `VIGIE_CONSOLE_KEY`: each 32 bytes in base64, the newest first. Throws `ConfigError`, which quotes none. */
export function readSessionKeys(text: string): readonly Uint8Array[] {
  const keys = entriesOf(text).map((entry) => Buffer.from(entry, 'base64'));
  if (keys.length === 0 || keys.some(({ length }) => length !== sessionKeyBytes))
    throw new ConfigError(
      `VIGIE_CONSOLE_KEY: each key is ${sessionKeyBytes} bytes in base64, as openssl rand -base64 ${sessionKeyBytes} makes them`,
    );
  for (const key of keys) {
    const weakness = weaknessOfBytes(key);
    // Whoever guesses it is whoever they like.
    if (weakness)
      throw new ConfigError(`VIGIE_CONSOLE_KEY: a key is ${weakness}; openssl rand -base64 ${sessionKeyBytes} makes one`);
  }
  return keys;
}

/** The key of this data folder, made at the first call: a restart ends nobody's session. */
export function localSessionKey(dataDir: string): string {
  return secretFile(keysDir(dataDir), file, () => randomBytes(sessionKeyBytes).toString('base64'));
}
