/**
 * `node deploy/secrets.mjs [--dir secrets] [--group demo] [--source records]` makes the secret files that docker-compose.yml mounts and
 * deploy/chart expects. A secret that is there is never touched, so it may run again. Back up `pseudonym_keys`: see
 * docs/operations.md. The folder is for its owner only; the files are readable to the containers' own user through their mounts.
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule';
/** Of what other files hold. */
const madeAnew = ['clickhouse_access.sql', 'kafka_jaas.conf', 'kafka_admin.properties'];
const contentOf = (name) => readFileSync(join(values.dir, name), 'utf8').trim();

const files = {
  // ClickHouse's administrator, who makes the others and is nobody's user else; then one for each service, task and kind of person.
  clickhouse_password: () => random('hex'),
  clickhouse_analyst_password: () => random('hex'),
  clickhouse_archiver_password: () => random('hex'),
  clickhouse_console_password: () => random('hex'),
  clickhouse_dpo_password: () => random('hex'),
  clickhouse_eraser_password: () => random('hex'),
  clickhouse_grafana_password: () => random('hex'),
  clickhouse_keeper_password: () => random('hex'),
  clickhouse_leakcheck_password: () => random('hex'),
  clickhouse_migrate_password: () => random('hex'),
  clickhouse_notifier_password: () => random('hex'),
  clickhouse_replayer_password: () => random('hex'),
  clickhouse_scorer_password: () => random('hex'),
  // Users, roles and policies with the hashes of those passwords. Made anew at every run: it holds no secret of its own.
  'clickhouse_access.sql': () => accessOf(readFileSync(join(import.meta.dirname, 'clickhouse', 'access.sql'), 'utf8')),
  // Kafka's administrator, who gives the others their rights, and what the broker says to itself; then one principal for each service, for who makes topics and for who erases.
  kafka_admin_password: () => random('hex'),
  kafka_broker_password: () => random('hex'),
  kafka_archiver_password: () => random('hex'),
  kafka_console_password: () => random('hex'),
  kafka_eraser_password: () => random('hex'),
  kafka_ingestor_password: () => random('hex'),
  kafka_notifier_password: () => random('hex'),
  kafka_scorer_password: () => random('hex'),
  kafka_topics_password: () => random('hex'),
  // Those principals as a broker reads them, and the administrator as Kafka's own tools do. Made anew at every run: they hold no secret of their own.
  'kafka_jaas.conf': () =>
    jaasOf(['broker', 'admin'], ['archiver', 'console', 'eraser', 'ingestor', 'notifier', 'scorer', 'topics']),
  'kafka_admin.properties': () =>
    `security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.jaas.config=${plain} required username="admin" password="${contentOf('kafka_admin_password')}";`,
  // The token of the first user of the console, for `VIGIE_CONSOLE_TOKEN`; the console gets its digest alone.
  console_token: () => random('base64url'),
  'console_users.yml': () =>
    `users:\n  - { id: admin, roles: [analyst, dpo, operator], token_sha256: [${digestOf('console_token')}] }`,
  // Seals sessions of browsers, and the second factors of accounts.
  console_key: () => random('base64'),
  // Of the console at the identity provider, and what groups of that allow here: used where VIGIE_OIDC_ISSUER is set. See docs/console.md.
  console_oidc_secret: () => '',
  'console_roles.yml': () => "# roles:\n#   - { group: soc, roles: [analyst], clinics: ['*'] }",
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

/** Users' names begin with `vigie_`, but for the group's two persons. A password that is another now counts from the next run on. */
function accessOf(text) {
  if (!/^[\w.-]+$/.test(values.group))
    throw new Error(`--group ${values.group}: letters, digits, dots, dashes and underscores alone`);
  const made = text
    .replaceAll("'helix'", `'${values.group}'`)
    .replaceAll('helix', values.group.replaceAll(/\W/g, '_'))
    .replaceAll(/^CREATE USER IF NOT EXISTS (\w+?) IDENTIFIED WITH sha256_hash BY '0{64}'/gm, (line, user) =>
      line.replace(/0{64}/, digestOf(passwordOf(user))),
    );
  const users = [...made.matchAll(/^CREATE USER IF NOT EXISTS (\w+) (IDENTIFIED WITH sha256_hash BY '\w+')/gm)];
  return `${made}\n${users.map(([, user, identified]) => `ALTER USER ${user} ${identified};`).join('\n')}`;
}

const kafkaPassword = (name) => contentOf(`kafka_${name}_password`);

/** Who may be let in at Kafka: the broker and the administrator by their names, services and jobs as `vigie-<name>`. */
function jaasOf(own, principals) {
  const users = [...own.map((name) => [name, name]), ...principals.map((name) => [`vigie-${name}`, name])];
  return [
    'KafkaServer {',
    `  ${plain} required`,
    `  username="broker" password="${kafkaPassword('broker')}"`,
    users.map(([user, name]) => `  user_${user}="${kafkaPassword(name)}"`).join('\n') + ';',
    '};',
  ].join('\n');
}

const passwordOf = (user) => `clickhouse_${user.slice(user.lastIndexOf('_') + 1)}_password`;
const digestOf = (name) => createHash('sha256').update(contentOf(name)).digest('hex');

mkdirSync(values.dir, { recursive: true, mode: 0o700 });
chmodSync(values.dir, 0o700);
for (const [name, make] of Object.entries(files)) {
  const path = join(values.dir, name);
  if (madeAnew.includes(name)) rmSync(path, { force: true });
  try {
    writeFileSync(path, `${make()}\n`, { flag: 'wx', mode: 0o444 });
    console.log(`made ${path}`);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    console.log(`kept ${path}`);
  }
}
