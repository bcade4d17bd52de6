import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keysDir } from '#libs/pseudonyms/key-file.js';

const file = 'console.login';

/** How long a link may be used, in milliseconds. */
export const linkMs = 60 * 60_000;

/**
 * Makes the secret of a link that logs in once, on the machine where the data folder is; the one before is none any more. It stands behind the `#` of an
 * address, which no server and no proxy writes down. Throws what the disk throws.
 */
export function newLoginSecret(dataDir: string): string {
  const secret = randomBytes(24).toString('base64url');
  const path = join(keysDir(dataDir), file);
  const proposal = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  mkdirSync(keysDir(dataDir), { recursive: true, mode: 0o700 });
  // Of the secret there is a digest only: whoever reads the folder later finds nothing to log in with.
  writeFileSync(proposal, digestOf(secret), { mode: 0o600, flag: 'wx', flush: true });
  renameSync(proposal, path);
  return secret;
}

/** Whether this is the secret of the link, for the first who asks; nobody is let in by it again. `now` in milliseconds of the wall clock. */
export function takeLoginSecret(dataDir: string, secret: string, now: number): boolean {
  const path = join(keysDir(dataDir), file);
  try {
    const known = Buffer.from(readFileSync(path, 'utf8'), 'hex');
    const given = Buffer.from(digestOf(secret), 'hex');
    if (known.length !== given.length || !timingSafeEqual(known, given) || now - statSync(path).mtimeMs > linkMs) return false;
    // Of two who come at once, one takes the file away.
    unlinkSync(path);
    return true;
  } catch (cause) {
    if (typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ENOENT') return false;
    throw cause;
  }
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
