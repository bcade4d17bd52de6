import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { compiledModule } from '#libs/runtime/paths.js';
import { composeService } from '#libs/testkit/image/compose-service.js';
import { entries, reachableFrom, stays } from '../../scripts/image/slim.mjs';

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
    const unwanted = /^\/\/ (?:dist\/(?:cli\/start|libs\/testkit|bench|services\/clickhouse)|node_modules\/(?:jest|fast-check|testcontainers|typescript))\//m;
    for (const file of reached) {
      const text = readFileSync(join(dist, file), 'utf8');
      expect([file, unwanted.exec(text)?.[0], /from ?"chdb|import\("chdb/.test(text)]).toEqual([file, undefined, false]);
    }
  }); // prettier-ignore

  it('keeps what modules read beside themselves, and no other files', () => {
    const kept = assets.filter((file) => stays(file, reached));
    const migrations = readdirSync('libs/access-store/migrations').map((name) => `libs/access-store/migrations/${name}`);
    expect(migrations.filter((file) => !kept.includes(file))).toEqual([]);
    const beside = readdirSync('libs', { recursive: true, encoding: 'utf8' }).filter((name) => /\.(sql|json)$/.test(name) && !/testkit|fixture/.test(name));
    expect(beside.filter((name) => !kept.includes(`libs/${name}`))).toEqual([]);
    expect(kept.filter((file) => /testkit|\.map$|\.ts$/.test(file))).toEqual([]);
  }); // prettier-ignore
});

describe('a service of the compose file as words for a container', () => {
  const surroundings = {
    secrets: '/s',
    run: 'r',
    environment: { KAFKA_BROKERS: '127.0.0.1:1' },
    secretFiles: { clickhouse_password: '/p' },
  };

  it('has its root, rights, limits, secrets and variables', () => {
    const { options, command, graceMs } = composeService('console', surroundings);
    const text = options.join(' ');
    expect(text).toMatch(/^--read-only --tmpfs \/tmp --cap-drop ALL --security-opt no-new-privileges --cpus 1 --memory 1g /);
    expect(text).toContain('--env KAFKA_BROKERS=127.0.0.1:1');
    expect(text).toContain('--volume /p:/run/secrets/clickhouse_password:ro');
    expect(text).toContain('--volume /s/console_users.yml:/run/secrets/console_users:ro');
    expect(text).toMatch(/--volume r-console:\/data$/);
    expect(text).not.toContain('VIGIE_FRAME_KEYS_FILE'); // an empty variable counts as absent
    expect([command, graceMs]).toEqual([['node', 'dist/services/console/main.js'], 30_000]);
  });

  it('takes what Compose would where a variable is not set', () => {
    expect(composeService('topics', surroundings).command).toEqual(['node', 'dist/cli/vigie.js', 'topics', 'create', '--partitions', '12', '--replication', '1', '--retention', '14d']);
  }); // prettier-ignore
});
