// users/: who asks, by the token that they bear, and what they may.
// Tokens are known as digests only.

import { randomBytes } from 'node:crypto';
import { existingSecret, keysDir, secretFile } from '#libs/pseudonyms/key-file.js';

const file = 'console.token';

/** The user that Vigie makes for itself on the embedded default, where no file names any. */
export const developmentUser = 'dev';

/** The development token of this data folder, made at the first call. */
export function developmentConsoleToken(dataDir: string): string {
  return secretFile(keysDir(dataDir), file, () => randomBytes(32).toString('base64url'));
}

/** The same when it was made already, for commands, which only look up. */
export function existingConsoleToken(dataDir: string): string | undefined {
  return existingSecret(keysDir(dataDir), file);
}
