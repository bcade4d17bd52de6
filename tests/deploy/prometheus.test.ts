import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { portOffsets, services } from '#libs/contracts/vocabulary.js';
import { maySeveral } from '#libs/runtime/supervised/worker.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { metricsIn } from '#libs/testkit/dashboards.js';
import { withPrometheus } from './prometheus-tools.js';

const folder = 'deploy/prometheus';
const rulesFile = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.object({
          alert: z.string().optional(),
          record: z.string().optional(),
          expr: z.string(),
          labels: z.record(z.string(), z.string()).optional(),
          annotations: z.record(z.string(), z.string()).optional(),
        }),
      ),
    }),
  ),
});
const rules = rulesFile.parse(parse(readFileSync(`${folder}/rules/vigie.yml`, 'utf8'))).groups.flatMap((group) => group.rules);
const alerts = rules.filter((rule) => rule.alert !== undefined);

describe('Prometheus', () => {
  for (const args of [
    ['check', 'config', `${folder}/prometheus.yml`],
    ['check', 'config', `${folder}/prometheus.local.yml`],
    ['check', 'rules', `${folder}/rules/vigie.yml`],
    ['test', 'rules', `${folder}/rules.test.yml`],
    ['test', 'rules', `${folder}/rules-over-weeks.test.yml`],
  ])
    withPrometheus('promtool', `promtool ${args.join(' ')} is content`, (promtool) => {
      const outcome = spawnSync(promtool, args, { encoding: 'utf8', timeout: 300_000 });
      expect({ status: outcome.status, said: outcome.status === 0 ? '' : outcome.stdout + outcome.stderr }).toEqual({
        status: 0,
        said: '',
      });
    });

  it('scrapes every service on its port, in both configurations; those of which several may run where a start says that they are', () => {
    for (const service of services) {
      const port = 7410 + portOffsets[service];
      expect(readFileSync(`${folder}/prometheus.yml`, 'utf8')).toContain(`names: [${service}], type: A, port: ${port},`);
      const local = readFileSync(`${folder}/prometheus.local.yml`, 'utf8');
      const where = maySeveral(service) ? `'../../data/targets/${service}.json'` : `'127.0.0.1:${port}'`;
      expect(local).toMatch(new RegExp(`job_name: vigie-${service}\\n.*${where.replaceAll('.', '\\.')}`));
    }
  });
});

describe('alert rules', () => {
  const runbook = readFileSync('docs/runbooks/operations.md', 'utf8');
  const tests = ['rules', 'rules-over-weeks'].map((name) => readFileSync(`${folder}/${name}.test.yml`, 'utf8')).join('\n');

  it('name only metrics that the services publish, or that a rule records', () => {
    const recorded = rules.flatMap((rule) => rule.record ?? []);
    const published = new Metrics('scorer', { process: true }).registry.getMetricsAsArray().map(({ name }) => name);
    const known = new Set([...published, ...recorded]);
    expect(rules.flatMap((rule) => metricsIn(rule.expr)).filter((name) => !known.has(name))).toEqual([]);
  });

  it.each(alerts.map((rule) => [rule.alert ?? '', rule] as const))(
    '%s is complete, tested, and explained in the runbook',
    (name, rule) => {
      expect(['critical', 'warning']).toContain(rule.labels?.['severity']);
      expect(rule.annotations?.['summary']).toBeTruthy();
      expect(rule.annotations?.['description']).toBeTruthy();
      expect(rule.annotations?.['runbook_url']).toBe(`docs/runbooks/operations.md#${name.toLowerCase()}`);
      expect(runbook).toContain(`\n### ${name}\n`);
      expect(tests).toMatch(new RegExp(`eval_time: \\w+\\n\\s+alertname: ${name}\\n\\s+exp_alerts:\\n\\s+- exp_labels`));
    },
  );
});
