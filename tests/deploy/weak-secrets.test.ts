import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { z } from 'zod';
import { readCommandConfig } from '../../cli/config.js';
import { kafkaSigning } from '#libs/event-log/signing/signing-config.js';
import { commonConfig, ConfigError, readConfig } from '#libs/runtime/config.js';
import { silentLog } from '#libs/runtime/log.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { readConsoleConfig } from '#services/console/config.js';
import { readIngestorConfig } from '#services/ingestor/config.js';
import { readNotifierConfig } from '#services/notifier/config.js';
import { knownVariables } from './environment.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-weak-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hex = () => randomBytes(32).toString('hex');
const base64 = () => randomBytes(32).toString('base64');
const common = { KAFKA_BROKERS: '127.0.0.1:9', VIGIE_DATA_DIR: folder };
const ingestor = { ...common, VIGIE_INGEST_TOKENS: `a@b=${hex()}`, VIGIE_PSEUDONYM_KEYS: `b:key-1=${base64()}` };
const sasl = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'vigie' };
const fileOf = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

type Reader = (env: NodeJS.ProcessEnv) => unknown;
const signing: Reader = (env) => kafkaSigning(readConfig(commonConfig, env), { clock: new FakeClock(0), log: silentLog });

/** Every secret: who reads it, what else they need, and how an entry is written around the secret itself. */
const secrets: Readonly<Record<string, readonly [Reader, NodeJS.ProcessEnv, (secret: string) => string]>> = {
  CLICKHOUSE_PASSWORD: [readNotifierConfig, common, (text) => text],
  KAFKA_SASL_PASSWORD: [readNotifierConfig, { ...common, ...sasl }, (text) => text],
  KAFKA_TLS_KEY: [readNotifierConfig, common, (text) => text],
  CLICKHOUSE_TLS_KEY: [readNotifierConfig, common, (text) => text],
  VIGIE_CONSOLE_KEY: [readConsoleConfig, common, (text) => text],
  VIGIE_CONSOLE_TOKEN: [readCommandConfig, common, (text) => text],
  VIGIE_FRAME_KEYS: [signing, common, (text) => `key-1=${text}`],
  VIGIE_INGEST_TOKENS: [readIngestorConfig, ingestor, (text) => `a@b=${text}`],
  VIGIE_MASK_KEY: [readNotifierConfig, common, (text) => text],
  VIGIE_OIDC_CLIENT_KEY: [readConsoleConfig, common, (text) => text],
  VIGIE_OIDC_CLIENT_SECRET: [readConsoleConfig, common, (text) => text],
  VIGIE_PSEUDONYM_KEYS: [readIngestorConfig, ingestor, (text) => `b:key-1=${text}`],
  VIGIE_QUARANTINE_KEYS: [readIngestorConfig, ingestor, (text) => `b:key-1=${text}`],
  VIGIE_WEBHOOK_SECRET: [readNotifierConfig, { ...common, VIGIE_WEBHOOK_URL: 'https://soc.example/' }, (text) => `whsec_${text}`],
};

/** What people leave in a secret's place. */
const placeholder = fc
  .tuple(
    fc.constantFrom(
      'replace-me',
      'change-me',
      'changeit',
      'your-password',
      'put-it-here',
      'to-be-replaced',
      'dummy',
      '<secret>',
      'placeholder',
      'example',
      'todo',
      'xxxxxxxx',
      '...',
    ),
    fc.constantFrom('', '-too', '_2', '!', '-now'),
    fc.constantFrom(
      (text: string) => text,
      (text: string) => text.toUpperCase(),
      (text: string) => text.replaceAll('-', '_'),
    ),
  )
  .map(([text, end, spelling]) => spelling(text + end));

describe('a placeholder', () => {
  it.each(Object.entries(secrets))(
    'is refused at start as %s, in the variable and in its file, unquoted',
    (name, [read, env, entry]) => {
      fc.assert(
        fc.property(placeholder, fc.boolean(), (text, inFile) => {
          const given = inFile ? { [`${name}_FILE`]: fileOf('secret', `${entry(text)}\n`) } : { [name]: entry(text) };
          const thrown = thrownBy(() => read({ ...env, ...(inFile && { [name]: '' }), ...given }));
          expect(thrown).toBeInstanceOf(ConfigError);
          expect(String(thrown)).toContain(name);
          if (text.length > 12) expect(String(thrown)).not.toContain(text);
        }),
        { numRuns: 12 },
      );
    },
  );

  it('is tried in the place of every secret that a configuration reads', async () => {
    const names = [...(await knownVariables()).map(({ name }) => name), 'VIGIE_CONSOLE_TOKEN'];
    const secret = names.filter((name) => /(PASSWORD|TOKENS?|SECRET|KEYS?)$/.test(name));
    expect(secret.toSorted()).toEqual(Object.keys(secrets).toSorted());
  });

  it('is refused where only the digest of a token stands', () => {
    const words = fc.constantFrom('', 'replace-me', 'changeme', 'password', 'secret', 'token', 'vigie', 'REPLACE-ME', 'Password');
    const digest = fc.oneof(
      fc.tuple(words, fc.constantFrom('', '\n')).map(([word, end]) =>
        createHash('sha256')
          .update(word + end)
          .digest('hex'),
      ),
      fc.constantFrom(...'0123456789abcdef').map((one) => one.repeat(64)),
    );
    fc.assert(
      fc.property(digest, (text) => {
        const users = fileOf('users.yml', `users: [{ id: a, roles: [analyst], token_sha256: ['${text}'] }]`);
        const consoleMistake = thrownBy(() => readConsoleConfig({ ...common, VIGIE_CONSOLE_USERS_FILE: users }));
        expect(String(consoleMistake)).toMatch(/users\.yml:1: .*openssl rand/);
        const sources = fileOf('sources.yml', `sources: [{ name: dpi, group: b, token_sha256: ['${text}'] }]`);
        expect(String(thrownBy(() => readIngestorConfig({ ...ingestor, VIGIE_SOURCES_FILE: sources })))).toMatch(/openssl rand/);
      }),
      { numRuns: 20 },
    );
    for (let run = 0; run < 50; run += 1) {
      const good = createHash('sha256').update(hex()).digest('hex');
      const users = fileOf('users.yml', `users: [{ id: a, roles: [analyst], token_sha256: ['${good}'] }]`);
      expect(readConsoleConfig({ ...common, VIGIE_CONSOLE_USERS_FILE: users }).users.none).toBe(false);
    }
  });
});

it('nothing of deploy/chart/examples/secret.yaml can be used as it stands', () => {
  const example = z
    .object({ stringData: z.record(z.string(), z.string()) })
    .parse(parse(readFileSync('deploy/chart/examples/secret.yaml', 'utf8'))).stringData;
  const passwordsOf = (engine: string) =>
    Object.keys(example).filter((key) => key.startsWith(`${engine}_`) && key.endsWith('_password'));
  expect([passwordsOf('clickhouse').length, passwordsOf('kafka').length]).toEqual([9, 7]);
  const as: Readonly<Record<string, readonly [Reader, NodeJS.ProcessEnv, string]>> = {
    ...Object.fromEntries(passwordsOf('clickhouse').map((key) => [key, [readNotifierConfig, common, 'CLICKHOUSE_PASSWORD']])),
    ...Object.fromEntries(
      passwordsOf('kafka').map((key) => [key, [readNotifierConfig, { ...common, ...sasl }, 'KAFKA_SASL_PASSWORD']]),
    ),
    'kafka_ca.pem': [readNotifierConfig, common, 'KAFKA_TLS_CA'],
    ingest_tokens: [readIngestorConfig, ingestor, 'VIGIE_INGEST_TOKENS'],
    console_key: [readConsoleConfig, common, 'VIGIE_CONSOLE_KEY'],
    frame_keys: [signing, common, 'VIGIE_FRAME_KEYS'],
    pseudonym_keys: [readIngestorConfig, ingestor, 'VIGIE_PSEUDONYM_KEYS'],
    quarantine_keys: [readIngestorConfig, ingestor, 'VIGIE_QUARANTINE_KEYS'],
  };
  for (const [key, [read, env, name]] of Object.entries(as))
    expect([key, thrownBy(() => read({ ...env, [name]: example[key] }))]).toEqual([key, expect.any(ConfigError)]);
  const files = {
    'console_users.yml': 'VIGIE_CONSOLE_USERS_FILE',
    'webhooks.yml': 'VIGIE_WEBHOOKS_FILE',
    'sources.yml': 'VIGIE_SOURCES_FILE',
  };
  const readers = {
    'console_users.yml': readConsoleConfig,
    'webhooks.yml': readNotifierConfig,
    'sources.yml': readIngestorConfig,
  };
  for (const [key, name] of Object.entries(files)) {
    const env = { ...(key === 'sources.yml' ? ingestor : common), [name]: fileOf(key, example[key] ?? '') };
    expect([key, thrownBy(() => readers[key as keyof typeof readers](env))]).toEqual([key, expect.any(ConfigError)]);
  }
  // The token of the search for leaks is one of the ingestor's; who is told of cases has no secret in it.
  expect(Object.keys(example).toSorted()).toEqual(
    [...Object.keys(as), ...Object.keys(files), 'leakcheck_token', 'routing.yml'].toSorted(),
  );
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (cause) {
    return cause;
  }
}
