import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { aclsOf, aclText } from '#libs/event-log/kafka/topics/grant-rights.js';
import { servicePrincipals } from '#libs/event-log/kafka/topics/principals.js';
import { portOffsets, services } from '#libs/contracts/vocabulary.js';
import { drainMsMax } from '#libs/runtime/shutdown.js';
import { readReceivers } from '#libs/channels/receivers/receivers.js';
import { readRouting } from '#libs/routing/read-routing.js';
import { isKnown, knownVariables, type Variable } from './environment.js';
import { chart, helm, type KubernetesObject, object, readByProgram, rendered, runHelm, templated } from './helm.js';
import { typesHere, versions as typeVersions } from '../../scripts/kubernetes/types.mjs';

/** What our laws look at; the API's own schemas know the rest. */
const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.literal('http') }) });
const container = z.object({
  name: z.string(),
  image: z.string().regex(/^registry\.example\/vigie:[\d.]+$/),
  command: z.array(z.string()),
  env: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.int() })).default([]),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  resources: z.object({
    requests: z.object({ cpu: z.string(), memory: z.string() }),
    limits: z.object({ cpu: z.string(), memory: z.string() }),
  }),
  securityContext: z.object({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() })),
});
const volume = z.object({
  name: z.string(),
  secret: z
    .object({ secretName: z.literal('vigie'), items: z.array(z.object({ key: z.string(), path: z.string() })) })
    .optional(),
});
const podTemplate = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()) }),
  spec: z.object({
    automountServiceAccountToken: z.literal(false),
    enableServiceLinks: z.literal(false),
    terminationGracePeriodSeconds: z.int().optional(),
    securityContext: z.object({
      runAsNonRoot: z.literal(true),
      runAsUser: z.literal(10_001),
      seccompProfile: z.object({ type: z.literal('RuntimeDefault') }),
    }),
    containers: z.tuple([container]),
    volumes: z.array(volume),
  }),
});
const workload = object.extend({
  spec: z.object({
    template: podTemplate,
    volumeClaimTemplates: z.array(z.object({ metadata: z.object({ name: z.string() }) })).default([]),
  }),
});
const anyVolumes = object.extend({
  spec: z.object({
    template: z.object({
      spec: z.object({ containers: z.tuple([container]), volumes: z.array(z.looseObject({ name: z.string() })) }),
    }),
  }),
});
const configMap = object.extend({ data: z.record(z.string(), z.string()) });
const servicePorts = object.extend({
  spec: z.object({
    ports: z.tuple(
      [z.object({ port: z.int(), targetPort: z.literal('http') })],
      z.object({ port: z.int(), targetPort: z.string() }),
    ),
  }),
});
const secret = object.extend({ stringData: z.record(z.string(), z.string()) });

const example = `${chart}/examples/secret.yaml`;
const given = {
  plain: [],
  managed: ['--values', `${chart}/examples/values-managed.yaml`],
  operators: ['--values', `${chart}/examples/values-operators.yaml`],
} as const;
const versions = ['1.29.0', '1.31.0', '1.33.0', '1.35.0'];
const cases = versions.flatMap((version) => Object.entries(given).map(([name, values]) => [version, name, values] as const));

(helm === undefined ? describe.skip : describe)(
  'deploy/chart (needs helm: node scripts/kubernetes/helm.mjs version builds it)',
  () => {
    it('is taken by helm lint', () => {
      expect(runHelm('lint', '--strict', chart)).toMatchObject({ status: 0 });
    });

    it.each(cases)(
      'on Kubernetes %s with the values %s makes what every installation must have',
      async (version, _name, values) => {
        check(rendered(version, ...values), await knownVariables());
      },
    );

    it('has topics and tables made before anything else, in this order, at installations and upgrades', () => {
      const jobs = rendered('1.33.0').filter(({ kind }) => kind === 'Job');
      const hooks = jobs.map(({ metadata: { name, annotations = {} } }) => ({
        name,
        on: annotations['helm.sh/hook'],
        weight: Number(annotations['helm.sh/hook-weight']),
      }));
      expect(hooks.toSorted((a, b) => a.weight - b.weight)).toEqual([
        { name: 'topics', on: 'pre-install,pre-upgrade', weight: 0 },
        { name: 'migrate', on: 'pre-install,pre-upgrade', weight: 1 },
      ]);
      // They run before anything of the chart is there, and lean on nothing of it.
      for (const job of jobs) expect(JSON.stringify(job)).not.toMatch(/serviceAccountName|configMap/);
    });

    it.each([
      [['scorer', 'ingestor'], 'archivers, consoles and notifiers'],
      [['ingestor'], 'scorers'],
      [[], 'ingestors'],
    ])(
      'with the tags of %j at the old version replaces %s and nothing that comes later, under topics and tables of the new one',
      (old) => {
        const tags = ['image.tag=2.0.0', ...old.map((name) => `services.${name}.tag=1.0.0`)].join(',');
        const objects = rendered('1.33.0', '--set', tags);
        const runs = (kind: string, name: string) =>
          workload
            .parse(find(objects, kind, name))
            .spec.template.spec.containers[0].image.split(':')
            .at(-1);
        for (const name of services)
          expect([name, runs(name === 'scorer' ? 'StatefulSet' : 'Deployment', name)]).toEqual([
            name,
            old.includes(name) ? '1.0.0' : '2.0.0',
          ]);
        for (const name of ['topics', 'migrate']) expect([name, runs('Job', name)]).toEqual([name, '2.0.0']);
      },
    );

    it('mounts rules, lists and clinics as folders, which are renewed without a restart, where the services look for them', () => {
      const objects = rendered(
        '1.33.0',
        '--set-string',
        'rules.own\\.yml=a',
        '--set-string',
        'lists.service_accounts\\.txt=b',
        '--set-string',
        'clinics=c',
      );
      for (const name of ['rules', 'lists', 'clinics']) configMap.parse(find(objects, 'ConfigMap', `vigie-${name}`));
      for (const service of services) {
        const [{ env, volumeMounts }] = workload.parse(
          find(objects, service === 'scorer' ? 'StatefulSet' : 'Deployment', service),
        ).spec.template.spec.containers;
        for (const variable of ['VIGIE_RULES_DIR', 'VIGIE_LISTS_DIR', 'VIGIE_CLINICS_FILE']) {
          const path = env.find(({ name }) => name === variable)?.value ?? '';
          expect([service, variable, volumeMounts.some(({ mountPath }) => path.startsWith(mountPath))]).toEqual([
            service,
            variable,
            true,
          ]);
        }
      }
    });

    it('lets the console ask each scorer, one that is not ready too', () => {
      const objects = rendered('1.33.0');
      const [{ env }] = workload.parse(find(objects, 'Deployment', 'console')).spec.template.spec.containers;
      expect(env).toContainEqual({ name: 'VIGIE_SCORER_URLS', value: 'http://scorer:7411' });
      expect(find(objects, 'Service', 'scorer').spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
      const asks = { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'scorer' } } };
      expect(find(objects, 'NetworkPolicy', 'console-asks').spec).toMatchObject({ egress: [{ to: [asks] }] });
      const asked = { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'console' } } };
      expect(find(objects, 'NetworkPolicy', 'scorers-asked').spec).toMatchObject({ ingress: [{ from: [asked] }] });
    });

    it('lets the console out to the identity provider where there is one, and the notifier alone else', () => {
      expect(outward()).toEqual(['receivers']);
      expect(outward('--set', 'services.console.env.VIGIE_OIDC_ISSUER=https://id.example')).toEqual([
        'receivers',
        'identity-provider',
      ]);
    });

    it('shows the certificate of each workload to the engine that asks for one, from a Secret of its own, in place of passwords where they are left out', () => {
      const secrets = [
        'kafka.clientCertificate.secret=kafka-%s',
        'kafka.clientCertificate.certificate=user.crt',
        'kafka.clientCertificate.key=user.key',
        'clickhouse.clientCertificate.secret=store-%s',
      ];
      const plain = certified(rendered('1.33.0', '--set', secrets.join(',')));
      const alone = certified(
        rendered('1.33.0', '--set', [...secrets, 'kafka.saslMechanism=none', 'clickhouse.passwords=false'].join(',')),
      );
      for (const { name, env, mounts, volumes } of [...plain, ...alone])
        for (const [engine, prefix, own] of [
          ['kafka', 'KAFKA', 'kafka'],
          ['clickhouse', 'CLICKHOUSE', 'store'],
        ] as const) {
          const shown = env
            .filter((one) => one.name.startsWith(`${prefix}_TLS_CERT`) || one.name.startsWith(`${prefix}_TLS_KEY`))
            .map(({ value }) => value);
          if (shown.length === 0) continue;
          expect([name, shown]).toEqual([name, [`/run/secrets/${engine}/tls.crt`, `/run/secrets/${engine}/tls.key`]]);
          expect(mounts).toContainEqual({ name: `${engine}-certificate`, mountPath: `/run/secrets/${engine}`, readOnly: true });
          const [certificate, key] = engine === 'kafka' ? ['user.crt', 'user.key'] : ['tls.crt', 'tls.key'];
          const items = [
            { key: certificate, path: 'tls.crt' },
            { key, path: 'tls.key' },
          ];
          expect(volumes).toContainEqual({
            name: `${engine}-certificate`,
            secret: { secretName: `${own}-${name}`, defaultMode: 288, items },
          });
        }
      const users = (of: typeof plain, variable: string) =>
        of.flatMap(({ name, env }) => (env.some((one) => one.name === variable) ? [name] : [])).toSorted();
      expect(users(plain, 'KAFKA_TLS_CERT_FILE')).toEqual(users(plain, 'KAFKA_SASL_PASSWORD_FILE'));
      expect(users(plain, 'CLICKHOUSE_TLS_CERT_FILE')).toEqual(users(plain, 'CLICKHOUSE_PASSWORD_FILE'));
      expect(users(alone, 'KAFKA_TLS_CERT_FILE')).toEqual(users(plain, 'KAFKA_TLS_CERT_FILE'));
      expect(JSON.stringify(alone)).not.toMatch(/SASL|_password/);
      expect(users(alone, 'CLICKHOUSE_USER')).toEqual(users(plain, 'CLICKHOUSE_USER'));
    });

    it.each([
      ['kafka.saslMechanism=none', /kafka.clientCertificate.secret must name/],
      ['kafka.saslMechanism=oauthbearer', /kafka.oauth.tokenUrl must say/],
      ['clickhouse.passwords=false', /clickhouse.clientCertificate.secret must name/],
      ['kafka.clientCertificate.secret=kafka-%s,kafka.tls=false', /over TLS alone/],
    ])('refuses %s, under which nobody could say who it is', (values, says) => {
      expect(() => rendered('1.33.0', '--set', values)).toThrow(says);
    });

    it('gives Prometheus the alerts and Grafana the dashboards as they are', () => {
      const objects = rendered('1.33.0', ...given.managed);
      expect(find(objects, 'PrometheusRule', 'vigie')['spec']).toEqual(
        parse(readFileSync('deploy/prometheus/rules/vigie.yml', 'utf8')),
      );
      for (const name of readdirSync('deploy/grafana/dashboards'))
        expect(configMap.parse(find(objects, 'ConfigMap', `vigie-dashboard-${name.replace('.json', '')}`)).data[name]).toBe(
          readFileSync(`deploy/grafana/dashboards/${name}`, 'utf8'),
        );
    });

    it.each([
      [12, 16, 1],
      [48, 16, 3],
      [49, 16, 4],
      [200, 16, 13],
    ])('with %i partitions and %i a scorer has never less than %i scorers', (partitions, each, floor) => {
      const objects = rendered(
        '1.33.0',
        '--set',
        `scaling.kind=keda,kafka.partitions=${partitions},scaling.partitionsPerScorer=${each}`,
      );
      const { minReplicaCount, maxReplicaCount } = z
        .object({ minReplicaCount: z.int(), maxReplicaCount: z.int() })
        .loose()
        .parse(find(objects, 'ScaledObject', 'scorer')['spec']);
      expect([minReplicaCount, maxReplicaCount]).toEqual([floor, Math.max(floor, Math.min(12, partitions))]);
      // Who scales says how many.
      expect(z.looseObject({}).parse(find(objects, 'StatefulSet', 'scorer')['spec'])).not.toHaveProperty('replicas');
    });

    it('lets sources and people in by TLS alone, and never to metrics or health of the ingestor', () => {
      const paths = z.object({
        spec: z.object({
          tls: z.array(z.object({ secretName: z.string() })).min(1),
          rules: z.array(z.object({ http: z.object({ paths: z.array(z.object({ path: z.string() })) }) })),
        }),
      });
      const { spec } = paths.parse(find(rendered('1.33.0', ...given.managed), 'Ingress', 'ingest'));
      expect(spec.rules.flatMap(({ http }) => http.paths.map(({ path }) => path))).toEqual(['/v1/', '/fhir']);
      expect(() => rendered('1.33.0', '--set', 'ingress.enabled=true,ingress.console.host=a.example')).toThrow(
        /ingress.console.tlsSecret names the Secret/,
      );
    });

    it.each([
      'kafka.brokerz=a',
      'scaling.kind=hpa',
      'kafka.retention=forever',
      'services.scorer.replicas=0',
      'services.scorers.replicas=1',
      'keeper.replicas=2',
      'eraser.replicas=2',
      'kafka.clientCertificate.secret=for-all',
      'env.lower=1',
    ])('refuses %s', (value) => {
      expect(() => rendered('1.33.0', '--set', value)).toThrow(/don't meet the specifications of the schema/);
    });
  },
);

describe.each(typeVersions.map((version) => [version] as const))('the types of Kubernetes %s', (version) => {
  const program = typesHere(version);
  const canRead = helm !== undefined && program !== undefined;

  (canRead ? it : it.skip).each(Object.entries(given))(
    'take everything of the values %s (node scripts/kubernetes/types.mjs builds them)',
    (_, values) => {
      const { status, out } = readByProgram(program ?? '', [], templated('1.33.0', ...values));
      expect([status, out.split('\n').filter((line) => line.startsWith('refused:'))]).toEqual([0, []]);
      expect(Number(/^read: (\d+)$/m.exec(out)?.[1])).toBeGreaterThan(25);
    },
  );
});

describe('the principals of the example for Strimzi', () => {
  const acl = z.object({
    resource: z.object({ type: z.string(), name: z.string().optional(), patternType: z.string().optional() }),
    operations: z.array(z.string()),
  });
  const user = object.extend({ spec: z.object({ authorization: z.object({ acls: z.array(acl) }) }) });
  const users = parseAllDocuments(readFileSync(`${chart}/examples/strimzi.yaml`, 'utf8'))
    .map((document) => object.parse(document.toJS()))
    .filter(({ kind }) => kind === 'KafkaUser')
    .map((one) => user.parse(one));
  const page = readFileSync('docs/operations.md', 'utf8');

  it.each(services.map((name) => [name] as const))(
    '%s has the rights that vigie topics grant gives, which are those of the page',
    (name) => {
      const { writes, reads, groups, groupsBeginning } = servicePrincipals[name];
      const [, written = '', read = ''] =
        new RegExp(`^\\| ${name} +\\|([^|]*)\\|([^|]*)\\|`, 'm').exec(page.slice(page.indexOf('| principal'))) ?? [];
      expect(namesIn(written)).toEqual(writes.toSorted());
      expect(namesIn(read)).toEqual([...reads, ...groups, ...groupsBeginning].toSorted());
    },
  );

  it('have those rights, each of them and no others', () => {
    const wanted = aclsOf('vigie-').map(aclText).toSorted();
    const given = users.flatMap(({ metadata, spec }) =>
      spec.authorization.acls.flatMap(({ resource: { type, name = 'kafka-cluster', patternType = 'literal' }, operations }) =>
        operations.map(
          (operation) =>
            `User:${metadata.name}  ${operation}  ${type[0]?.toUpperCase()}${type.slice(1)}${patternType === 'prefix' ? ' beginning with' : ''} ${name}`,
        ),
      ),
    );
    expect(given.toSorted()).toEqual(wanted);
  });

  it('are all there that the chart uses, and none may do all', () => {
    expect(users.map(({ metadata }) => metadata.name).toSorted()).toEqual([
      'vigie-archiver',
      'vigie-console',
      'vigie-eraser',
      'vigie-ingestor',
      'vigie-notifier',
      'vigie-scorer',
      'vigie-topics',
    ]);
    expect(JSON.stringify(users)).not.toMatch(/"(All|Delete|Alter)"/);
  });
});

/** Topics and groups that a cell of the page names. */
function namesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/vigie[.-][\w.-]+/g)].map(([name]) => name).toSorted();
}

/** What holds whatever the values. */
function check(objects: readonly KubernetesObject[], variables: readonly Variable[]): void {
  const workloads = objects
    .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind))
    .map((one) => workload.parse(one));
  expect(workloads.map(({ metadata }) => metadata.name).toSorted()).toEqual([
    'archiver',
    'console',
    'eraser',
    'ingestor',
    'keeper',
    'leakcheck',
    'migrate',
    'notifier',
    'replayer',
    'scorer',
    'topics',
  ]);
  expect(objects.filter(({ metadata }) => metadata.namespace !== 'vigie')).toEqual([]);
  expect(new Set(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).size).toBe(objects.length);
  for (const name of services) checkService(objects, name);
  const set = workloads.flatMap((one) => one.spec.template.spec.containers[0].env.map(({ name }) => name));
  expect(set.filter((name) => !isKnown(name, variables))).toEqual([]);
  checkSecrets(workloads, objects);
  const policy = object.extend({ spec: z.object({ podSelector: z.strictObject({}), policyTypes: z.array(z.string()) }) });
  expect(policy.parse(find(objects, 'NetworkPolicy', 'default-deny')).spec.policyTypes).toEqual(['Ingress', 'Egress']);
  checkReceivers(objects);
}

/** What every workload shows of itself. */
function certified(objects: readonly KubernetesObject[]) {
  return objects
    .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind))
    .map((one) => {
      const { metadata, spec } = anyVolumes.parse(one);
      const [{ env, volumeMounts: mounts }] = spec.template.spec.containers;
      return { name: metadata.name, env, mounts, volumes: spec.template.spec.volumes };
    });
}

/** The policies by which something is spoken to outside of the cluster. */
function outward(...values: readonly string[]): readonly string[] {
  return rendered('1.33.0', ...values)
    .filter(({ kind, spec }) => kind === 'NetworkPolicy' && JSON.stringify(spec).includes('ipBlock'))
    .map(({ metadata }) => metadata.name);
}

/** It runs its own file, is probed, reached and watched on its own port. */
function checkService(objects: readonly KubernetesObject[], name: (typeof services)[number]): void {
  const found = workload.parse(find(objects, name === 'scorer' ? 'StatefulSet' : 'Deployment', name)).spec.template.spec;
  const [{ command, ports, livenessProbe, readinessProbe }] = found.containers;
  const port = 7410 + portOffsets[name];
  expect(command).toEqual(['node', `dist/services/${name}/main.js`]);
  expect(existsSync(`services/${name}/main.ts`)).toBe(true);
  expect(ports[0]).toEqual({ name: 'http', containerPort: port });
  expect([livenessProbe?.httpGet.path, readinessProbe?.httpGet.path]).toEqual(['/health/live', '/health/ready']);
  expect((found.terminationGracePeriodSeconds ?? 0) * 1000).toBeGreaterThan(drainMsMax + 5000);
  expect(servicePorts.parse(find(objects, 'Service', name)).spec.ports[0].port).toBe(port);
  find(objects, 'PodDisruptionBudget', name);
  if (objects.some(({ kind }) => kind === 'PrometheusRule')) find(objects, 'ServiceMonitor', name);
}

/** Each workload mounts exactly the secret files that it reads, all of them keys of the example, and has users of its own. */
function checkSecrets(workloads: readonly z.infer<typeof workload>[], objects: readonly KubernetesObject[]): void {
  const keys = Object.keys(secret.parse(parse(readFileSync(example, 'utf8'))).stringData);
  const listening = objects.some((one) => JSON.stringify(one).includes('"syslog.key"'));
  for (const { metadata, spec } of workloads) {
    const [{ env, command, volumeMounts }] = spec.template.spec.containers;
    const values = [...env.map(({ value }) => value), ...command];
    const read = values.flatMap((value) => /^\/run\/secrets\/vigie\/(.+)$/.exec(value)?.[1] ?? []);
    // What a file of sources names is said by the values.
    const named = listening && metadata.name === 'ingestor' ? ['senders-ca.pem', 'syslog.crt', 'syslog.key'] : [];
    const mounted = spec.template.spec.volumes.flatMap((one) => one.secret?.items.map(({ path }) => path) ?? []);
    expect({ [metadata.name]: mounted.toSorted() }).toEqual({ [metadata.name]: [...read, ...named].toSorted() });
    expect(mounted.filter((key) => !keys.includes(key) && !named.includes(key))).toEqual([]);
    const declared = [
      ...spec.template.spec.volumes.map(({ name }) => name),
      ...spec.volumeClaimTemplates.map((one) => one.metadata.name),
    ];
    expect({ [metadata.name]: volumeMounts.map(({ name }) => name).toSorted() }).toEqual({
      [metadata.name]: declared.toSorted(),
    });
  }
  for (const name of ['KAFKA_SASL_USERNAME', 'CLICKHOUSE_USER']) {
    const users = workloads.flatMap((one) =>
      one.spec.template.spec.containers[0].env.flatMap((variable) => (variable.name === name ? [variable.value] : [])),
    );
    expect(users.length).toBeGreaterThan(5);
    expect(new Set(users).size).toBe(users.length);
  }
}

/** Cases are told by a file that the notifier would read, and it reaches the ports of what such files name. */
function checkReceivers(objects: readonly KubernetesObject[]): void {
  const { stringData } = secret.parse(parse(readFileSync(example, 'utf8')));
  const routing = readRouting('routing.yml', stringData['routing.yml'] ?? '', { readFile: () => '', reach: 'network' });
  expect([...routing.receivers.values()].map(({ type }) => type)).toContain('log');
  expect(routing.deadlines?.tell.length).toBeGreaterThan(0);
  const egress = object.extend({
    spec: z.object({ egress: z.array(z.object({ ports: z.array(z.object({ port: z.int() })) })) }),
  });
  const ports = egress
    .parse(find(objects, 'NetworkPolicy', 'receivers'))
    .spec.egress.flatMap((one) => one.ports.map(({ port }) => port));
  const used = [...routing.receivers.values()].flatMap((one) => (one.type === 'email' ? one.server.port : []));
  const syslog = readReceivers([{ name: 'siem', type: 'syslog', host: 'siem.example' }]).flatMap((one) =>
    one.type === 'syslog' ? one.port : [],
  );
  expect(ports).toEqual(expect.arrayContaining([443, ...used, ...syslog]));
}

function find(objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = objects.find((one) => one.kind === kind && one.metadata.name === name);
  if (!found) throw new Error(`${chart} makes no ${kind} ${name}`);
  return found;
}
