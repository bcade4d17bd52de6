import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isOtlpProtobuf, otlpProtobufRecords } from './otlp-records.js';

const delimited = (tag: number, bytes: Uint8Array): Buffer => {
  const length: number[] = [];
  for (let rest = bytes.length; length.length === 0 || rest > 0; rest >>>= 7) length.push(rest & 0x7f);
  return Buffer.concat([Buffer.from([tag, ...length.map((part, at) => (at < length.length - 1 ? part | 0x80 : part))]), bytes]);
};
/** A request of log records with these bodies. */
const request = (bodies: readonly string[]) =>
  delimited(
    0x0a,
    delimited(0x12, Buffer.concat(bodies.map((body) => delimited(0x12, delimited(0x2a, delimited(0x0a, Buffer.from(body))))))),
  );

const text = fc.string({ unit: 'binary', maxLength: 400 });

it('knows requests in protobuf, several behind each other too, and gives each log record for itself', () => {
  fc.assert(
    fc.property(fc.array(fc.array(text, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }), (batches) => {
      const bytes = Buffer.concat(batches.map(request));
      expect(isOtlpProtobuf(bytes)).toBe(true);
      const records = [...otlpProtobufRecords(bytes, { receivedMs: 7 })];
      expect(records).toMatchObject(
        batches.flat().map((stringValue) => ({
          kind: 'accepted',
          value: {
            kind: 'json',
            envelope: { receivedMs: 7 },
            value: { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue } }] }] }] },
          },
        })),
      );
    }),
  );
});

it('takes no text for one, however it begins, and no request that is cut off', () => {
  const line = fc.oneof(
    fc.json(),
    fc.lorem(),
    fc.constant('<85>1 - - - - - CEF:0|a|b|c|d|e|1|'),
    fc.constant('a;b;c'),
    fc.constant(''),
  );
  const body = fc.tuple(fc.constantFrom('\n', '\n\n', '\r\n', '\n ', ''), fc.array(line, { maxLength: 30 }));
  // A line end, a blank that says 32 bytes, and 32 bytes that begin with a line end.
  expect(isOtlpProtobuf(Buffer.from('\n \n[]\na;b;c\nvel a euismod mi morbi'))).toBe(false);
  fc.assert(
    fc.property(body, ([begin, lines]) => {
      expect(isOtlpProtobuf(Buffer.from(`${begin}${lines.join('\n')}`))).toBe(false);
    }),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), fc.nat(), (bodies, cut) => {
      const bytes = request(bodies);
      expect(isOtlpProtobuf(bytes.subarray(0, cut % bytes.length))).toBe(false);
    }),
  );
});
