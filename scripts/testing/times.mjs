/**
 * What test files cost: processor seconds of the worker and of the processes that it started, which say the same beside other work, and the
 * clock. Workers write a line when a file begins, when it is loaded and when it ends; `npm test -- --times` adds them up.
 */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root } from '../prepare.mjs';

/** Of this run: another one beside it has its own. */
let folder;

/** Jiffies of proc(5), in which Linux counts whatever the kernel's own clock is. */
const jiffyMs = 10;
/** Where utime, stime, cutime and cstime stand behind the name of the process: fields 14 to 17 of proc(5). */
const timesAt = 11;

/** What the workers of a run get, so that they write. */
export function timesBegin() {
  folder = mkdtempSync(join(tmpdir(), 'vigie-test-times-'));
  return { VIGIE_TEST_TIMES: folder };
}

/** Writes what this process, and its children that have ended, have used until now. */
export function noteTime(what, path) {
  const to = process.env.VIGIE_TEST_TIMES;
  if (!to) return;
  const line = { what, path, at: Date.now(), ...usedMs(), rss: process.memoryUsage.rss() };
  appendFileSync(join(to, `${process.pid}.ndjson`), `${JSON.stringify(line)}\n`);
}

/** What a process, and its children that have ended, have used until now; nothing where Linux does not say it. */
export function usedBy(pid) {
  try {
    const { own, children } = usedOf(`/proc/${pid}/stat`);
    return own + children;
  } catch {
    return 0;
  }
}

function usedMs() {
  try {
    return usedOf('/proc/self/stat');
  } catch {
    const { user, system } = process.cpuUsage();
    return { own: (user + system) / 1000, children: 0 };
  }
}

function usedOf(path) {
  const stat = readFileSync(path, 'utf8');
  const times = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(timesAt, timesAt + 4)
    .map(Number);
  const [user, system, childUser, childSystem] = times;
  return { own: (user + system) * jiffyMs, children: (childUser + childSystem) * jiffyMs };
}

/** The table: a line a file, the dearest first, and what all of them take; `keptMs` is of what outlived its file. */
export function timesTable(keptMs) {
  const files = readdirSync(folder).flatMap((name) => filesOf(readFileSync(join(folder, name), 'utf8')));
  rmSync(folder, { recursive: true });
  const dearest = files.toSorted((a, b) => b.own + b.children - a.own - a.children);
  const sum = (of) => files.reduce((total, file) => total + of(file), 0);
  const all = {
    own: sum((file) => file.own),
    loading: sum((file) => file.loading),
    children: sum((file) => file.children),
    wall: sum((file) => file.wall),
  };
  return [
    'processor seconds, of them of the worker (to load the file) and of its processes; seconds by the clock; MiB of the worker',
    ...dearest.map((file) => row(file, relative(root, file.path))),
    row({ ...all, rss: Math.max(0, ...files.map((file) => file.rss)) }, `all ${files.length} files`),
    `${seconds(keptMs)}  of brokers and stores that lived for several files; a browser that does is not counted`,
  ].join('\n');
}

function seconds(ms) {
  return (ms / 1000).toFixed(1).padStart(6);
}

function row({ own, loading, children, wall, rss }, name) {
  return `${seconds(own + children)}  ${seconds(own)} (${seconds(loading)}) ${seconds(children)}  ${seconds(wall)}  ${String(Math.round(rss / 2 ** 20)).padStart(5)}  ${name}`;
}

/** The files of one worker, in milliseconds of the processor and of the clock. What it used before a file belongs to that file: for the first it is its own beginning. */
export function filesOf(lines) {
  const files = [];
  let before = { own: 0, children: 0 };
  let file;
  for (const line of lines.split('\n').filter(Boolean).map(JSON.parse)) {
    if (line.what === 'begins') file = { path: line.path, began: line.at, own: 0, loading: 0, children: 0, wall: 0, rss: 0 };
    const own = line.own - before.own;
    file.own += own;
    file.children += line.children - before.children;
    if (line.what !== 'ends') file.loading += own;
    else files.push(Object.assign(file, { wall: line.at - file.began, rss: line.rss }));
    before = line;
  }
  return files;
}
