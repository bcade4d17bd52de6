/**
 * `node deploy/secrets.mjs [--dir secrets] [--group demo] [--source records]` makes the secret files that docker-compose.yml mounts and
 * deploy/kubernetes expects. A file that is there is never touched, so it may run again. Back up `pseudonym_keys`: see
 * docs/operations.md. The folder is for its owner only; the files are readable to the containers' own user through their mounts.
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    dir: { type: 'string', default: 'secrets' },
    group: { type: 'string', default: 'demo' },
    source: { type: 'string', default: 'records' },
  },
});
const random = (encoding) => randomBytes(32).toString(encoding);
const contentOf = (name) => readFileSync(join(values.dir, name), 'utf8').trim();

const files = {
  clickhouse_password: () => random('hex'),
  // The token of the first user of the console, for `VIGIE_CONSOLE_TOKEN`; the console gets its digest alone.
  console_token: () => random('base64url'),
  'console_users.yml': () =>
    `users:\n  - { id: admin, roles: [analyst, dpo, operator], token_sha256: [${digestOf('console_token')}] }`,
  // Signs the frames of the log, where VIGIE_FRAME_KEYS_FILE says so.
  frame_keys: () => `key-1=${random('base64')}`,
  grafana_password: () => random('hex'),
  // The token of `vigie leakcheck`, which has a source of its own.
  leakcheck_token: () => random('hex'),
  ingest_tokens: () =>
    `${values.source}@${values.group}=${random('hex')}\nleakcheck@${values.group}=${contentOf('leakcheck_token')}`,
  pseudonym_keys: () => `${values.group}:key-1=${random('base64')}`,
  // Who sends beside those tokens, by which doors, and how each is read: docs/feeding.md. Read again when it changes.
  'sources.yml': () => 'sources: []',
  // Public keys to which records are sealed that cannot be read; the private ones stay away from here.
  quarantine_keys: () => `# the line that "vigie quarantine keygen --group ${values.group}" prints`,
  // Receivers of notifications: `- {name: soc, url: 'https://soc.example/hook', secrets: ['whsec_...']}`
  'webhooks.yml': () => '[]',
  // Who is told of cases and of the clocks of a breach: docs/notifications.md. Until somebody says who, the log of the notifier.
  'routing.yml': () => `receivers:
  - { name: case-log, type: log }
policies:
  everybody:
    repeat: 2
    pause: 15m
    steps:
      - { after: 0m, tell: [case-log] }
      - { after: 15m, tell: [case-log] }
routes:
  - { match: {}, policy: everybody }
deadlines: { tell: [case-log], before: [48h, 24h, 6h, 1h], after: [0h, 24h] }`,
};

const digestOf = (name) => createHash('sha256').update(contentOf(name)).digest('hex');

mkdirSync(values.dir, { recursive: true, mode: 0o700 });
chmodSync(values.dir, 0o700);
for (const [name, make] of Object.entries(files)) {
  const path = join(values.dir, name);
  try {
    writeFileSync(path, `${make()}\n`, { flag: 'wx', mode: 0o444 });
    console.log(`made ${path}`);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    console.log(`kept ${path}`);
  }
}
