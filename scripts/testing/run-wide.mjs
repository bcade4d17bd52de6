/** What test files of a run share (libs/testkit/run-wide.ts says what that is): a folder for the word of it, and the end of it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { usedBy } from './times.mjs';

export function beginRun() {
  return mkdtempSync(join(tmpdir(), 'vigie-test-run-'));
}

/** Ends the processes that lived for the run, and removes their folders. Gives the milliseconds of a processor that they took. */
export function endRun(folder) {
  let usedMs = 0;
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.json'))) {
    const { pids, folders } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    for (const pid of pids) usedMs += usedBy(pid);
    for (const pid of pids) end(pid);
    for (const path of folders) rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  }
  rmSync(folder, { recursive: true, force: true });
  return usedMs;
}

function end(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (cause) {
    if (cause.code !== 'ESRCH') throw cause;
  }
}
