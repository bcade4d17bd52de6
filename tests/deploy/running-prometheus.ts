import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { type ServiceName, services } from '#libs/contracts/vocabulary.js';
import { systemClock } from '#libs/runtime/clock.js';

export interface RunningPrometheus {
  /** The result of an instant query; rejects with Prometheus' own words. */
  ask(promql: string): Promise<readonly unknown[]>;
  stop(): Promise<void>;
}

export interface PrometheusOptions {
  /** Path of the binary. */
  readonly path: string;
  readonly port: number;
  /** Where each service's metrics are, on loopback. */
  readonly ports: (service: ServiceName) => number;
}

const readyMsMax = 30_000;

const configuration = z.looseObject({
  rule_files: z.array(z.string()),
  scrape_configs: z.array(z.looseObject({ job_name: z.string() })),
});
const answer = z.object({
  status: z.string(),
  error: z.string().optional(),
  data: z.object({ result: z.array(z.unknown()) }).optional(),
});

/**
 * A Prometheus with our own configuration and rules; only the addresses and the pace differ. Resolves once it has scraped every service
 * twice, so that there are rates, and evaluated the rules on a source.
 */
export async function startPrometheus({ path, port, ports }: PrometheusOptions): Promise<RunningPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-prometheus-'));
  writeConfiguration(folder, ports);
  const args = [
    `--config.file=${folder}/prometheus.yml`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const child = spawn(path, args, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const ask = (promql: string) => askAt(port, promql);
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true });
  };
  const deadline = systemClock.monotonic() + readyMsMax;
  while (!(await showsRates(ask).catch(() => false))) {
    if (systemClock.monotonic() > deadline || child.exitCode !== null) {
      await stop();
      throw new Error(`Prometheus showed no rates of all services within ${readyMsMax} ms`);
    }
    await systemClock.sleep(200);
  }
  return { ask, stop };
}

function writeConfiguration(folder: string, ports: PrometheusOptions['ports']): void {
  const own = configuration.parse(parse(readFileSync('deploy/prometheus/prometheus.yml', 'utf8')));
  const jobs = new Set(own.scrape_configs.map((job) => job.job_name));
  const scraped = services.map((service) => {
    if (!jobs.has(`vigie-${service}`)) throw new Error(`deploy/prometheus/prometheus.yml has no job vigie-${service}`);
    return { job_name: `vigie-${service}`, static_configs: [{ targets: [`127.0.0.1:${ports(service)}`] }] };
  });
  mkdirSync(join(folder, 'data'));
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: own.rule_files.map((rules) => resolve('deploy/prometheus', rules)),
    scrape_configs: scraped,
  };
  writeFileSync(join(folder, 'prometheus.yml'), stringify(config));
}

async function showsRates(ask: RunningPrometheus['ask']): Promise<boolean> {
  const rates = await ask('rate(vigie_process_cpu_seconds_total[10s])');
  return rates.length === services.length && (await ask('vigie:events_unaccounted')).length > 0;
}

async function askAt(port: number, promql: string): Promise<readonly unknown[]> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?${new URLSearchParams({ query: promql }).toString()}`);
  const { status, error, data } = answer.parse(await response.json());
  if (status !== 'success') throw new Error(`${promql}: ${error}`);
  return data?.result ?? [];
}
