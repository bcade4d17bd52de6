import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { portOffsets, services } from '#libs/contracts/vocabulary.js';
import { Metrics, metricNames } from '#libs/runtime/metrics.js';
import { type Choice, dashboard, expandPromql, metricsIn, panelQueries } from '#libs/testkit/dashboards.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { withPrometheus } from './prometheus-tools.js';
import { startPrometheus } from './running-prometheus.js';

const file = readFileSync('deploy/grafana/dashboards/operations.json', 'utf8');
const queries = panelQueries(file).filter(({ language }) => language === 'promql');
const portBase = await freePortBase();
const choice: Choice = { fromMs: 0, toMs: 0, intervalSeconds: 10, variables: {} };
/** Needs an hour of history; that it parses and runs is all that a minute can show. Its figures are in deploy/prometheus/rules.test.yml. */
const mayBeEmpty = new Set(['Acknowledged rows that are not stored']);

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
    const recorded = ['vigie:events_unaccounted'];
    const named = new Set(queries.flatMap(({ text }) => metricsIn(text)));
    const ofProcess = [...named].filter((name) => /^vigie_(process|nodejs)_/.test(name));
    expect([...named].filter((name) => ![...metricNames, ...recorded, ...ofProcess].includes(name))).toEqual([]);
    // Accepted events are shown as what is not yet accounted for.
    const throughRules = ['vigie_events_accepted_total'];
    expect(metricNames.filter((name) => !named.has(name) && !throughRules.includes(name))).toEqual([]);
  });

  withPrometheus(
    'prometheus',
    'has an answer to every query from a Prometheus that scrapes every metric of the list',
    async (path) => {
      const pages = services.map((service) => metricsPage(service, portBase + portOffsets[service]));
      const prometheus = await startPrometheus({ path, port: portBase + 9, ports: (service) => portBase + portOffsets[service] });
      try {
        const silent: string[] = [];
        for (const { panel, text } of queries)
          if ((await prometheus.ask(expandPromql(text, choice))).length === 0 && !mayBeEmpty.has(panel))
            silent.push(`${panel}: ${text}`);
        expect(silent).toEqual([]);
      } finally {
        await prometheus.stop();
        for (const page of pages) page.close();
      }
    },
  );
});

/** A service's metrics page with every metric of the list in use, growing at each scrape. */
function metricsPage(service: string, port: number): Server {
  const metrics = new Metrics(service, { process: true });
  const server = createServer((_, response) => {
    touchAll(metrics);
    void metrics.registry.metrics().then((text) => response.setHeader('content-type', metrics.registry.contentType).end(text));
  });
  return server.listen(port, '127.0.0.1');
}

const declared = z.object({ name: z.string(), labelNames: z.array(z.string()) });

/** Gives every metric of the list one more value under every label that it declares. */
function touchAll(metrics: Metrics): void {
  for (const metric of metrics.registry.getMetricsAsArray()) {
    const { name, labelNames } = declared.parse({ name: metric.name, labelNames: Reflect.get(metric, 'labelNames') });
    if (!metricNames.includes(name)) continue;
    const values = Object.fromEntries(labelNames.map((label) => [label, 'x']));
    const observe: unknown = Reflect.get(metric, 'observe');
    if (typeof observe === 'function') Reflect.apply(observe, metric, [values, 0.1]);
    else Reflect.apply(Reflect.get(metric, 'inc'), metric, [values, 1]);
  }
}
