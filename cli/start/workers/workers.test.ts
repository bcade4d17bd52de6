import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '#libs/runtime/config.js';
import { readCommandConfig } from '../../config.js';
import { processList } from '../process-list.js';
import { workersOf } from './workers.js';

const of = (text: string | undefined, cores = 2, more: Record<string, string> = {}, platform: NodeJS.Platform = 'linux') =>
  workersOf(readCommandConfig({ ...(text !== undefined && { VIGIE_WORKERS: text }), ...more }), { cores, platform });

const list = (scorer: number, ingestor: number, clickhouseUrl?: string) =>
  processList({ host: '127.0.0.1', portBase: 7410, clickhouseUrl, workers: { scorer, ingestor } });

describe('how many scorers and ingestors run', () => {
  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [6, 3],
    [8, 4],
    [64, 4],
  ])('on a machine of %i cores: %i of each', (cores, count) => {
    expect(of(undefined, cores)).toEqual({ scorer: count, ingestor: count });
  });

  it('is what VIGIE_WORKERS says, whatever the machine', () => {
    expect(of('3', 1)).toEqual({ scorer: 3, ingestor: 3 });
    expect(of('1', 64)).toEqual({ scorer: 1, ingestor: 1 });
  });

  it.each(['0', '-1', 'two', '1.5', '17', ' 2', '2e0'])('is not %j', (text) => {
    expect(() => of(text)).toThrow(ConfigError);
    expect(() => of(text)).toThrow(/VIGIE_WORKERS: must be a whole number from 1 to 16/);
  });

  it('is on the embedded log not more than it has partitions; on Kafka the rest stand by', () => {
    expect(of('4')).toEqual({ scorer: 4, ingestor: 4 });
    expect(() => of('5')).toThrow(/VIGIE_WORKERS: 5 scorers are more than the 4 partitions of the embedded log/);
    expect(of('16', 2, { KAFKA_BROKERS: 'kafka:9092' })).toEqual({ scorer: 16, ingestor: 16 });
  });

  it('is one ingestor where the system shares no port', () => {
    expect(of('3', 2, {}, 'darwin')).toEqual({ scorer: 3, ingestor: 1 });
  });
});

describe('what runs', () => {
  it('one of each has the names, ports and environment that it always had', () => {
    expect(list(1, 1).map(({ name, port, env }) => [name, port, env])).toEqual([
      ['clickhouse', 7423, { UV_THREADPOOL_SIZE: '24' }],
      ['archiver', 7412, {}],
      ['scorer', 7411, {}],
      ['notifier', 7413, {}],
      ['console', 7414, {}],
      ['ingestor', 7410, {}],
    ]);
  });

  it('several are numbered, each with a port of its own, and the console asks all scorers', () => {
    expect(list(2, 2, 'http://clickhouse:8123').map(({ name, port, env }) => [name, port, env])).toEqual([
      ['archiver', 7412, {}],
      ['scorer-1', 7411, { VIGIE_WORKER: '1/2' }],
      ['scorer-2', 7432, { VIGIE_WORKER: '2/2' }],
      ['notifier', 7413, {}],
      ['console', 7414, { VIGIE_SCORER_URLS: 'http://127.0.0.1:7411,http://127.0.0.1:7432' }],
      ['ingestor-1', 7451, { VIGIE_WORKER: '1/2' }],
      ['ingestor-2', 7452, { VIGIE_WORKER: '2/2' }],
    ]);
  });
});
