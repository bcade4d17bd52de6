import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import protobufjs from 'protobufjs';
import { snappyBlock } from '#libs/runtime/unpack/snappy-block.fixture.js';
import { aBadEvent, anEvent, ShipperUnderTest } from './shipper.fixture.js';
import { lokiProto } from './protos.fixture.js';

const shipper = new ShipperUnderTest();
beforeAll(shipper.start);
afterAll(shipper.stop);

const push = (...lines: readonly unknown[]) => ({
  streams: [{ stream: { job: 'dpi' }, values: lines.map((line) => ['1764316800000000000', JSON.stringify(line)]) }],
});
const send = (body: string | Uint8Array<ArrayBuffer>, type: string) =>
  shipper.post('/loki/api/v1/push', body, { 'content-type': type });
const gelf = (body: string) => shipper.post('/gelf', body);

describe('the door of Loki', () => {
  it('takes JSON with 204, and says 400 where nothing was taken', async () => {
    expect(await send(JSON.stringify(push(anEvent(), aBadEvent())), 'application/json')).toMatchObject({ status: 204 });
    const none = await send(JSON.stringify(push(aBadEvent())), 'application/json');
    expect([none.status, String(none.body)]).toEqual([400, expect.stringContaining('action')]);
  });

  it('takes protobuf in snappy, as Promtail and Alloy send it', async () => {
    const type = protobufjs.parse(lokiProto).root.lookupType('PushRequest');
    const entries = [anEvent(), anEvent()].map((one) => ({
      timestamp: { seconds: 1_764_316_800, nanos: 5 },
      line: JSON.stringify(one),
    }));
    const bytes = type.encode(type.fromObject({ streams: [{ labels: '{job="dpi", host="web\\"1"}', entries }] })).finish();
    const rows = await shipper.log.during(async () => {
      expect(await send(snappyBlock(bytes), 'application/x-protobuf')).toMatchObject({ status: 204 });
    });
    expect(rows).toHaveLength(2);
    expect(await send(new Uint8Array(bytes), 'application/x-protobuf')).toMatchObject({ status: 400 });
    expect(await send(new Uint8Array([0xff, 0xff, 0xff, 0x7f, 0]), 'application/x-protobuf')).toMatchObject({ status: 413 });
  });
});

describe('the door of Graylog', () => {
  it('takes messages with 202, and says 400 where nothing was taken', async () => {
    const message = { version: '1.1', host: 'dpi', short_message: JSON.stringify(anEvent()), timestamp: 1_764_316_800.25 };
    expect(await gelf(JSON.stringify(message))).toMatchObject({ status: 202 });
    expect(await gelf(JSON.stringify({ ...message, short_message: JSON.stringify(aBadEvent()) }))).toMatchObject({ status: 400 });
  });
});

const deliver = (...records: readonly (string | Uint8Array)[]) => ({
  requestId: 'r-1',
  timestamp: 1_764_316_800_000,
  records: records.map((data) => ({ data: Buffer.from(data).toString('base64') })),
});
const ask = (body: object, key = shipper.token) =>
  shipper.ingestor.ask('/firehose', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', 'x-amz-firehose-request-id': 'r-1', 'x-amz-firehose-access-key': key },
  });
const subscription = (messageType: string, ...messages: readonly string[]) =>
  gzipSync(
    JSON.stringify({
      messageType,
      logGroup: '/emr',
      logEvents: messages.map((message) => ({ timestamp: 1_764_316_800_000, message })),
    }),
  );

describe('the door of Firehose', () => {
  it('takes records as they are, several lines of one, and those of CloudWatch Logs, and repeats the id of the request', async () => {
    const lines = `${JSON.stringify(anEvent())}\n${JSON.stringify(anEvent())}\n`;
    const body = deliver(
      JSON.stringify(anEvent()),
      lines,
      subscription('DATA_MESSAGE', JSON.stringify(anEvent())),
      JSON.stringify(aBadEvent()),
    );
    const rows = await shipper.log.during(async () => {
      expect(await ask(body)).toMatchObject({ status: 200, body: { requestId: 'r-1', timestamp: expect.any(Number) } });
    });
    expect(rows).toHaveLength(4);
  });

  it('says that all is well where CloudWatch Logs only looks whether somebody is there', async () => {
    expect(await ask(deliver(subscription('CONTROL_MESSAGE', 'CWL CONTROL MESSAGE: Checking health')))).toMatchObject({
      status: 200,
    });
  });

  it.each([
    ['nothing was taken', () => deliver(JSON.stringify(aBadEvent())), 400],
    [
      'the gzip of a record is cut off',
      () => deliver(subscription('DATA_MESSAGE', JSON.stringify(anEvent())).subarray(0, 40)),
      400,
    ],
    ['there are no records', () => ({ requestId: 'r-1' }), 400],
    ['a record has more than a request may, unpacked', () => deliver(gzipSync(Buffer.alloc(33 * 1024 * 1024))), 413],
  ])('says in its own words that %s', async (_, body, status) => {
    expect(await ask(body())).toMatchObject({ status, body: { requestId: 'r-1', errorMessage: expect.any(String) } });
  });

  it('knows its key, and nobody without', async () => {
    expect(await ask(deliver('{}'), 'x'.repeat(43))).toMatchObject({ status: 403, body: { requestId: 'r-1' } });
    expect(await ask(deliver('{}'), '')).toMatchObject({ status: 401, body: { requestId: 'r-1' } });
  });
});
