import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '#libs/runtime/clock.js';

/** What lives as long as a run of the tests: processes and folders, which `npm test` ends and removes behind the last file. */
export interface RunWide {
  readonly pids: readonly number[];
  readonly folders: readonly string[];
  /** What test files need to know of it. */
  readonly value: string;
}

/** Only so that what hangs ends: whoever was first makes it for all. */
const madeMsMax = 300_000;
const lookEveryMs = 50;

/** Where the files of a run leave word for each other; undefined where nobody would end what lives for the run. */
export function runFolder(): string | undefined {
  return process.env['VIGIE_TEST_RUN'];
}

/** Where what a worker keeps can be used by its later files: undefined where each file has modules of its own (`--isolated`). */
export function workerFolder(): string | undefined {
  return process.env['VIGIE_TEST_ISOLATED'] === '1' ? undefined : runFolder();
}

/** Says what is to be ended behind the run; `name` is a file's. */
export function endBehindRun(folder: string, name: string, what: RunWide): void {
  const path = join(folder, `${name}.json`);
  writeFileSync(`${path}.part`, JSON.stringify(what));
  renameSync(`${path}.part`, path);
}

/** What the first test file that asks has made, in whatever worker. Rejects, for all who ask, when it could not be made. */
export async function onceInRun(folder: string, name: string, make: () => Promise<RunWide>): Promise<string> {
  const [ready, failed] = [join(folder, `${name}.json`), join(folder, `${name}.failed`)];
  if (isFirst(join(folder, name)))
    await make().then(
      (what) => endBehindRun(folder, name, what),
      (cause: unknown) => writeFileSync(failed, String(cause)),
    );
  for (const until = systemClock.monotonic() + madeMsMax; !existsSync(ready); await systemClock.sleep(lookEveryMs)) {
    if (existsSync(failed)) throw new Error(`${name} could not be made for this run: ${readFileSync(failed, 'utf8')}`);
    if (systemClock.monotonic() > until) throw new Error(`${name} was not made for this run within ${madeMsMax} ms`);
  }
  return (JSON.parse(readFileSync(ready, 'utf8')) as RunWide).value;
}

function isFirst(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch {
    return false;
  }
}
