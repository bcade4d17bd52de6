import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { printable } from '#libs/contracts/visible-text.js';
import { type ResolutionNumbers, Resolver } from '#libs/dossier/resolution.js';
import { pseudonymConfig, readGroupKeys } from '#libs/pseudonyms/config.js';
import { commonConfig, ConfigError, readConfig } from '#libs/runtime/config.js';
import { type ReadList, readList, writeUnmatched } from './patient-list.js';
import { type IndexOptions, joinIndex } from './patient-index.js';

export interface ResolveOptions extends IndexOptions {
  readonly group: string;
  readonly list: string;
  readonly out?: string;
  readonly sha256?: string;
}

/** Exit code when the list is not the one that was frozen. */
const anotherList = 3;

const frozenManifest = z.object({ list: z.object({ sha256: z.string() }) });

/**
 * `vigie resolve`: runs where the key is. Joins the pseudonyms of a frozen list with the hospital's index on standard input, and writes
 * `persons.csv`, `unmatched.csv` and `resolution.json`; only the last may go back, and holds numbers.
 */
export async function resolveCommand(options: ResolveOptions): Promise<void> {
  const keys = readGroupKeys(readConfig({ ...commonConfig, ...pseudonymConfig }), options.group);
  const expected = expectedDigest(options);
  const resolver = new Resolver(keys);
  const list = await readList(options.list, (pseudonym, keyIds) => resolver.take(pseudonym, keyIds));
  if (list.sha256 !== expected) {
    process.stderr.write(
      `vigie: ${options.list} has the digest ${list.sha256}, and ${expected} was frozen: it is another list, or was changed; nothing was written\n`,
    );
    process.exitCode = anotherList;
    return;
  }
  if (resolver.missingKeys.length)
    process.stderr.write(
      `vigie: the key(s) ${printable(resolver.missingKeys.join(', '))} of the list are not here: pseudonyms of theirs stay unmatched\n`,
    );
  const folder = options.out ?? '.';
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const there = ['persons.csv', 'unmatched.csv', 'resolution.json'].filter((name) => existsSync(join(folder, name)));
  if (there.length)
    throw new ConfigError(`${join(folder, there[0] ?? '')} is there already: give a folder of its own with --out`);
  const { unreadableBirths, ...counted } = await joinIndex(process.stdin, join(folder, 'persons.csv'), resolver, {
    ...options,
    at: list.lastTime,
  });
  await writeUnmatched(options.list, join(folder, 'unmatched.csv'), resolver);
  const numbers: ResolutionNumbers = { list_sha256: list.sha256, ...resolver.numbers, ...counted };
  writeFileSync(join(folder, 'resolution.json'), `${JSON.stringify(numbers)}\n`, { mode: 0o600, flag: 'wx' });
  if (unreadableBirths > 0)
    process.stderr.write(
      `vigie: minors were not counted: ${unreadableBirths} of the persons have no day of birth like 2010-05-30 in ${printable(options.born ?? '')}\n`,
    );
  process.stdout.write(`${summary(list, numbers)}\n`);
}

/** What the list must have: given, or said by the manifest beside it. Throws `ConfigError` where nothing says it. */
function expectedDigest({ list, sha256 }: ResolveOptions): string {
  if (sha256 !== undefined) return sha256.toLowerCase();
  const file = join(dirname(list), 'manifest.json');
  if (!existsSync(file))
    throw new ConfigError(`nothing says which list was frozen: put manifest.json beside ${list}, or give --sha256`);
  const parsed = frozenManifest.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new ConfigError(`${file} is no manifest of a snapshot; give --sha256 instead`);
  return parsed.data.list.sha256;
}

function summary({ lines }: ReadList, { pseudonyms, matched, unmatched, persons }: ResolutionNumbers): string {
  return `${lines} lines, ${pseudonyms} pseudonyms: ${matched} matched, ${unmatched} not; ${persons} persons`;
}
