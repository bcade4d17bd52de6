import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import protobufjs from 'protobufjs';
import { aBadEvent, anEvent, ShipperUnderTest } from './shipper.fixture.js';
import { otlpProto } from './protos.fixture.js';

const shipper = new ShipperUnderTest();
beforeAll(shipper.start);
afterAll(shipper.stop);

const request = (...bodies: readonly unknown[]) => {
  const logRecords = bodies.map((one) => ({ timeUnixNano: '1764316800000000000', body: { stringValue: JSON.stringify(one) } }));
  const resource = { attributes: [{ key: 'host.name', value: { stringValue: 'dpi' } }] };
  return { resourceLogs: [{ resource, scopeLogs: [{ scope: { name: 'audit' }, logRecords }] }] };
};
const asJson = (value: unknown) => shipper.post('/v1/logs', JSON.stringify(value), { 'content-type': 'application/json' });
const asProtobuf = (bytes: Uint8Array) =>
  shipper.post('/v1/logs', new Uint8Array(bytes), { 'content-type': 'application/x-protobuf' });
const decode = (type: protobufjs.Type | undefined, body: unknown) =>
  type?.toObject(type.decode(body as Uint8Array), { longs: Number });

describe('the door of OpenTelemetry', () => {
  it('takes JSON: everything, some of it, nothing', async () => {
    expect(await asJson(request(anEvent(), anEvent()))).toMatchObject({ status: 200, body: {} });
    expect(await asJson(request(anEvent(), aBadEvent()))).toMatchObject({
      status: 200,
      body: { partialSuccess: { rejectedLogRecords: '1' } },
    });
    expect(await asJson(request(aBadEvent()))).toMatchObject({ status: 400, body: { code: 3 } });
    expect(await asJson({})).toMatchObject({ status: 200 });
    expect(await asJson([])).toMatchObject({ status: 200 });
  });

  it('takes protobuf as other implementations write it, and answers so that they can read it', async () => {
    const root = protobufjs.parse(otlpProto).root;
    const [requestType, responseType, statusType] = ['ExportLogsServiceRequest', 'ExportLogsServiceResponse', 'Status'].map(
      (name) => root.lookupType(name),
    );
    const encode = (...bodies: readonly unknown[]) =>
      requestType?.encode(requestType.fromObject(request(...bodies))).finish() ?? new Uint8Array();
    const rows = await shipper.log.during(async () => {
      const whole = await asProtobuf(encode(anEvent(), anEvent()));
      expect(whole).toMatchObject({ status: 200, headers: { 'content-type': 'application/x-protobuf' } });
      expect(decode(responseType, whole.body)).toEqual({});
    });
    expect(rows).toHaveLength(2);
    const partial = await asProtobuf(encode(anEvent(), aBadEvent(), aBadEvent()));
    expect(decode(responseType, partial.body)).toMatchObject({
      partialSuccess: { rejectedLogRecords: 2, errorMessage: expect.stringContaining('action') },
    });
    const none = await asProtobuf(encode(aBadEvent()));
    expect(none.status).toBe(400);
    expect(decode(statusType, none.body)).toMatchObject({ code: 3 });
    const broken = await asProtobuf(encode(anEvent()).slice(0, -3));
    expect([broken.status, decode(statusType, broken.body)]).toMatchObject([
      400,
      { code: 3, message: expect.stringContaining('protobuf') },
    ]);
  });

  it('says when to come again while the log is away', async () => {
    shipper.log.failing = true;
    expect(await asJson(request(anEvent()))).toMatchObject({ status: 503, headers: { 'retry-after': '2' }, body: { code: 14 } });
    shipper.log.failing = false;
  });
});
