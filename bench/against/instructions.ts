/**
 * Instructions of the machine that the engine spends on a row, counted by valgrind, so that no load changes them: by three rules, by the default pack, and what the pack has more.
 * One rule more over the same accesses is to cost less than two hundredths of that.
 * With `--against` beside those of another commit; more than a tenth more of any of them is a failure, for whoever runs this every night against the last release. The third is there because
 * what slows down the pack alone is less than half as much of the whole. Some five minutes of the processor.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { report } from '../yardstick/report.js';

const program = fileURLToPath(new URL('rows.js', import.meta.url));
const here = join(program, '..', '..', '..', '..');
/** Days of rows: what the longer run has more than the shorter one is rows alone, of accounts that are known, by programs that are compiled. */
const days = { short: 8, long: 12 } as const;
const worseMax = 1.1;
const moreMost = 1.02;
const atOnce = 2;
/** With these two runs differ by less than a thousandth: one thread, no chance in hashes, no collection that begins by the clock, and few of them. */
const sameEachTime = [
  '--predictable', '--hash-seed=1', '--random-seed=1', '--no-incremental-marking', '--no-memory-reducer', '--min-semi-space-size=64', '--max-semi-space-size=64',
]; // prettier-ignore
const before = process.env['BENCH_AGAINST'];

interface Counted {
  readonly rows: number;
  readonly instructions: number;
}

if (spawnSync('valgrind', ['--version']).status !== 0) {
  report.note('valgrind is not here, so nothing was counted: on Debian it is the package of that name');
  process.exit(before === undefined ? 0 : 1);
}
const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-instructions-'));
try {
  // Node keeps what it has compiled of the modules: otherwise half of each run is that.
  const env = { ...process.env, NODE_COMPILE_CACHE: folder };
  const homes = [here, ...(before === undefined ? [] : [before])];
  const [three, pack] = [await each(homes, 'three', env), await each(homes, 'pack', env)];
  tell('three rules', three);
  tell('the default pack', pack);
  const [more = Number.NaN] = await each([here], 'more', env);
  report.figure('the default pack and one rule more', more, 'instructions a row');
  report.ratio('one rule more over the same accesses', more / (pack[0] ?? Number.NaN), 'the instructions of the pack', {
    atMost: moreMost,
  });
  tell(
    'what the default pack has more than three rules',
    pack.map((count, tree) => count - (three[tree] ?? Number.NaN)),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(report.isMet ? 0 : 1);

/** `counts`: of this tree, and of the one before where there is one. */
function tell(name: string, [now = Number.NaN, then]: readonly number[]): void {
  report.figure(name, now, 'instructions a row');
  if (then === undefined) return;
  report.figure(`${name}, before`, then, 'instructions a row');
  report.ratio(name, now / then, 'the instructions before', { atMost: worseMax });
}

/** Instructions a row of each tree. */
async function each(homes: readonly string[], rules: string, env: NodeJS.ProcessEnv): Promise<readonly number[]> {
  const runs = homes.flatMap((home) => [
    { home, count: days.short },
    { home, count: days.long },
  ]);
  for (const home of homes) await promisify(execFile)(process.execPath, [...sameEachTime, program, home, rules, '1'], { env });
  const counts: Counted[] = [];
  const queue = runs.entries();
  // A shared iterator: each takes the next run that nobody has.
  const work = async (): Promise<void> => {
    for (const [at, { home, count }] of queue) counts[at] = await counted(home, rules, count, env);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return homes.map((_, tree) => {
    const [short, long] = counts.slice(2 * tree, 2 * tree + 2);
    if (!short || !long) throw new Error('a run is missing');
    return (long.instructions - short.instructions) / (long.rows - short.rows);
  });
}

async function counted(home: string, rules: string, count: number, env: NodeJS.ProcessEnv): Promise<Counted> {
  const { stdout, stderr } = await promisify(execFile)(
    'valgrind',
    [
      '--tool=cachegrind',
      '--cache-sim=no',
      '--smc-check=all-non-file',
      '--cachegrind-out-file=/dev/null',
      process.execPath,
      ...sameEachTime,
      program,
      home,
      rules,
      String(count),
    ],
    { env },
  );
  const found = /I\s+refs:\s+([\d,]+)/.exec(stderr);
  if (!found?.[1]) throw new Error(`valgrind counted nothing over ${program}: ${stderr.slice(-500)}`);
  return { rows: Number(stdout.trim()), instructions: Number(found[1].replaceAll(',', '')) };
}
