import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#libs/runtime/paths.js';

/** What a figure was measured on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
}

/** What a figure was measured with. `commit` is there where the command of benchmarks knows it. */
export interface Versions {
  readonly vigie: string;
  readonly commit?: string;
  readonly node: string;
  readonly v8: string;
}

/** Processes that ran or waited to, on average of one, five and fifteen minutes: above the number of cores others had a part of the machine. */
export type Load = readonly [number, number, number];

export function machine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${process.platform} ${release()} ${process.arch}`,
  };
}

export function versions(): Versions {
  const { version }: { version: string } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  const commit = process.env['BENCH_COMMIT'];
  return { vigie: version, ...(commit !== undefined && { commit }), node: process.version, v8: process.versions.v8 };
}

export function loadNow(): Load {
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  return [one, five, fifteen];
}

/** Processor time of this process so far, user and system, in microseconds. */
export function ownMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
