import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { services } from '#libs/contracts/vocabulary.js';
import { Metrics, metricNames } from '#libs/runtime/metrics.js';
import { systemClock } from '#libs/runtime/clock.js';
import { type Choice, dashboard, expandPromql, metricsIn, panelQueries } from '#libs/testkit/dashboards.js';
import { withPrometheus } from './prometheus-tools.js';

const file = readFileSync('deploy/grafana/dashboards/operations.json', 'utf8');
const queries = panelQueries(file).filter(({ language }) => language === 'promql');
const prometheusPort = 19_590;
const servicePort = 19_591;
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

describe('the operations dashboard', () => {
  it('has a title and a description on every panel, a unit on every figure, and no two panels in one place', () => {
    const { panels } = dashboard.parse(JSON.parse(file));
    const shown = panels.filter((panel) => panel.type !== 'row');
    expect(shown.filter((panel) => !panel.description || !panel.fieldConfig?.defaults.unit).map((panel) => panel.title)).toEqual(
      [],
    );
    expect(new Set(panels.map((panel) => panel.id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ gridPos: { x, y } }) => `${x},${y}`)).size).toBe(panels.length);
    expect(queries.length).toBeGreaterThanOrEqual(shown.length);
  });

  it('names only metrics that the services publish, and shows every one of them', () => {
    const recorded = ['vigie:events_unaccounted', 'vigie:rows_stored_short_ratio'];
    const named = new Set(queries.flatMap(({ text }) => metricsIn(text)));
    const ofProcess = [...named].filter((name) => /^vigie_(process|nodejs)_/.test(name));
    expect([...named].filter((name) => ![...metricNames, ...recorded, ...ofProcess].includes(name))).toEqual([]);
    // Accepted events are shown as what is not yet accounted for, stored ones as what is short.
    const throughRules = ['vigie_events_accepted_total', 'vigie_events_stored_total'];
    expect(metricNames.filter((name) => !named.has(name) && !throughRules.includes(name))).toEqual([]);
  });

  withPrometheus('prometheus', 'has an answer to every query from a Prometheus that scrapes the services', async (path) => {
    const folder = mkdtempSync(join(tmpdir(), 'vigie-prometheus-'));
    const pages = services.map((service, index) => metricsPage(service, servicePort + index));
    writeConfiguration(folder);
    const prometheus = spawn(
      path,
      [
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${prometheusPort}`,
      ],
      { stdio: 'ignore' },
    );
    try {
      await until(() => showsRates());
      const silent: string[] = [];
      for (const { panel, text } of queries) {
        if ((await ask(expandPromql(text, choice))).length === 0 && !mayBeEmpty.has(panel)) silent.push(`${panel}: ${text}`);
      }
      expect(silent).toEqual([]);
    } finally {
      const ended = once(prometheus, 'exit');
      prometheus.kill('SIGTERM');
      await ended;
      for (const page of pages) page.close();
      rmSync(folder, { recursive: true });
    }
  });
});

const choice: Choice = { fromMs: 0, toMs: 0, intervalSeconds: 10, variables: {} };
/** Needs an hour of history; that it parses and runs is all that a minute can show. Its figures are in deploy/prometheus/rules.test.yml. */
const mayBeEmpty = new Set(['Acknowledged rows that are not stored']);

/** A service's metrics page with every metric of the list in use, growing at each scrape. */
function metricsPage(service: string, port: number): Server {
  const metrics = new Metrics(service, { process: true });
  const server = createServer((_, response) => {
    touchAll(metrics);
    void metrics.registry.metrics().then((text) => response.setHeader('content-type', metrics.registry.contentType).end(text));
  });
  return server.listen(port, '127.0.0.1');
}

/** Gives every metric of the registry one more value under every label that it declares. */
function touchAll(metrics: Metrics): void {
  for (const metric of metrics.registry.getMetricsAsArray()) {
    const { name, type, labels } = declared.parse({ ...metric, labels: Reflect.get(metric, 'labelNames'), type: kindOf(metric) });
    if (/^vigie_(process|nodejs)_/.test(name)) continue;
    const values = Object.fromEntries(labels.map((label) => [label, 'x']));
    if (type === 'histogram') Reflect.apply(Reflect.get(metric, 'observe'), metric, [values, 0.1]);
    else Reflect.apply(Reflect.get(metric, 'inc'), metric, [values, 1]);
  }
}

const declared = z.object({ name: z.string(), type: z.enum(['histogram', 'other']), labels: z.array(z.string()) });

function kindOf(metric: object): 'histogram' | 'other' {
  return 'observe' in metric ? 'histogram' : 'other';
}

/** Our own configuration and rules; only the addresses and the pace differ. */
function writeConfiguration(folder: string): void {
  const own = configuration.parse(parse(readFileSync('deploy/prometheus/prometheus.yml', 'utf8')));
  const jobs = own.scrape_configs.filter(({ job_name: job }) => job.startsWith('vigie-'));
  const scraped = jobs.map(({ job_name }) => {
    const index = services.findIndex((service) => job_name === `vigie-${service}`);
    return { job_name, static_configs: [{ targets: [`127.0.0.1:${servicePort + index}`] }] };
  });
  mkdirSync(join(folder, 'data'));
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: own.rule_files.map((rules) => resolve('deploy/prometheus', rules)),
    scrape_configs: scraped,
  };
  writeFileSync(join(folder, 'prometheus.yml'), stringify(config));
}

async function ask(promql: string): Promise<readonly unknown[]> {
  const response = await fetch(
    `http://127.0.0.1:${prometheusPort}/api/v1/query?${new URLSearchParams({ query: promql }).toString()}`,
  );
  const { status, error, data } = answer.parse(await response.json());
  if (status !== 'success') throw new Error(`${promql}: ${error}`);
  return data?.result ?? [];
}

/** Asks until the answer is yes: connection refused counts as no. */
async function until(yes: () => Promise<boolean>): Promise<void> {
  const deadline = systemClock.monotonic() + readyMsMax;
  while (!(await yes().catch(() => false))) {
    if (systemClock.monotonic() > deadline) throw new Error(`Prometheus showed nothing within ${readyMsMax} ms`);
    await systemClock.sleep(200);
  }
}

/** Whether every service was scraped twice, so that there are rates, and the rules were evaluated. */
async function showsRates(): Promise<boolean> {
  const rates = await ask('rate(vigie_rows_scored_total[10s])');
  return rates.length === services.length && (await ask('vigie:events_unaccounted')).length > 0;
}
