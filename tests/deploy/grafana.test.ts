import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { dashboard } from '#libs/testkit/dashboards.js';

const folder = 'deploy/grafana';
const sourcesText = readFileSync(`${folder}/provisioning/datasources/vigie.yml`, 'utf8');
const sources = z
  .object({ datasources: z.array(z.object({ uid: z.string(), type: z.string() })) })
  .parse(parse(sourcesText)).datasources;
const providers = z
  .object({ providers: z.array(z.object({ options: z.object({ path: z.string() }) })) })
  .parse(parse(readFileSync(`${folder}/provisioning/dashboards/vigie.yml`, 'utf8'))).providers;
const { grafana } = z
  .object({
    services: z.object({
      grafana: z.object({
        environment: z.record(z.string(), z.string()),
        volumes: z.array(z.string()),
        secrets: z.array(z.union([z.string(), z.object({ target: z.string() })])),
      }),
    }),
  })
  .parse(parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true })).services;
const files = readdirSync(`${folder}/dashboards`).map((name) => readFileSync(`${folder}/dashboards/${name}`, 'utf8'));

describe('what Grafana is provisioned with', () => {
  it('reads only variables and secrets that its container has', () => {
    const variables = [...sourcesText.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
    expect(variables.filter((name) => grafana.environment[name] === undefined)).toEqual([]);
    const secrets = [...sourcesText.matchAll(/\$__file\{\/run\/secrets\/(\w+)\}/g)].map(([, name = '']) => name);
    const mounted = grafana.secrets.map((one) => (typeof one === 'string' ? one : one.target));
    expect(secrets.filter((name) => !mounted.includes(name))).toEqual([]);
    expect(secrets).toHaveLength(1);
  });

  it('finds dashboards and provisioning where the container mounts them', () => {
    const mounted = grafana.volumes.map((volume) => volume.split(':').slice(0, 2).join(' at '));
    for (const { options } of providers) expect(mounted).toContain(`./${folder}/dashboards at ${options.path}`);
    expect(mounted).toContain(`./${folder}/provisioning at /etc/grafana/provisioning`);
  });

  it('has a data source for every kind that a dashboard chooses from', () => {
    const chosen = files.flatMap((file) =>
      dashboard.parse(JSON.parse(file)).templating.list.filter(({ type }) => type === 'datasource'),
    );
    const types = sources.map(({ type }) => type);
    expect(chosen).toHaveLength(files.length);
    expect(chosen.filter(({ query }) => typeof query !== 'string' || !types.includes(query))).toEqual([]);
  });

  it('installs the plugin, at the version that the panels were made for', () => {
    const [, version] =
      /^grafana-clickhouse-datasource@(.+)$/.exec(grafana.environment['GF_PLUGINS_PREINSTALL_SYNC'] ?? '') ?? [];
    const used = files.flatMap((file) => [...file.matchAll(/"pluginVersion": "([^"]+)"/g)].map(([, one]) => one));
    expect([...new Set(used)]).toEqual([version]);
  });

  it('links only to dashboards that exist', () => {
    const uids = files.map((file) => dashboard.parse(JSON.parse(file)).uid);
    const linked = files.flatMap((file) => [...file.matchAll(/"\/d\/([\w-]+)/g)].map(([, uid = '']) => uid));
    expect(linked.length).toBeGreaterThan(0);
    expect(linked.filter((uid) => !uids.includes(uid))).toEqual([]);
  });
});
