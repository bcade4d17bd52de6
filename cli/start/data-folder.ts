import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { identityOf, isGone, ownIdentity } from '#libs/event-log/embedded/process-identity.js';
import { SignsOfLife, Silence } from '#libs/event-log/embedded/signs-of-life.js';
import type { Clock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { codeOf } from '#libs/runtime/outcome.js';

/** Says in a data folder which `vigie start` runs over it. */
export const startFile = 'start.json';

/** Says in a data folder that demonstrations alone have written into it. */
export const demonstrationFile = 'demonstration-only.txt';

const identity = z.object({ host: z.string(), pid: z.int(), startedAt: z.string() });
const startRecord = z.object({
  process: identity,
  portBase: z.int(),
  /** What it has started and not seen the end of. */
  children: z.array(identity).default([]),
});
type StartRecord = z.infer<typeof startRecord>;

/** How often whoever runs gives a sign of life, milliseconds. */
const beatMs = 500;
/** After the end of whoever started them, services drain for 20 s at most, and end by force then: 30 s. */
const drainLooksMax = 60;
/** Looks without a new sign until one in another process table counts as gone: three seconds. */
const silentLooksMax = 6;

/** A data folder that this start has taken. */
export interface TakenFolder {
  /** Notes a process that was started over it, by its number. */
  readonly note: (pid: number) => void;
  readonly leave: () => void;
}

/** What a start has at hand; `say` tells people what is waited for. */
export interface FolderTools {
  readonly clock: Clock;
  readonly say: (text: string) => void;
}

/**
 * Takes a data folder for this start: two over one folder would both read and write the same log. One that was ended by force is followed as soon as what it had started has ended, one in
 * another container that gives no sign of life after seconds. Rejects with `ConfigError` while another runs.
 */
export async function takeDataFolder(dataDir: string, portBase: number, tools: FolderTools): Promise<TakenFolder> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, startFile);
  const own: StartRecord = { process: ownIdentity(), portBase, children: [] };
  while (!isMade(path, JSON.stringify(own))) {
    await refuseWhileRunning(dataDir, tools);
    removeStale(path);
  }
  const leave = beating(path, tools.clock);
  const children: StartRecord['children'] = [];
  const note = (pid: number): void => {
    children.push(identityOf(pid));
    const running = children.filter((one) => !isGone(one, own.process.host));
    replace(path, JSON.stringify({ ...own, children: running }));
  };
  return { note, leave };
}

/**
 * Empties the folder of a demonstration, whose day over another one would only be duplicates; `isDefault` for the one that is always a demonstration's. Throws `ConfigError` for a folder that
 * anybody else has written into: what a hospital has sent, its keys, or files that are not Vigie's.
 */
export function emptyForDemonstration(dataDir: string, isDefault: boolean): void {
  const names = existsSync(dataDir) ? readdirSync(dataDir) : [];
  if (names.length > 0 && !isDefault && !names.includes(demonstrationFile))
    throw new ConfigError(
      `VIGIE_DATA_DIR: ${dataDir} holds more than a demonstration, which would begin by emptying it; leave VIGIE_DATA_DIR out, or name a folder that is empty or not there yet`,
    );
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  // First, and never taken out: whoever is killed here leaves a folder that the next one knows again.
  writeFileSync(join(dataDir, demonstrationFile), 'npm start -- --demo empties this folder whenever it begins.\n');
  for (const name of names) if (name !== demonstrationFile) rmSync(join(dataDir, name), { recursive: true, force: true });
}

/** From now on the folder holds more than a demonstration. */
export function keepFromDemonstrations(dataDir: string): void {
  rmSync(join(dataDir, demonstrationFile), { force: true });
}

/** Rejects with `ConfigError` while another start runs over a data folder, or what one that was ended by force had started. */
export async function refuseWhileRunning(dataDir: string, tools: FolderTools): Promise<void> {
  const path = join(dataDir, startFile);
  if (!existsSync(path)) return;
  const found = recordAt(path);
  const { host } = ownIdentity();
  if (found && isGone(found.process, host)) return await untilDrained(found, dataDir, tools);
  const isHere = found?.process.host === host;
  // Where the system does not say when a process began, another one may have its number by now.
  const isSeen = isHere && found.process.startedAt !== '';
  if (!isSeen && !(await givesSigns(path, tools.clock))) return;
  const which = found
    ? `process ${found.process.pid}${isHere ? '' : ' of another container'}, from port ${found.portBase} on`
    : startFile;
  throw new ConfigError(
    `VIGIE_DATA_DIR: Vigie is already running over ${dataDir} (${which}); stop it first, or give this one a folder and ports of its own (VIGIE_DATA_DIR, VIGIE_PORT_BASE)`,
  );
}

/** Where the system does not say when a process began, another one may have its number by now: such are not waited for. */
async function untilDrained(
  { process: starter, children }: StartRecord,
  dataDir: string,
  { clock, say }: FolderTools,
): Promise<void> {
  const running = () => children.filter((one) => one.startedAt !== '' && !isGone(one, starter.host));
  for (let look = 0; running().length > 0; look += 1) {
    const which = running()
      .map(({ pid }) => pid)
      .join(', ');
    if (look === drainLooksMax)
      throw new ConfigError(
        `VIGIE_DATA_DIR: what a start of before has left still runs over ${dataDir} (processes ${which}), although it should have ended; end them (kill -9 ${which.replaceAll(',', '')}) and start again`,
      );
    if (look === 0)
      say(
        `the start before over ${dataDir} (process ${starter.pid}) was ended by force; waiting until what it had started has finished what it had in hand (processes ${which})`,
      );
    await clock.sleep(beatMs);
  }
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
    // A full disk leaves an empty one, which would be waited for at the next start.
    rmSync(path, { force: true });
    throw cause;
  }
}

/** Whole, so that whoever looks meanwhile reads the one of before or the new one. A disk that is full leaves the one of before. */
function replace(path: string, text: string): void {
  const fresh = `${path}.new`;
  try {
    writeFileSync(fresh, text);
    renameSync(fresh, path);
  } catch {
    // What is noted here spares a later start some trouble; nothing of this one hangs on it.
    rmSync(fresh, { force: true });
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
