import { randomBytes } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '#libs/runtime/clock.js';
import { IngestorUnderTest } from '../ingestor.fixture.js';

const token = randomBytes(32).toString('base64url');
let ingestor: IngestorUnderTest;
beforeAll(async () => {
  ingestor = await IngestorUnderTest.start(() => ({ VIGIE_INGEST_TOKENS: `siem@helix=${token}` }));
});
afterAll(() => ingestor.stop());

const event = (number: number, overrides: object = {}) => ({
  time: '2026-11-28T08:12:03.120Z',
  clinic_id: 'nord',
  actor_id: `account.${number}`,
  action: 'read',
  patient_id: `IPP-${number}-4711`,
  ...overrides,
});

describe("Elastic's own client", () => {
  it('feeds by its bulk helper, and drops what is refused without sending it again', async () => {
    const client = new Client({ node: ingestor.base, auth: { username: 'vigie', password: token }, compression: true });
    expect(await client.info()).toMatchObject({ cluster_name: 'vigie' });
    const documents = Array.from({ length: 500 }, (_, number) => event(number, number % 100 === 7 ? { action: 'peek' } : {}));
    const dropped: unknown[] = [];
    const rows = await ingestor.log.during(async () => {
      const told = await client.helpers.bulk({
        datasource: documents,
        flushBytes: 10_000,
        onDocument: () => ({ create: { _index: 'logs-vigie' } }),
        onDrop: (drop) => void dropped.push(drop),
      });
      expect(told).toMatchObject({ total: 500, successful: 495, failed: 5, retry: 0 });
    });
    expect(rows).toHaveLength(495);
    expect(dropped).toHaveLength(5);
    await client.close();
  });

  it('sends again what came while the log was away', async () => {
    const client = new Client({ node: ingestor.base, auth: { apiKey: { id: 'vigie', api_key: token } }, maxRetries: 5 });
    ingestor.log.failing = true;
    const sent = client.bulk({ operations: [{ create: { _index: 'logs-vigie' } }, event(1)] });
    while ((await ingestor.figure('vigie_ingest_requests_total', 'status="503"')) === 0) await systemClock.sleep(5);
    ingestor.log.failing = false;
    expect(await sent).toMatchObject({ errors: false });
    await client.close();
  });
});
