/**
 * Instructions of the machine that the engine spends on a row, counted by valgrind, so that no load changes them. With `--against` beside those of another
 * commit; more than a tenth more is a failure, for whoever runs this every night against the last release.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('rows.js', import.meta.url));
const here = join(program, '..', '..', '..', '..');
/** Rounds over the rows: what the longer run has more than the shorter one is rows alone, compiled already. */
const rounds = [Number(process.env['BENCH_ROUNDS'] ?? 6), 2 * Number(process.env['BENCH_ROUNDS'] ?? 6)] as const;
const worseMax = 1.1;
const before = process.env['BENCH_AGAINST'];

if (spawnSync('valgrind', ['--version']).status !== 0) {
  console.log('valgrind is not here, so nothing was counted: on Debian it is the package of that name');
  process.exit(before === undefined ? 0 : 1);
}
let isWorse = false;
for (const rules of ['three', 'pack']) {
  const now = perRow(here, rules);
  const then = before === undefined ? undefined : perRow(before, rules);
  isWorse ||= then !== undefined && now > worseMax * then;
  const beside = then === undefined ? '' : `, ${then.toFixed(0)} before: ${(now / then).toFixed(3)} of them`;
  console.log(`${rules === 'three' ? 'three rules' : 'default pack'}: ${now.toFixed(0)} instructions a row${beside}`);
}
if (isWorse) console.log(`more than ${worseMax} of the instructions before`);
process.exit(isWorse ? 1 : 0);

function perRow(home: string, rules: string): number {
  const [short, long] = rounds.map((count) => counted(home, rules, count));
  if (!short || !long) return 0;
  return (long.instructions - short.instructions) / (long.rows - short.rows);
}

function counted(home: string, rules: string, count: number): { readonly rows: number; readonly instructions: number } {
  // On one thread alone, so that what is compiled when follows from the rows.
  const { stdout, stderr, status } = spawnSync(
    'valgrind',
    ['--tool=cachegrind', '--cache-sim=no', '--smc-check=all-non-file', '--cachegrind-out-file=/dev/null', process.execPath, '--single-threaded', program, home, rules, String(count)],
    { encoding: 'utf8' },
  ); // prettier-ignore
  const found = /I\s+refs:\s+([\d,]+)/.exec(stderr);
  if (status !== 0 || !found?.[1]) throw new Error(`valgrind ended with ${status} over ${program}: ${stderr.slice(-500)}`);
  return { rows: Number(stdout.trim()), instructions: Number(found[1].replaceAll(',', '')) };
}
