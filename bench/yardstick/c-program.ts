import { execFile, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Engine, type EngineOptions } from '#libs/detection/engine.js';
import type { Rule } from '#libs/detection/rule/rule.js';
import { projectRoot } from '#libs/runtime/paths.js';

/** What `exact-windows.c` prints. */
export interface ExactWindows {
  readonly rows: number;
  /** Windows of accounts that held at least once, and the sum of the times at which they first did, milliseconds since 1970. */
  readonly matches: number;
  readonly firstTimes: number;
  /** Of the processor, without reading the file. */
  readonly micros: number;
}

/** Where the program lies, or why it could not be compiled; once a process. */
let program: { readonly path: string } | string | undefined;

/** Compiles the program and gives it the rows, three windows over them; or says why it could not. Throws where it was run and refused the rows. */
export function exactWindows(frames: readonly Buffer[], rules: readonly Rule[]): ExactWindows | string {
  program ??= compiled();
  if (typeof program === 'string') return program;
  const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-rows-'));
  try {
    const args = [rowsFile(folder, frames), ...windowsOf(rules)];
    const { stdout, stderr, status } = spawnSync(program.path, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`exact-windows ended with ${status}: ${stderr}`);
    return JSON.parse(stdout) as ExactWindows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * What so many of the program take for a row, microseconds of the processor, each over all rows in a process of its own and all at the same time: beside what
 * one takes it says how far caches and memory of the machine serve more than one. Or why it could not be compiled.
 */
export async function exactWindowsAtOnce(
  count: number,
  frames: readonly Buffer[],
  rules: readonly Rule[],
): Promise<number | string> {
  program ??= compiled();
  if (typeof program === 'string') return program;
  const { path } = program;
  const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-rows-'));
  try {
    const args = [rowsFile(folder, frames), ...windowsOf(rules)];
    const runs = await Promise.all(Array.from({ length: count }, () => promisify(execFile)(path, args)));
    const found = runs.map(({ stdout }) => JSON.parse(stdout) as ExactWindows);
    return found.reduce((sum, { micros, rows }) => sum + micros / rows, 0) / count;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function windowsOf(rules: readonly Rule[]): readonly string[] {
  return rules.map(({ timespanMs, condition, spread }) => `${timespanMs}:${condition.atLeast}:${spread?.atLeast ?? 0}`);
}

function rowsFile(folder: string, frames: readonly Buffer[]): string {
  const path = join(folder, 'rows.ndjson');
  const file = openSync(path, 'w');
  for (const frame of frames) writeSync(file, frame);
  closeSync(file);
  return path;
}

function compiled(): { readonly path: string } | string {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-c-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'exact-windows');
  const source = join(projectRoot, 'bench', 'yardstick', 'exact-windows.c');
  const { error, status, stderr } = spawnSync('cc', ['-O3', '-o', path, source], { encoding: 'utf8' });
  if (error) return 'there is no C compiler called cc (on Debian: apt-get install gcc libc6-dev)';
  return status === 0 ? { path } : `cc did not compile ${source}: ${stderr.split('\n')[0] ?? ''}`;
}

/** What the engine tells of the frames, as the C program counts it: each rule of each account once, and when it first held. */
export function matchesOf(frames: readonly Buffer[], options: EngineOptions): Omit<ExactWindows, 'micros'> {
  const engine = new Engine(options);
  const first = new Map<string, number>();
  let read = 0;
  for (const [offset, bytes] of frames.entries()) {
    read += engine.apply({ offset, bytes }, 0).rows;
    for (const { actor_id, rule_matches } of engine.takeChanges({ includeUpdates: true }))
      for (const { rule_id, first_fired } of rule_matches) {
        const key = `${actor_id} ${rule_id}`;
        first.set(key, Math.min(first.get(key) ?? Infinity, Date.parse(first_fired)));
      }
  }
  return { rows: read, matches: first.size, firstTimes: [...first.values()].reduce((sum, time) => sum + time, 0) };
}
