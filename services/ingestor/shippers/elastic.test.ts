import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aBadEvent, anEvent, ShipperUnderTest } from './shipper.fixture.js';

const shipper = new ShipperUnderTest();
beforeAll(shipper.start);
afterAll(shipper.stop);

const bulk = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}, path = '/_bulk') =>
  shipper.post(path, body, { 'content-type': 'application/x-ndjson', ...headers });
const lines = (...values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

describe('the door of Elasticsearch', () => {
  it('answers each operation in its place', async () => {
    const body = lines(
      { create: { _index: 'logs-dpi', _id: '1' } }, anEvent(), { index: {} }, aBadEvent(), { delete: { _id: '1' } }, { update: { _id: '2' } }, { doc: anEvent() },
    ); // prettier-ignore
    const rows = await shipper.log.during(async () => {
      const answer = await bulk(body, {}, '/logs-own/_bulk');
      expect(answer.headers['x-elastic-product']).toBe('Elasticsearch');
      expect(answer).toMatchObject({
        status: 200,
        body: {
          errors: true,
          items: [
            { create: { _index: 'logs-dpi', _id: '1', status: 201 } },
            { index: { _index: 'logs-own', status: 400, error: { type: 'document_parsing_exception', reason: expect.stringContaining('action') } } },
            { delete: { status: 404, result: 'not_found' } },
            { update: { status: 200 } },
          ],
        },
      }); // prettier-ignore
    });
    expect(rows).toHaveLength(2);
  });

  it('takes gzip, and documents as Beats write them', async () => {
    const document = { '@timestamp': '2026-11-28T08:00:00Z', ecs: { version: '8.0.0' }, message: JSON.stringify(anEvent()), agent: { type: 'filebeat' } };
    const rows = await shipper.log.during(async () => {
      const body = gzipSync(lines({ create: { _index: 'filebeat' } }, document));
      expect(await bulk(body, { 'content-encoding': 'gzip' })).toMatchObject({ status: 200, body: { errors: false } });
    });
    expect(rows).toMatchObject([{ actor_id: 'amartin' }]);
  }); // prettier-ignore

  it.each([
    ['a line that is no operation', '{"event":1}\n{}\n', {}, 400, 'illegal_argument_exception'],
    ['no token', '', { authorization: '' }, 401, 'security_exception'],
    ['too much', 'x'.repeat(70_000), {}, 413, 'content_too_large'],
  ])('refuses %s as Elasticsearch does', async (_what, body, headers, status, type) => {
    const answer = await bulk(body, headers);
    expect(answer).toMatchObject({ status, body: { status, error: { type } } });
    expect(answer.headers['x-elastic-product']).toBe('Elasticsearch');
  });

  it('refuses a document that is missing, and takes a key as API keys are written', async () => {
    const key = `ApiKey ${Buffer.from(`id:${shipper.token}`).toString('base64')}`;
    expect(await bulk('{"index":{}}\n', { authorization: key })).toMatchObject({ status: 200, body: { items: [{ index: { status: 400 } }] } });
    expect(await bulk(lines({ index: {} }, anEvent()), { authorization: `ApiKey ${shipper.token}` })).toMatchObject({ status: 200 });
  }); // prettier-ignore

  it.each([
    ['GET', '/', 200, { tagline: 'You Know, for Search' }],
    ['GET', '/_license', 200, { license: { type: 'basic', status: 'active' } }],
    ['GET', '/_cluster/health', 200, { status: 'green' }],
    ['GET', '/_index_template/filebeat-8.19.0', 200, { index_templates: [{ name: 'filebeat-8.19.0' }] }],
    ['PUT', '/_ilm/policy/filebeat', 200, { acknowledged: true }],
    ['GET', '/_data_stream/logs', 200, { data_streams: [{ name: 'logs' }] }],
    ['GET', '/_template/logstash', 200, { logstash: {} }],
  ])('answers %s %s before the first bulk', async (method, path, status, body) => {
    const answer = await shipper.ingestor.ask(path, { method, headers: { authorization: shipper.basic } });
    expect(answer).toMatchObject({ status, body, headers: { 'x-elastic-product': 'Elasticsearch' } });
  });

  it('answers HEAD, and nobody without a token', async () => {
    expect(await shipper.ingestor.ask('/', { method: 'HEAD', headers: { authorization: shipper.basic } })).toMatchObject({
      status: 200,
    });
    expect(await shipper.ingestor.ask('/', {})).toMatchObject({ status: 401 });
  });
});
