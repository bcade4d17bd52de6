import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { pseudonymConfig, readGroupKeys } from '#libs/pseudonyms/config.js';
import { pseudonymiseLines } from '#libs/pseudonyms/pseudonymise-lines.js';
import { systemClock } from '#libs/runtime/clock.js';
import { commonConfig, readConfig } from '#libs/runtime/config.js';

export interface PseudonymiseCommandOptions {
  readonly group: string;
  readonly authority?: string;
  /** The one in use now where it is left out. */
  readonly key?: string;
  readonly everyKey?: boolean;
}

/** `vigie pseudonymise`: identifiers on standard input to `id,pseudonym` lines on standard output. Writes nothing anywhere else. */
export async function pseudonymiseCommand({ group, authority, key, everyKey }: PseudonymiseCommandOptions): Promise<void> {
  const config = readConfig({ ...commonConfig, ...pseudonymConfig });
  const keys = readGroupKeys(config, group);
  const keyIds = everyKey ? keys.keyIds : [key ?? keys.at(systemClock.now()).active.keyId];
  const lines = createInterface({ input: process.stdin });
  await pipeline(pseudonymiseLines(lines, keys, { authority, keyIds }), process.stdout, { end: false });
}
