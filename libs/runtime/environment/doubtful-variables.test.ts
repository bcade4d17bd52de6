import { describe, expect, it } from '@jest/globals';
import { doubtfulVariables } from './doubtful-variables.js';

describe('a variable', () => {
  it.each([
    [{ VIGIE_RULE_DIR: 'rules' }, 'VIGIE_RULE_DIR is read by nothing: is VIGIE_RULES_DIR meant?'],
    [{ VIGIE_FRAME_KEY_FILE: 'keys' }, 'VIGIE_FRAME_KEY_FILE is read by nothing: is VIGIE_FRAME_KEYS_FILE meant?'],
    [{ VIGIE_RETENTION_DAYS: '3' }, 'VIGIE_RETENTION_DAYS is read by nothing: docs/operations.md has all variables'],
    [{ vigie_rules_dir: 'rules' }, 'vigie_rules_dir is read by nothing: write it in capitals, VIGIE_RULES_DIR'],
    [{ KAFKA_BROKER: 'kafka:9092' }, 'KAFKA_BROKER is read by nothing: is KAFKA_BROKERS meant?'],
    [{ VIGIE_DATA_DIR: '"/data"' }, 'the value of VIGIE_DATA_DIR stands in quotes, which are part of it: leave them out'],
    [
      { VIGIE_HOST: '127.0.0.1\r' },
      'the value of VIGIE_HOST has blanks, or the end of a line of Windows, around it, which are part of it: leave them out',
    ],
    [
      { HTTPS_PROXY: 'http://proxy:3128' },
      'HTTPS_PROXY is not used for receivers and identity providers: set NODE_USE_ENV_PROXY=1, and in NO_PROXY those that are inside',
    ],
  ])('%j is said to be in doubt', (env, says) => {
    expect(doubtfulVariables(env)).toEqual([says]);
  });

  it.each([
    [{ VIGIE_RULES_DIR: 'rules', VIGIE_INGEST_TOKENS_FILE: '/run/secrets/tokens', VIGIE_CONSOLE_TOKEN: 'x' }],
    [{ VIGIE_RULE_DIR: '', PATH: ' /bin ', VIGIL: 'x' }],
    [
      {
        VIGIE_CONSOLE_SERVICE_HOST: '10.0.0.1',
        VIGIE_CONSOLE_PORT_7414_TCP_ADDR: '10.0.0.1',
        VIGIE_SCORER_PORT: 'tcp://10.0.0.2:7411',
      },
    ],
    [{ KAFKA_OPTS: '-Xmx1g', KAFKA_HEAP_OPTS: '-Xmx1g', CLICKHOUSE_DB: 'x', VIGIE_TEST_LONG: '1' }],
    [{ HTTPS_PROXY: 'http://proxy:3128', NODE_USE_ENV_PROXY: '1' }],
    [{ https_proxy: 'http://proxy:3128', NODE_OPTIONS: '--no-warnings --use-env-proxy' }],
    [{ HTTPS_PROXY: '', NO_PROXY: 'siem.example' }],
  ])('%j is not', (env) => {
    expect(doubtfulVariables(env)).toEqual([]);
  });

  it('is never quoted', () => {
    expect(doubtfulVariables({ VIGIE_CONSOLE_TOKN: '"s3cret"', CLICKHOUSE_PASSWORD: "'s3cret'" }).join()).not.toContain('s3cret');
  });
});
