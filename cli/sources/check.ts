import { printableLines } from '#libs/contracts/visible-text.js';
import { ConfigError, secretReachOf } from '#libs/runtime/config.js';
import { readSources } from '#libs/sources/read-sources.js';
import { readQuarantineKeys } from '#libs/quarantine/config.js';
import { unsealedGroups } from '#libs/sources/unsealed-groups.js';
import { sentencesOf } from '#libs/sources/words.js';
import { readSourcesCommandConfig } from './config.js';

/** `vigie sources check`: what each listener and each source means on standard output; mistakes on standard error, with exit code 1. */
export async function checkSourcesCommand(file: string | undefined): Promise<void> {
  const { config, environment, path } = readSourcesCommandConfig(file);
  try {
    const read = readSources(path, { environment, reach: secretReachOf(config) });
    for (const sentence of sentencesOf(read)) process.stdout.write(`${printableLines(sentence)}\n`);
    for (const groupId of unsealedGroups(read.sources, readQuarantineKeys(config)))
      process.stderr.write(`${printableLines(unsealed(groupId))}\n`);
    process.stderr.write(`${read.sources.length} source(s), ${read.listeners.length} listener(s), 0 mistakes\n`);
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    process.stderr.write(`${printableLines(cause.message)}\n`);
    process.exitCode = 1;
  }
}

function unsealed(groupId: string): string {
  return `VIGIE_QUARANTINE_KEYS has no key of ${groupId}: of what comes without an answer and cannot be read the bytes are not kept, and it cannot be read again; see vigie quarantine keygen`;
}
