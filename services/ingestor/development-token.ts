import { randomBytes } from 'node:crypto';
import { keysDir, secretFile } from '#libs/pseudonyms/key-file.js';

/** Source and group of the credential that Vigie makes for itself where nobody gave one. */
export const developmentSource = 'dev';
export const developmentGroup = 'dev';

/** The development token of this data folder, made at the first call; several processes get the same. */
export function developmentToken(dataDir: string): string {
  return secretFile(keysDir(dataDir), 'ingest.token', () => randomBytes(32).toString('base64url'));
}
