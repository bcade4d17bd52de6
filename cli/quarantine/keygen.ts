import { writeFileSync } from 'node:fs';
import { systemClock, isoOf } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { entryOf, newQuarantineKey } from '#libs/quarantine/quarantine-keys.js';

export interface KeygenOptions {
  readonly group: string;
  /** Where the private key goes. */
  readonly out?: string;
}

/** `vigie quarantine keygen`: the private key to a new file that only its owner reads, the public entry to standard output. */
export function keygenCommand({ group, out = `quarantine.${encodeURIComponent(group)}.key` }: KeygenOptions): void {
  if (!/^[^\s:=@,#]{1,64}$/.test(group))
    throw new ConfigError('--group is the group_id of a group: no blanks, none of : = @ , #');
  const key = newQuarantineKey(group, `q-${isoOf(systemClock.now()).slice(0, 10)}`);
  try {
    writeFileSync(out, `${entryOf(key, key.privateKey)}\n`, { mode: 0o600, flag: 'wx', flush: true });
  } catch (cause) {
    if (!(typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'EEXIST')) throw cause;
    throw new ConfigError(`${out} is there already, and records may be sealed to it; name another file with --out`);
  }
  process.stdout.write(`${entryOf(key, key.publicKey)}\n`);
  process.stderr.write(
    `the private key is in ${out}: keep it away from Vigie's machines. The line above goes first into VIGIE_QUARANTINE_KEYS\n`,
  );
}
