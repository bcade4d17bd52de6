import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isGone, ownIdentity } from '#libs/event-log/embedded/process-identity.js';
import { SignsOfLife, Silence } from '#libs/event-log/embedded/signs-of-life.js';
import type { Clock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { codeOf } from '#libs/runtime/outcome.js';

/** Says in a data folder which `vigie start` runs over it. */
export const startFile = 'start.json';

const startRecord = z.object({
  process: z.object({ host: z.string(), pid: z.int(), startedAt: z.string() }),
  portBase: z.int(),
});
type StartRecord = z.infer<typeof startRecord>;

/** How often whoever runs gives a sign of life, milliseconds. */
const beatMs = 500;
/** Looks without a new sign until one in another process table counts as gone: three seconds. */
const silentLooksMax = 6;

/**
 * Takes a data folder for this start, until the function that it resolves with is called: two over one folder would both read and write the same log. One that was ended by force is
 * followed at once, one in another container that gives no sign of life after seconds. Rejects with `ConfigError` while another runs.
 */
export async function takeDataFolder(dataDir: string, portBase: number, clock: Clock): Promise<() => void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, startFile);
  const own: StartRecord = { process: ownIdentity(), portBase };
  while (!isMade(path, JSON.stringify(own))) {
    await refuseWhileRunning(dataDir, clock);
    removeStale(path);
  }
  return beating(path, clock);
}

/** Rejects with `ConfigError` while another start runs over a data folder. */
export async function refuseWhileRunning(dataDir: string, clock: Clock): Promise<void> {
  const path = join(dataDir, startFile);
  if (!existsSync(path)) return;
  const found = recordAt(path);
  const { host } = ownIdentity();
  if (found && isGone(found.process, host)) return;
  const isHere = found?.process.host === host;
  // Where the system does not say when a process began, another one may have its number by now.
  const isSeen = isHere && found.process.startedAt !== '';
  if (!isSeen && !(await givesSigns(path, clock))) return;
  const which = found
    ? `process ${found.process.pid}${isHere ? '' : ' of another container'}, from port ${found.portBase} on`
    : startFile;
  throw new ConfigError(
    `VIGIE_DATA_DIR: Vigie is already running over ${dataDir} (${which}); stop it first, or give this one a folder and ports of its own (VIGIE_DATA_DIR, VIGIE_PORT_BASE)`,
  );
}

async function givesSigns(path: string, clock: Clock): Promise<boolean> {
  const silence = new Silence(path);
  for (let looks = silence.look(); looks < silentLooksMax;) {
    await clock.sleep(beatMs);
    looks = silence.look();
    if (looks === 0) return true;
  }
  return false;
}

function isMade(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    throw cause;
  }
}

/** What another start has put there meanwhile is put back. */
function removeStale(path: string): void {
  const stale = readText(path);
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return;
    throw cause;
  }
  const taken = readText(aside) ?? '';
  if (taken !== stale) isMade(path, taken);
  rmSync(aside, { force: true });
}

function recordAt(path: string): StartRecord | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  try {
    return startRecord.parse(JSON.parse(text));
  } catch {
    return undefined; // cut short by a machine that failed
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw cause;
  }
}

function beating(path: string, clock: Clock): () => void {
  const signs = new SignsOfLife(path);
  const stop = clock.every(beatMs, () => {
    try {
      signs.give();
    } catch {
      // Silence says what is to be said.
    }
  });
  return () => {
    stop();
    rmSync(path, { force: true });
  };
}
