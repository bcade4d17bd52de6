import { createInterface } from 'node:readline';
import { pseudonymConfig, readGroupKeys } from '#libs/pseudonyms/config.js';
import { pseudonymiseLines } from '#libs/pseudonyms/pseudonymise-lines.js';
import { commonConfig, readConfig } from '#libs/runtime/config.js';

/** `vigie pseudonymise`: identifiers on standard input to `id,pseudonym` lines on standard output. Writes nothing anywhere else. */
export async function pseudonymiseCommand({
  group,
  authority,
}: {
  readonly group: string;
  readonly authority?: string;
}): Promise<void> {
  const config = readConfig({ ...commonConfig, ...pseudonymConfig });
  const keys = readGroupKeys(config, group);
  const lines = createInterface({ input: process.stdin });
  for await (const line of pseudonymiseLines(lines, keys, { authority })) process.stdout.write(line);
}
