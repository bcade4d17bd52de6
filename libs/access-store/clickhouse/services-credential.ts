import { randomBytes } from 'node:crypto';
import { existingSecret, keysDir, secretFile } from '#libs/pseudonyms/key-file.js';

/** The user by whom services, and who administers the machine, write to the embedded ClickHouse. Everybody else is people, and reads. */
export const servicesUser = 'services';

/** By this header a command that shows patients says whose account it runs under, so that it is written down like anybody's query. */
export const commandHeader = 'vigie-by';

const fileName = 'clickhouse-services.key';
const passwordBytes = 32;

/** Its password: a file beside the other keys of the embedded default, made at the first call by whichever process comes first. */
export function servicesPassword(dataDir: string): string {
  return secretFile(keysDir(dataDir), fileName, () => randomBytes(passwordBytes).toString('base64url'));
}

/** The same for a command, which makes none: undefined where Vigie has never run on this folder. */
export function existingServicesPassword(dataDir: string): string | undefined {
  return existingSecret(keysDir(dataDir), fileName);
}
