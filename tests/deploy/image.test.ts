import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { compiledModule } from '#libs/runtime/paths.js';
import { composeService } from '#libs/testkit/image/compose-service.js';
import { entries, packageFileStays, packagesFor, reachableFrom, runtimePackages, stays } from '../../scripts/image/slim.mjs';

const dist = dirname(dirname(compiledModule('cli/vigie')));

describe('the image of the services', () => {
  const reached = reachableFrom(dist, entries);
  const assets = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && !one.name.endsWith('.js'))
    .map((one) => relative(dist, join(one.parentPath, one.name)));

  it('has the services and the command, and nothing that only tests, benches and the embedded engine need', () => {
    expect(entries.filter((entry) => !reached.has(entry))).toEqual([]);
    // Commands are parts that `vigie` loads when they are asked for.
    for (const command of ['doctor', 'lists', 'explain', 'backtest', 'why', 'migrate', 'topics'])
      expect([...reached]).toContainEqual(expect.stringMatching(`^cli/parts/${command}-\\w+\\.js$`));
    const unwanted =
      /^\/\/ (?:dist\/(?:cli\/start|libs\/testkit|bench|services\/clickhouse)|node_modules\/(?:jest|fast-check|testcontainers|typescript))\//m;
    for (const file of reached) {
      const text = readFileSync(join(dist, file), 'utf8');
      expect([file, unwanted.exec(text)?.[0], /from ?"chdb|import\("chdb/.test(text)]).toEqual([file, undefined, false]);
    }
  });

  it('leads nowhere that is not there, but for commands of the embedded default, which say so', () => {
    const parts = new Map([...reached].map((file) => [file, readFileSync(join(dist, file), 'utf8')]));
    const broken = [...parts].filter(([file, text]) => partsIn(text).some((name) => !reached.has(join(dirname(file), name))));
    expect(broken.map(([file]) => file.replace(/-[A-Z0-9]{8}\.js$/, '')).toSorted()).toEqual([
      'cli/parts/drill',
      'cli/parts/restore',
      'cli/vigie.js',
    ]);
  });

  it('keeps what modules read beside themselves, and no other files', () => {
    const kept = assets.filter((file) => stays(file, reached));
    const migrations = readdirSync('libs/access-store/migrations').map((name) => `libs/access-store/migrations/${name}`);
    expect(migrations.filter((file) => !kept.includes(file))).toEqual([]);
    const beside = readdirSync('libs', { recursive: true, encoding: 'utf8' }).filter(
      (name) => /\.(sql|json)$/.test(name) && !/testkit|fixture/.test(name),
    );
    expect(beside.filter((name) => !kept.includes(`libs/${name}`))).toEqual([]);
    expect(kept.filter((file) => /testkit|\.map$|\.ts$|^(?:cli\/start|services\/clickhouse|bench)\//.test(file))).toEqual([]);
  });
});

describe('the packages of that image', () => {
  const modules = 'node_modules';
  const packages = packagesFor(modules, runtimePackages);

  it('are whole where a bundle asks for one when it runs', () => {
    const asked = new Set<string>();
    for (const file of reachableFrom(dist, entries))
      for (const [, name = ''] of readFileSync(join(dist, file), 'utf8').matchAll(
        /(?:^import .*? from |^import |\bawait import\()["']([a-z@][\w./@-]*)["']/gm,
      ))
        if (!builtinModules.includes(name)) asked.add(/^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
    expect(asked.size).toBeGreaterThan(2);
    // What is not installed fails in a checkout as well, and whoever asks for it expects that.
    const installed = [...asked].filter((name) => existsSync(join(modules, name, 'package.json')));
    expect(installed.filter((name) => !packages.has(name))).toEqual([]);
  });

  it('come with all that they need in turn, as Node finds it from where they are', () => {
    for (const folder of packages) {
      const { dependencies = {} } = z
        .object({ dependencies: z.record(z.string(), z.string()).optional() })
        .parse(JSON.parse(readFileSync(join(modules, folder, 'package.json'), 'utf8')));
      for (const name of Object.keys(dependencies))
        expect([folder, [...packages].filter((one) => one === name || one.endsWith(`/node_modules/${name}`))]).toEqual([
          folder,
          expect.arrayContaining([expect.anything()]),
        ]);
    }
  });

  it.each([
    ['of others their names and licences are left', 'zod/package.json', true],
    ['', 'zod/LICENSE', true],
    ['', '@nestjs/core/LICENSE', true],
    ['', '@nestjs/core/index.js', false],
    ['', 'zod/v4/core/core.js', false],
    ['of those that are whole, what people read goes', 'kafkajs/CHANGELOG.md', false],
    ['', 'kafkajs/src/index.js', true],
    ['', 'linebreak/node_modules/base64-js/index.js', true],
    ['', 'lmdb/dist/index.cjs.map', false],
    ['the embedded engine goes altogether', 'chdb/LICENSE', false],
    ['', '@chdb/lib-linux-x64/package.json', false],
    ['and so does what is no package', '.bin/esbuild', false],
    ['', '.package-lock.json', false],
  ])('%s %s', (_, file, expected) => {
    expect(packageFileStays(file, packages)).toBe(expected);
  });
});

describe('a service of the compose file as words for a container', () => {
  const surroundings = {
    secrets: '/s',
    run: 'r',
    environment: { KAFKA_BROKERS: '127.0.0.1:1' },
    secretFiles: { clickhouse_console_password: '/p' },
  };

  it('has its root, rights, limits, secrets and variables', () => {
    const { options, command, graceMs } = composeService('console', surroundings);
    const text = options.join(' ');
    expect(text).toMatch(/^--read-only --tmpfs \/tmp --cap-drop ALL --security-opt no-new-privileges --cpus 1 --memory 1g /);
    expect(text).toContain('--env KAFKA_BROKERS=127.0.0.1:1');
    expect(text).toContain('--volume /p:/run/secrets/clickhouse_console_password:ro');
    expect(text).toContain('--volume /s/console_users.yml:/run/secrets/console_users:ro');
    expect(text).toMatch(/--volume r-console:\/data$/);
    expect(text).not.toContain('VIGIE_FRAME_KEYS_FILE'); // an empty variable counts as absent
    expect([command, graceMs]).toEqual([['node', 'dist/services/console/main.js'], 30_000]);
  });

  it('takes what Compose would where a variable is not set', () => {
    expect(composeService('topics', surroundings).command).toEqual([
      'node',
      'dist/cli/vigie.js',
      'topics',
      'create',
      '--partitions',
      '12',
      '--replication',
      '1',
      '--retention',
      '35d',
    ]);
  });
});

/** Parts of bundles that a file leads to, relative to it. */
function partsIn(text: string): readonly string[] {
  return [...text.matchAll(/(?:\bfrom|\bimport\()\s*"(\.\.?\/[^"]+-[A-Z0-9]{8}\.js)"/g)].map(([, name = '']) => name);
}
