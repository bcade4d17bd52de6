import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { portOffsets, services } from '#libs/contracts/vocabulary.js';
import { aclsOf } from '#libs/event-log/kafka/topics/grant-rights.js';
import { drainMsMax } from '#libs/runtime/shutdown.js';
import { isKnown, knownVariables, type Variable } from './environment.js';

const condition = z.enum(['service_started', 'service_healthy', 'service_completed_successfully']);
const health = z.strictObject({
  test: z.array(z.string()).min(2),
  interval: z.string(),
  timeout: z.string(),
  retries: z.int(),
  start_period: z.string().optional(),
});

/** The part of the Compose specification that we use; strict, so that a misspelt key is a failure. */
const service = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.string() }).optional(),
  entrypoint: z.array(z.string()).optional(),
  profiles: z.tuple([z.literal('tools')]).optional(),
  command: z.array(z.string()).optional(),
  restart: z.string(),
  stop_grace_period: z.string().optional(),
  init: z.boolean().optional(),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  cap_drop: z.array(z.string()).optional(),
  cap_add: z.array(z.enum(['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'])).optional(),
  security_opt: z.array(z.string()).optional(),
  networks: z.array(z.string()),
  logging: z.strictObject({ driver: z.string(), options: z.record(z.string(), z.string()) }),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.array(z.union([z.string(), z.strictObject({ source: z.string(), target: z.string() })])).default([]),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  ulimits: z
    .strictObject({ nofile: z.strictObject({ soft: z.int(), hard: z.int() }).optional(), core: z.literal(0).optional() })
    .optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition })).default({}),
  healthcheck: health.optional(),
  deploy: z.strictObject({ resources: z.strictObject({ limits: z.strictObject({ cpus: z.string(), memory: z.string() }) }) }),
});
const composeFile = z.strictObject({
  name: z.string(),
  'x-service': z.unknown(),
  'x-job': z.unknown(),
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.strictObject({ internal: z.boolean().optional() })),
  volumes: z.record(z.string(), z.strictObject({})),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
});

const compose = composeFile.parse(parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }));
const all = Object.entries(compose.services);
const own = all.filter(([, { build }]) => build);
const named = (name: string) => service.parse(compose.services[name]);

const mounting = (path: string) => own.flatMap(([name, { volumes }]) => (volumes.includes(`${path}:ro`) ? [name] : []));
const readersOf = (what: RegExp) => services.filter((name) => what.test(readFileSync(`services/${name}/config.ts`, 'utf8')));

describe('docker-compose.yml', () => {
  let variables: readonly Variable[] = [];
  beforeAll(async () => {
    variables = await knownVariables();
  });

  it('runs every service, the search for leaks, the three jobs, and what keeps lists, erases, and reads records again', () =>
    expect(own.map(([name]) => name).toSorted()).toEqual(
      [...services, 'eraser', 'keeper', 'leakcheck', 'migrate', 'principals', 'replayer', 'topics'].toSorted(),
    ));

  it.each(services.map((name) => [name] as const))('%s runs its own file and is asked for its health on its own port', (name) => {
    expect(named(name).command).toEqual(['node', `dist/services/${name}/main.js`]);
    expect(existsSync(`services/${name}/main.ts`)).toBe(true);
    expect(named(name).healthcheck?.test.at(-1)).toContain(`http://127.0.0.1:${7410 + portOffsets[name]}/health/ready`);
    expect(Number.parseInt(named(name).stop_grace_period ?? '0', 10) * 1000).toBeGreaterThan(drainMsMax);
    expect(named(name).environment['VIGIE_HOST']).toBe('0.0.0.0');
  });

  it('runs commands that the command line has', () => {
    const cli = ['cli/vigie.ts', 'cli/topic-commands.ts'].map((path) => readFileSync(path, 'utf8')).join('\n');
    for (const name of ['leakcheck', 'migrate', 'principals', 'topics']) {
      const [node, entry, ...words] = named(name).command ?? [];
      expect([node, entry]).toEqual(['node', 'dist/cli/vigie.js']);
      for (const word of words.filter((text) => /^[a-z]+$/.test(text))) expect(cli).toContain(`.command('${word}')`);
      for (const option of words.filter((text) => text.startsWith('--'))) expect(cli).toContain(`'${option} <`);
    }
  });

  it('sets only variables that the configuration knows', () => {
    const unknown = own.flatMap(([name, { environment }]) =>
      Object.keys(environment).flatMap((variable) => (isKnown(variable, variables) ? [] : [`${name}: ${variable}`])),
    );
    expect(unknown).toEqual([]);
  });

  it('hands out secrets as files, and only those that are declared and mounted', () => {
    for (const [name, { environment, secrets }] of all) {
      const mounted = secrets.map((one) => (typeof one === 'string' ? one : one.target));
      const read = Object.values(environment).flatMap((value) => /^\/run\/secrets\/(\w+)$/.exec(value)?.[1] ?? []);
      expect({ name, missing: read.filter((secret) => !mounted.includes(secret)) }).toEqual({ name, missing: [] });
      const sources = secrets.map((one) => (typeof one === 'string' ? one : one.source));
      expect(sources.filter((secret) => !compose.secrets[secret])).toEqual([]);
      const clear = Object.keys(environment).filter(
        (variable) => /PASSWORD|TOKEN|SECRET|KEYS/.test(variable) && !variable.endsWith('FILE'),
      );
      expect({ name, clear }).toEqual({ name, clear: [] });
    }
  });

  it('lets each in at ClickHouse as its own user of access.sql, with a password that nobody else is given', () => {
    const access = readFileSync('deploy/clickhouse/access.sql', 'utf8');
    const users = own.flatMap(([name, { environment, secrets }]) => {
      const user = environment['CLICKHOUSE_USER'];
      const passwords = secrets.filter((secret) => typeof secret === 'string' && secret.startsWith('clickhouse_'));
      if (user === undefined) expect([name, passwords]).toEqual([name, []]);
      else expect([name, passwords]).toEqual([name, [`${user.replace('vigie', 'clickhouse')}_password`]]);
      return user ?? [];
    });
    expect(users.length).toBeGreaterThan(6);
    expect(new Set(users).size).toBe(users.length);
    expect(users.filter((user) => !access.includes(`CREATE USER IF NOT EXISTS ${user} `))).toEqual([]);
    expect(named('grafana').environment['VIGIE_CLICKHOUSE_USER']).toBe('${VIGIE_GRAFANA_CLICKHOUSE_USER:-vigie_grafana}');
    expect(all.filter(([, { secrets }]) => secrets.includes('clickhouse_password')).map(([name]) => name)).toEqual([
      'clickhouse',
      'access',
    ]);
  });

  it('lets each in at Kafka as its own principal, with a password that nobody else is given; the administrator gives rights and does nothing else', () => {
    const principals = own.flatMap(([name, { environment, secrets }]) => {
      const principal = environment['KAFKA_SASL_USERNAME'];
      const passwords = secrets.filter((secret) => typeof secret === 'string' && secret.startsWith('kafka_'));
      expect([name, principal === undefined]).toEqual([name, environment['KAFKA_BROKERS'] === undefined]);
      const expected = principal === undefined ? [] : [`kafka_${principal.replace('vigie-', '')}_password`];
      expect([name, passwords]).toEqual([name, expected]);
      return principal ?? [];
    });
    expect(principals.toSorted()).toEqual(
      ['admin', ...[...services, 'eraser', 'topics'].map((name) => `vigie-${name}`)].toSorted(),
    );
    expect(named('principals').environment['KAFKA_SASL_USERNAME']).toBe('admin');
    expect(
      aclsOf('vigie-')
        .map(({ principal }) => principal.replace('User:', ''))
        .filter((one) => !principals.includes(one)),
    ).toEqual([]);
  });

  it('mounts the folder of lists into every service that reads lists, and that of rules into those that read rules, and both into what erases', () => {
    expect(mounting('./lists:/app/lists').toSorted()).toEqual([...readersOf(/\brulesConfig\b/), 'eraser'].toSorted());
    expect(mounting('./rules:/app/rules').toSorted()).toEqual([...readersOf(/\.\.\.rulesConfig\b/), 'eraser'].toSorted());
  });

  it('makes users with the passwords that are mounted, and another one once a password is another', () => {
    const dir = mkdtempSync(join(tmpdir(), 'vigie-secrets-'));
    const make = () => {
      execFileSync(process.execPath, ['deploy/secrets.mjs', '--dir', dir, '--group', 'centre-2'], { stdio: 'ignore' });
      return readFileSync(join(dir, 'clickhouse_access.sql'), 'utf8');
    };
    const hash = (name: string) =>
      createHash('sha256')
        .update(readFileSync(join(dir, name), 'utf8').trim())
        .digest('hex');
    const first = make();
    expect(first).not.toMatch(/0{64}|helix/);
    expect(first).toContain("USING group_id = 'centre-2' TO vigie_group_centre_2;");
    for (const user of ['scorer', 'grafana', 'migrate'])
      expect(first).toContain(
        `ALTER USER vigie_${user} IDENTIFIED WITH sha256_hash BY '${hash(`clickhouse_${user}_password`)}';`,
      );
    rmSync(join(dir, 'clickhouse_scorer_password'));
    expect(make()).toContain(`ALTER USER vigie_scorer IDENTIFIED WITH sha256_hash BY '${hash('clickhouse_scorer_password')}';`);
    rmSync(dir, { recursive: true });
  });

  it('takes each secret from a file that deploy/secrets.mjs makes', () => {
    const maker = readFileSync('deploy/secrets.mjs', 'utf8');
    for (const { file } of Object.values(compose.secrets))
      expect(maker).toMatch(new RegExp(`^  '?${file.split('/').at(-1)}'?: \\(\\)`, 'm'));
  });

  it('publishes ports on loopback only, and pins every image', () => {
    const image = /^(\$\{VIGIE_IMAGE:-)?[\w./-]+:v?\d[\w.]*\}?$/;
    expect(all.flatMap(([, { ports }]) => ports).filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(all.filter((one) => !image.test(one[1].image)).map(([name]) => name)).toEqual([]);
  });

  it('depends only on what is there, healthy where it has a health check, finished where it is a job', () => {
    for (const [name, { depends_on: needed }] of all)
      for (const [other, { condition: when }] of Object.entries(needed)) {
        const expected = named(other).healthcheck ? 'service_healthy' : 'service_completed_successfully';
        expect(`${name} on ${other}: ${when}`).toBe(`${name} on ${other}: ${expected}`);
      }
  });

  it('mounts files that exist and volumes that are declared, and joins networks that are', () => {
    const sources = all.flatMap(([, { volumes }]) => volumes.map((volume) => volume.split(':')[0] ?? ''));
    expect(sources.filter((source) => (source.startsWith('./') ? !existsSync(source) : !compose.volumes[source]))).toEqual([]);
    expect(all.flatMap(([, { networks }]) => networks).filter((network) => !compose.networks[network])).toEqual([]);
  });

  it('keeps our own containers small in rights: no root, no writable root, no capability', () => {
    for (const [, one] of own) expect([one.read_only, one.cap_drop, one.init]).toEqual([true, ['ALL'], true]);
    expect(readFileSync('Dockerfile', 'utf8')).toMatch(/^USER 10001:10001$/m);
  });
});

describe('every container', () => {
  it('has no capability but what its entry point needs to become another user, and gains none', () => {
    for (const [name, one] of all)
      expect([name, one.cap_drop, one.security_opt]).toEqual([name, ['ALL'], ['no-new-privileges:true']]);
    expect(all.filter(([, one]) => one.cap_add).map(([name]) => name)).toEqual(['clickhouse']);
  });
});

describe('Dockerfile', () => {
  const text = readFileSync('Dockerfile', 'utf8');
  const ignored = readFileSync('.dockerignore', 'utf8').split('\n');

  it('copies only what exists and what .dockerignore lets through', () => {
    const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths = '']) => paths.split(' '));
    expect(copied.filter((path) => !existsSync(path))).toEqual([]);
    const allowed = ignored.flatMap((line) => (line.startsWith('!') ? [line.slice(1).replace('*', '.base')] : []));
    const kept = copied.map((path) => (path.startsWith('tsconfig') ? 'tsconfig.base.json' : (path.split('/')[0] ?? '')));
    expect(kept.filter((path) => !allowed.includes(path))).toEqual([]);
  });

  it('builds whatever the build configuration compiles', () => {
    const build = z.object({ include: z.array(z.string()) }).parse(JSON.parse(readFileSync('tsconfig.build.json', 'utf8')));
    for (const folder of build.include.map((glob) => glob.split('/')[0]))
      expect(text).toMatch(new RegExp(`^COPY ${folder} ${folder}$`, 'm'));
  });

  it('exposes the ports of the services and starts one of them', () => {
    expect(text).toContain(`EXPOSE ${services.map((name) => 7410 + portOffsets[name]).join(' ')}\n`);
    expect(text).toMatch(/^CMD \["node", "dist\/services\/ingestor\/main\.js"\]$/m);
  });
});
