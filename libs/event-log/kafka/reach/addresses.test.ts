import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commonConfig, readConfig } from '#libs/runtime/config.js';
import { kafkaClient } from '../client.js';
import { systemClock } from '#libs/runtime/clock.js';
import { hostOf, seedOf } from './addresses.js';
import { reachHint } from './advertised.js';

const server = createServer((socket) => socket.destroy());
const why = await new Promise<string | undefined>((resolve) => {
  server.once('error', (cause) => resolve(`this machine has no IPv6: ${cause.message}`));
  server.listen(0, '::1', () => resolve(undefined));
});
if (why) process.stderr.write(`a broker behind an address of IPv6 is not tried: ${why}\n`);

describe('addresses of brokers', () => {
  it.each([
    ['kafka-1.example:9092', 'kafka-1.example'],
    ['10.1.2.3:9092', '10.1.2.3'],
    ['[2001:db8::5]:9092', '2001:db8::5'],
    ['[fe80::1%eth0]:9092', 'fe80::1%eth0'],
  ])('%s is what is connected to, although the client cuts at the first colon', (broker, host) => {
    const [seen = '', port, ...more] = seedOf(broker).split(':');
    expect([hostOf(seen), port, more]).toEqual([host, '9092', []]);
  });

  it.each([
    ['kafka-1.example:9092,[::1]:9093, 10.1.2.3:9094', ['kafka-1.example:9092', '[::1]:9093', '10.1.2.3:9094']],
    ['SASL_SSL://kafka-1.example:9093', undefined],
    ['kafka-1.example', undefined],
    ['::1:9092', undefined],
    ['kafka-1.example:9092;kafka-2.example:9092', undefined],
  ])('as they are given: %s', (text, brokers) => {
    const read = () => readConfig({ KAFKA_BROKERS: commonConfig.KAFKA_BROKERS }, { KAFKA_BROKERS: text }).KAFKA_BROKERS;
    if (brokers) expect(read()).toEqual(brokers);
    else expect(read).toThrow(/KAFKA_BROKERS: entry 1 is not host:port, such as kafka-1\.example:9092/);
  });

  it('a listener that hangs up asks for TLS or a name, where it goes on doing so', () => {
    expect(reachHint('Kafka: connection to kafka:9093: Closed connection', ['kafka:9093'])).toMatch(
      /KAFKA_TLS and KAFKA_SASL_MECHANISM/,
    );
    expect(reachHint('Kafka did not answer within 15000 ms: list of topics', ['kafka:9093'])).toBeUndefined();
  });

  it('a given address of IPv6 is no name that a broker made up', () => {
    const failed = 'Kafka: list of topics: Connection error: connect ECONNREFUSED 2001:db8::5:9092';
    expect(reachHint(failed, ['[2001:db8::5]:9092'])).toBeUndefined();
    expect(reachHint(failed, ['[2001:db8::6]:9092'])).toContain('is to be reached as 2001:db8::5:9092');
  });

  (why ? describe.skip : describe)(`of IPv6${why ? ` (${why})` : ''}`, () => {
    let connections = 0;
    beforeAll(() => void server.on('connection', () => (connections += 1)));
    afterAll(() => void server.close());

    it('are reached', async () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      const admin = kafkaClient({ brokers: [`[::1]:${port}`], clientId: 'vigie-test', clock: systemClock }).admin();
      await expect(admin.connect()).rejects.toThrow('Closed connection');
      expect(connections).toBeGreaterThan(0);
      await admin.disconnect();
    });
  });
});
