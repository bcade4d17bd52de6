import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aBadEvent, anEvent, ShipperUnderTest } from './shipper.fixture.js';

const shipper = new ShipperUnderTest();
beforeAll(shipper.start);
afterAll(shipper.stop);

const bulk = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}, path = '/_bulk') =>
  shipper.post(path, body, { 'content-type': 'application/x-ndjson', ...headers });
const lines = (...values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

const put = (body?: string) =>
  shipper.ingestor.ask('/logs-dpi', {
    method: 'PUT',
    headers: { authorization: shipper.basic },
    ...(body !== undefined && { body }),
  });

describe('the door of Elasticsearch', () => {
  it('answers each operation in its place', async () => {
    const body = lines(
      { create: { _index: 'logs-dpi', _id: '1' } },
      anEvent(),
      { index: {} },
      aBadEvent(),
      { delete: { _id: '1' } },
      { update: { _id: '2' } },
      { doc: anEvent() },
    );
    const rows = await shipper.log.during(async () => {
      const answer = await bulk(body, {}, '/logs-own/_bulk');
      expect(answer.headers['x-elastic-product']).toBe('Elasticsearch');
      expect(answer).toMatchObject({
        status: 200,
        body: {
          errors: true,
          items: [
            { create: { _index: 'logs-dpi', _id: '1', status: 201 } },
            {
              index: {
                _index: 'logs-own',
                status: 400,
                error: { type: 'document_parsing_exception', reason: expect.stringContaining('action') },
              },
            },
            { delete: { status: 404, result: 'not_found' } },
            { update: { status: 200 } },
          ],
        },
      });
    });
    expect(rows).toHaveLength(2);
  });

  it.each(['/_bulk', '/logs-dpi/_bulk', '/logs-dpi/_doc/_bulk', '/_bulk/'])(
    'takes batches that are put to %s as well',
    async (path) => {
      const body = lines({ index: { _index: 'logs-dpi' } }, anEvent(), { index: { _index: 'logs-dpi' } }, anEvent());
      const rows = await shipper.log.during(async () => {
        const init = { method: 'PUT', body, headers: { authorization: shipper.basic, 'content-type': 'application/x-ndjson' } };
        expect(await shipper.ingestor.ask(path, init)).toMatchObject({ status: 200, body: { errors: false } });
      });
      expect(rows).toHaveLength(2);
    },
  );

  it('gives an id to each document that came without one, and to no other', async () => {
    const body = lines(
      { index: {} },
      anEvent(),
      { index: {} },
      anEvent(),
      { index: {} },
      aBadEvent(),
      { index: { _id: 'own' } },
      anEvent(),
      { delete: {} },
    );
    const { body: answer } = await bulk(body, {}, '/%22_id%22:null/_bulk');
    const ids = (answer as { items: Record<string, { _id: unknown }>[] }).items.flatMap((item) =>
      Object.values(item).map(({ _id }) => _id),
    );
    const given = [expect.stringMatching(/^\w{20}$/), expect.stringMatching(/^\w{20}$/), expect.stringMatching(/^\w{20}$/)];
    expect(ids).toEqual([...given, 'own', null]);
    expect(new Set(ids).size).toBe(5);
  });

  it.each([
    ['POST', '/logs-dpi/_doc', 'index', /^\w{20}$/],
    ['PUT', '/logs-dpi/_doc/17', 'index', /^17$/],
    ['POST', '/logs-dpi/_create/18', 'create', /^18$/],
  ])('takes one document by %s %s', async (method, path, _verb, id) => {
    const headers = { authorization: shipper.basic, 'content-type': 'application/json' };
    const rows = await shipper.log.during(async () => {
      const answer = await shipper.ingestor.ask(path, { method, body: JSON.stringify(anEvent()), headers });
      const created = { _index: 'logs-dpi', _id: expect.stringMatching(id), result: 'created' };
      expect(answer).toMatchObject({ status: 201, headers: { 'x-elastic-product': 'Elasticsearch' }, body: created });
    });
    expect(rows).toHaveLength(1);
    const refused = await shipper.ingestor.ask(path, { method, body: JSON.stringify(aBadEvent()), headers });
    expect(refused).toMatchObject({ status: 400, body: { status: 400, error: { reason: expect.stringContaining('action') } } });
    expect(await shipper.ingestor.ask(path, { method, body: '{}' })).toMatchObject({ status: 401 });
  });

  it('takes gzip, and documents as Beats write them', async () => {
    const document = {
      '@timestamp': '2026-11-28T08:00:00Z',
      ecs: { version: '8.0.0' },
      message: JSON.stringify(anEvent()),
      agent: { type: 'filebeat' },
    };
    const rows = await shipper.log.during(async () => {
      const body = gzipSync(lines({ create: { _index: 'filebeat' } }, document));
      expect(await bulk(body, { 'content-encoding': 'gzip' })).toMatchObject({ status: 200, body: { errors: false } });
    });
    expect(rows).toMatchObject([{ actor_id: 'amartin' }]);
  });

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
    expect(await bulk('{"index":{}}\n', { authorization: key })).toMatchObject({
      status: 200,
      body: { items: [{ index: { status: 400 } }] },
    });
    expect(await bulk(lines({ index: {} }, anEvent()), { authorization: `ApiKey ${shipper.token}` })).toMatchObject({
      status: 200,
    });
  });

  it.each([
    ['GET', '/', 200, { tagline: 'You Know, for Search' }],
    ['GET', '/_license', 200, { license: { type: 'basic', status: 'active' } }],
    ['GET', '/_cluster/health', 200, { status: 'green' }],
    ['GET', '/_index_template/filebeat-8.19.0', 200, { index_templates: [{ name: 'filebeat-8.19.0' }] }],
    ['PUT', '/_ilm/policy/filebeat', 200, { acknowledged: true }],
    ['GET', '/_data_stream/logs', 200, { data_streams: [{ name: 'logs' }] }],
    ['GET', '/_template/logstash', 200, { logstash: {} }],
    ['GET', '/_alias/logstash', 200, { logstash: { aliases: { logstash: {} } } }],
    ['PUT', '/logstash-000001', 200, { acknowledged: true, index: 'logstash-000001' }],
  ])('answers %s %s before the first bulk', async (method, path, status, body) => {
    const answer = await shipper.ingestor.ask(path, { method, headers: { authorization: shipper.basic } });
    expect(answer).toMatchObject({ status, body, headers: { 'x-elastic-product': 'Elasticsearch' } });
  });

  it('acknowledges that an index is made, and nothing else that is put there', async () => {
    for (const body of [undefined, '{}', '{"settings":{"number_of_shards":1},"mappings":{}}'])
      expect(await put(body)).toMatchObject({ status: 200, body: { acknowledged: true } });
    for (const body of [
      JSON.stringify(anEvent()),
      JSON.stringify([anEvent()]),
      `${JSON.stringify(anEvent())}\n${JSON.stringify(anEvent())}`,
      'x',
    ])
      expect(await put(body)).toMatchObject({
        status: 400,
        body: { status: 400, error: { reason: expect.stringContaining('/_bulk') } },
      });
  });

  it('answers HEAD, and nobody without a token', async () => {
    for (const path of ['/', '/_alias/logstash', '/logs-dpi']) {
      const headers = { authorization: shipper.basic };
      expect(await shipper.ingestor.ask(path, { method: 'HEAD', headers })).toMatchObject({ status: 200 });
      expect(await shipper.ingestor.ask(path, { method: 'HEAD' })).toMatchObject({ status: 401 });
    }
  });
});
