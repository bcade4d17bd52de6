import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { portOffsets, services } from '#libs/contracts/vocabulary.js';
import { drainMsMax } from '#libs/runtime/shutdown.js';
import { readReceivers } from '#libs/channels/receivers/receivers.js';
import { readRouting } from '#libs/routing/read-routing.js';
import { isKnown, knownVariables, type Variable } from './environment.js';

const folder = 'deploy/kubernetes';

/** What our laws look at; the API's own schemas know the rest. */
const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.literal('http') }) });
const container = z.object({
  name: z.string(),
  image: z.literal('vigie'),
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
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
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
const object = z.looseObject({ kind: z.string(), metadata: z.object({ name: z.string(), namespace: z.string().optional() }) });
const workload = object.extend({
  spec: z.object({
    template: podTemplate,
    volumeClaimTemplates: z.array(z.object({ metadata: z.object({ name: z.string() }) })).default([]),
  }),
});
const configMap = object.extend({ data: z.record(z.string(), z.string()) });
const servicePorts = object.extend({
  spec: z.object({ ports: z.tuple([z.object({ port: z.int(), targetPort: z.literal('http') })]) }),
});
const secret = object.extend({ stringData: z.record(z.string(), z.string()) });

const resources = z
  .object({ resources: z.array(z.string()) })
  .parse(parse(readFileSync(`${folder}/kustomization.yaml`, 'utf8'))).resources;
const objects = resources.flatMap(documentsOf);
const workloads = objects
  .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind))
  .map((one) => workload.parse(one));
const settings = configMap.parse(find('ConfigMap', 'vigie')).data;

describe('deploy/kubernetes', () => {
  let variables: readonly Variable[] = [];
  beforeAll(async () => {
    variables = await knownVariables();
  });

  it('lists every file that is there to be applied', () => {
    const beside = ['kustomization.yaml', 'secret.example.yaml', 'monitoring.yaml'];
    expect(
      readdirSync(folder)
        .filter((file) => !beside.includes(file))
        .toSorted(),
    ).toEqual(resources.toSorted());
  });

  it('keeps everything in one namespace, each name once in its kind', () => {
    expect(objects.filter(({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== 'vigie')).toEqual([]);
    expect(new Set(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).size).toBe(objects.length);
  });

  it.each(services.map((name) => [name] as const))(
    '%s runs its own file, is probed, reached and watched on its own port',
    (name) => {
      const found = workload.parse(find(name === 'scorer' ? 'StatefulSet' : 'Deployment', name)).spec.template.spec;
      const [{ command, ports, livenessProbe, readinessProbe }] = found.containers;
      const port = 7410 + portOffsets[name];
      expect(command).toEqual(['node', `dist/services/${name}/main.js`]);
      expect(existsSync(`services/${name}/main.ts`)).toBe(true);
      expect(ports).toEqual([{ name: 'http', containerPort: port }]);
      expect([livenessProbe?.httpGet.path, readinessProbe?.httpGet.path]).toEqual(['/health/live', '/health/ready']);
      expect((found.terminationGracePeriodSeconds ?? 0) * 1000).toBeGreaterThan(drainMsMax + 5000);
      expect(servicePorts.parse(find('Service', name)).spec.ports[0].port).toBe(port);
      find('PodDisruptionBudget', name);
      expect(documentsOf('monitoring.yaml').map(({ metadata }) => metadata.name)).toContain(name);
    },
  );

  it('sets only variables that the configuration knows', () => {
    const set = [
      ...Object.keys(settings),
      ...workloads.flatMap((one) => one.spec.template.spec.containers[0].env.map(({ name }) => name)),
    ];
    expect(set.filter((name) => !isKnown(name, variables))).toEqual([]);
  });

  it('mounts, for each workload, exactly the secret files that it reads, all of them keys of the example', () => {
    const keys = Object.keys(secret.parse(documentsOf('secret.example.yaml')[0]).stringData);
    for (const { metadata, spec } of workloads) {
      const [{ env, command }] = spec.template.spec.containers;
      const values = [...Object.values(settings), ...env.map(({ value }) => value), ...command];
      const read = values.flatMap((value) => /^\/run\/secrets\/vigie\/(.+)$/.exec(value)?.[1] ?? []);
      const mounted = spec.template.spec.volumes.flatMap((one) => one.secret?.items.map(({ path }) => path) ?? []);
      expect({ [metadata.name]: mounted.toSorted() }).toEqual({ [metadata.name]: read.toSorted() });
      expect(mounted.filter((key) => !keys.includes(key))).toEqual([]);
    }
  });

  it('has a user at ClickHouse and a principal at Kafka of its own for each workload', () => {
    for (const name of ['KAFKA_SASL_USERNAME', 'CLICKHOUSE_USER']) {
      const given = workloads.flatMap((one) => one.spec.template.spec.containers[0].env.flatMap((variable) => (variable.name === name ? [variable.value] : [])));
      expect(given.length).toBeGreaterThan(5);
      expect(new Set(given).size).toBe(given.length);
      expect(Object.keys(settings)).not.toContain(name);
    }
  }); // prettier-ignore

  it('mounts only volumes that it declares', () => {
    for (const { metadata, spec } of workloads) {
      const declared = [
        ...spec.template.spec.volumes.map(({ name }) => name),
        ...spec.volumeClaimTemplates.map((one) => one.metadata.name),
      ];
      const [{ volumeMounts }] = spec.template.spec.containers;
      expect({ [metadata.name]: volumeMounts.map(({ name }) => name).toSorted() }).toEqual({
        [metadata.name]: declared.toSorted(),
      });
    }
  });

  it('tells cases by a file that the notifier would read, and lets it reach the ports of what such files name', () => {
    const { stringData } = secret.parse(documentsOf('secret.example.yaml')[0]);
    const routing = readRouting('routing.yml', stringData['routing.yml'] ?? '', { readFile: () => '', reach: 'network' });
    expect([...routing.receivers.values()].map(({ type }) => type)).toContain('log');
    expect(routing.deadlines?.tell.length).toBeGreaterThan(0);
    const egress = object.extend({
      spec: z.object({ egress: z.array(z.object({ ports: z.array(z.object({ port: z.int() })) })) }),
    });
    const ports = egress
      .parse(find('NetworkPolicy', 'receivers'))
      .spec.egress.flatMap((one) => one.ports.map(({ port }) => port));
    const used = [...routing.receivers.values()].flatMap((one) => (one.type === 'email' ? one.server.port : []));
    const syslog = readReceivers([{ name: 'siem', type: 'syslog', host: 'siem.example' }]).flatMap((one) =>
      one.type === 'syslog' ? one.port : [],
    );
    expect(ports).toEqual(expect.arrayContaining([443, ...used, ...syslog]));
  });

  it('denies all traffic before it allows some', () => {
    const policy = object.extend({ spec: z.object({ podSelector: z.strictObject({}), policyTypes: z.array(z.string()) }) });
    expect(policy.parse(find('NetworkPolicy', 'default-deny')).spec.policyTypes).toEqual(['Ingress', 'Egress']);
  });
});

function documentsOf(file: string): readonly z.infer<typeof object>[] {
  return parseAllDocuments(readFileSync(`${folder}/${file}`, 'utf8')).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join('; ')}`);
    return object.parse(document.toJS());
  });
}

function find(kind: string, name: string): z.infer<typeof object> {
  const found = objects.find((one) => one.kind === kind && one.metadata.name === name);
  if (!found) throw new Error(`${folder} has no ${kind} ${name}`);
  return found;
}
