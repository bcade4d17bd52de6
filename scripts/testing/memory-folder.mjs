/**
 * Where test files keep what they write for a moment: in memory, where the machine has room. Stores and brokers wait for the disk before they acknowledge,
 * with everything that a test then waits for; tests kill processes and never the machine, so that a disk shows them nothing more.
 */
import { mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

/** Where Linux has files in memory, and how statfs(2) calls that. */
const memory = '/dev/shm';
const tmpfs = 0x01021994;

/** What must be free of them and of the memory: several times what a whole run holds at once. */
const freeBytesMin = 4 * 2 ** 30;

const named = /^vigie-(\d+)-/;

/** A folder in memory for this process; undefined where there is too little of it. Those of processes that were killed before they could remove theirs go. */
export function memoryFolder(folder = memory, freeMin = freeBytesMin) {
  if (freeBytes(folder) < freeMin) return undefined;
  for (const path of leftIn(folder)) rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  // Short, since the name of a socket has a hundred characters.
  return mkdtempSync(join(folder, `vigie-${process.pid}-`));
}

function freeBytes(folder) {
  try {
    const { type, bsize, bavail } = statfsSync(folder);
    return type === tmpfs ? Math.min(bsize * bavail, process.availableMemory?.() ?? freemem()) : 0;
  } catch {
    return 0;
  }
}

/** Our own folders there, of processes that have ended. */
function leftIn(folder) {
  return readdirSync(folder)
    .filter((name) => named.test(name) && !isAlive(Number(named.exec(name)[1])))
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.uid === process.getuid());
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause.code === 'EPERM';
  }
}
