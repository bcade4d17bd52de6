/**
 * Instructions of the machine that the engine spends on a row, counted by valgrind, so that no load changes them. With `--against` beside those of another
 * commit; more than a tenth more is a failure, for whoever runs this every night against the last release. Some four minutes of the processor.
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
/** Rounds over the rows: what the longer run has more than the shorter one is rows alone, compiled already. */
const rounds = { short: 8, long: 12 } as const;
const worseMax = 1.1;
const atOnce = 2;
/** With these two runs differ by less than a thousandth: one thread, no chance in hashes, no collection that begins by the clock, and few of them. */
const sameEachTime = [
  '--predictable', '--hash-seed=1', '--random-seed=1', '--no-incremental-marking', '--no-memory-reducer', '--min-semi-space-size=64', '--max-semi-space-size=64',
]; // prettier-ignore
const before = process.env['BENCH_AGAINST'];
const rulesOf = { three: 'three rules', pack: 'the default pack' } as const;

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
  for (const [rules, name] of Object.entries(rulesOf)) {
    const [now, then] = await both([here, ...(before === undefined ? [] : [before])], rules, env);
    if (now === undefined) continue;
    report.figure(name, now, 'instructions a row');
    if (then === undefined) continue;
    report.figure(`${name}, before`, then, 'instructions a row');
    report.ratio(name, now / then, 'the instructions before', { atMost: worseMax });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(report.isMet ? 0 : 1);

/** Instructions a row of each tree. */
async function both(homes: readonly string[], rules: string, env: NodeJS.ProcessEnv): Promise<readonly number[]> {
  const runs = homes.flatMap((home) => [{ home, count: rounds.short }, { home, count: rounds.long }]); // prettier-ignore
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
    ['--tool=cachegrind', '--cache-sim=no', '--smc-check=all-non-file', '--cachegrind-out-file=/dev/null', process.execPath, ...sameEachTime, program, home, rules, String(count)],
    { env },
  ); // prettier-ignore
  const found = /I\s+refs:\s+([\d,]+)/.exec(stderr);
  if (!found?.[1]) throw new Error(`valgrind counted nothing over ${program}: ${stderr.slice(-500)}`);
  return { rows: Number(stdout.trim()), instructions: Number(found[1].replaceAll(',', '')) };
}
