import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { compiledModule, projectRoot } from '#libs/runtime/paths.js';
import { type BenchDocument, Report } from './report.js';

const goal = z.strictObject({ atLeast: z.number().optional(), atMost: z.number().optional() });
const load = z.tuple([z.number(), z.number(), z.number()]);
/** As docs/performance.md has it. */
const document = z.strictObject({
  format: z.literal(1),
  bench: z.string().min(1),
  startedAt: z.iso.datetime(),
  seconds: z.number().positive(),
  processorSeconds: z.number().positive(),
  versions: z.strictObject({ vigie: z.string(), commit: z.string().optional(), node: z.string(), v8: z.string() }),
  machine: z.strictObject({
    processor: z.string(),
    cores: z.int().positive(),
    memoryBytes: z.int().positive(),
    system: z.string(),
  }),
  load: z.strictObject({ start: load, end: load }),
  figures: z.array(
    z.strictObject({
      name: z.string().min(1),
      value: z.number(),
      unit: z.string().min(1),
      goal: goal.optional(),
      isMet: z.boolean().optional(),
    }),
  ),
  ratios: z.array(
    z.strictObject({
      name: z.string().min(1),
      value: z.number(),
      beside: z.string().min(1),
      goal: goal.optional(),
      isMet: z.boolean().optional(),
    }),
  ),
  verdicts: z.array(z.strictObject({ words: z.string(), isMet: z.boolean() })),
  notes: z.array(z.string()),
  exitCode: z.int(),
});

describe('what a benchmark finds', () => {
  it('is told line by line, with its goals, and given as one document at the end', () => {
    const { report, lines, documents } = aReport();
    report.figure('rows', 1_234_567.4, 'rows/s', { atLeast: 1_000_000 });
    report.figure('pause', 51.26, 'ms', { atMost: 50 });
    report.ratio('rows', 0.7654, 'the rate of JSON.parse alone', { atLeast: 1 });
    report.verdict('the same was told', true);
    report.note('in words');
    report.end(3);
    expect(lines.slice(1, -1)).toEqual([
      'rows: 1,234,567 rows/s (goal: at least 1,000,000: met)',
      'pause: 51.3 ms (goal: at most 50: MISSED)',
      'rows: 0.765 times the rate of JSON.parse alone (goal: at least 1: MISSED)',
      'the same was told: met',
      'in words',
    ]);
    expect(lines.at(0)).toMatch(/cores, node v\d.*, load /);
    expect(lines.at(-1)).toMatch(/^load .* at the start, .* at the end; .* s of the processor$/);
    expect(documents.map((one) => document.parse(one))).toMatchObject([
      {
        bench: 'mine',
        figures: [{ value: 1_234_567.4, unit: 'rows/s', isMet: true }, { value: 51.26, goal: { atMost: 50 }, isMet: false }],
        ratios: [{ value: 0.7654, beside: 'the rate of JSON.parse alone', isMet: false }],
        verdicts: [{ words: 'the same was told', isMet: true }],
        notes: ['in words'],
        exitCode: 3,
      },
    ]); // prettier-ignore
  });

  it('is met when every goal and every verdict is', () => {
    const { report } = aReport();
    report.figure('a', 1, 's', { atMost: 1, atLeast: 1 });
    expect(report.isMet).toBe(true);
    report.verdict('nothing was lost', false);
    expect(report.isMet).toBe(false);
  });

  it('is nothing where a process told nothing: it was started by a benchmark and is none', () => {
    const { report, lines, documents } = aReport();
    report.end(0);
    expect([lines, documents]).toEqual([[], []]);
  });

  it('comes from one seam: no benchmark prints by itself', () => {
    const own = readdirSync(join(projectRoot, 'bench'), { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !/^against\/rows\.ts$|^yardstick\//.test(file),
    );
    expect(
      own.filter((file) => /console\.log|stdout\.write/.test(readFileSync(join(projectRoot, 'bench', file), 'utf8'))),
    ).toEqual([]);
  });
});

describe('the command of benchmarks', () => {
  const command = join(projectRoot, 'scripts', 'bench.mjs');

  it('lists what there is when none is named, each with a sentence', () => {
    const { stdout, status } = spawnSync(process.execPath, [command], { encoding: 'utf8' });
    expect(status).toBe(0);
    const names = readdirSync(join(projectRoot, 'bench')).flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -3)] : []));
    for (const name of [...names, 'first-page', 'instructions', 'shares', 'all'])
      expect(stdout).toMatch(new RegExp(`^  ${name} +[A-Z0-9\`].+\\.$`, 'm'));
  });

  it('refuses what it does not know', () => {
    const { stderr, status } = spawnSync(process.execPath, [command, 'scoer'], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, expect.stringContaining('no benchmark is called scoer; there are archive, ')]);
  });

  it('has a document on its own stream, and what people read on the other', async () => {
    const env = { ...process.env, BENCH_JSON: '1', BENCH_ROWS: '2000' };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [compiledModule('bench/sums')], { env });
    const parsed = document.parse(JSON.parse(stdout));
    expect(parsed.bench).toBe('sums');
    expect(parsed.ratios.map(({ beside }) => beside)).toContain('the rate of JSON.parse alone');
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('times the rate of counts');
  });
});

function aReport(): { readonly report: Report; readonly lines: string[]; readonly documents: BenchDocument[] } {
  const lines: string[] = [];
  const documents: BenchDocument[] = [];
  return {
    report: new Report({ bench: 'mine', say: (line) => lines.push(line), give: (one) => documents.push(one) }),
    lines,
    documents,
  };
}
