import { printableLines } from '#libs/contracts/visible-text.js';
import { ConfigError, secretReachOf } from '#libs/runtime/config.js';
import { readSources } from '#libs/sources/read-sources.js';
import { sentencesOf } from '#libs/sources/words.js';
import { readSourcesCommandConfig } from './config.js';

/** `vigie sources check`: what each listener and each source means on standard output; mistakes on standard error, with exit code 1. */
export async function checkSourcesCommand(file: string | undefined): Promise<void> {
  const { config, environment, path } = readSourcesCommandConfig(file);
  try {
    const read = readSources(path, { environment, reach: secretReachOf(config) });
    for (const sentence of sentencesOf(read)) process.stdout.write(`${printableLines(sentence)}\n`);
    process.stderr.write(`${read.sources.length} source(s), ${read.listeners.length} listener(s), 0 mistakes\n`);
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    process.stderr.write(`${printableLines(cause.message)}\n`);
    process.exitCode = 1;
  }
}
