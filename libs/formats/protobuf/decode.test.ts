import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { decodeMessage } from './decode.js';
import { exportLogsRequest, lokiPushRequest } from './messages.js';

const of = (...bytes: readonly number[]) => Uint8Array.from(bytes);

describe('protobuf messages', () => {
  it('are read by the numbers of their fields; others are passed over', () => {
    const bytes = of(0x98, 0x06, 0x05, 0x0a, 0x07, 0x0a, 0x02, 0x7b, 0x7d, 0x1a, 0x01, 0x78);
    expect(decodeMessage(bytes, lokiPushRequest)).toEqual({ kind: 'accepted', value: { streams: [{ labels: '{}' }] } });
  });

  it.each([
    ['a field that is longer than the message', of(0x0a, 0x05, 0x0a), 'not_protobuf'],
    ['a field that is longer than its own message', of(0x0a, 0x02, 0x0a, 0x05, 0, 0, 0, 0, 0), 'not_protobuf'],
    ['a number without end', of(...Array<number>(12).fill(0xff)), 'not_protobuf'],
    ['groups, which nobody sends', of(0x0b), 'not_protobuf'],
    ['a text that is not UTF-8', of(0x0a, 0x03, 0x0a, 0x01, 0xff), 'not_utf8'],
    ['more fields than allowed', Uint8Array.from({ length: 300 }, (_, at) => (at % 2 ? 0 : 0x0a)), 'too_many_nodes'],
  ])('refuse %s', (_what, bytes, reason) => {
    expect(decodeMessage(bytes, lokiPushRequest, 100)).toMatchObject({ kind: 'rejected', reason });
  });

  it('refuse values inside each other without end', () => {
    let value = of(0x0a, 0x01, 0x78);
    for (let depth = 0; depth < 60; depth += 1) value = wrapped(0x2a, wrapped(0x0a, value));
    const record = wrapped(0x0a, wrapped(0x12, wrapped(0x12, wrapped(0x2a, value))));
    expect(decodeMessage(record, exportLogsRequest)).toMatchObject({ kind: 'rejected', reason: 'too_deep' });
  });

  it('never throw, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(exportLogsRequest, lokiPushRequest), (bytes, message) => {
        expect(['accepted', 'rejected']).toContain(decodeMessage(bytes, message, 50).kind);
        expect(['accepted', 'rejected']).toContain(decodeMessage(wrapped(0x0a, bytes), message, 50).kind);
      }),
      { numRuns: casesOf(2_000, 40_000) },
    );
  });
});

function wrapped(tag: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    length.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
    if (rest < 0x80) break;
  }
  return of(tag, ...length, ...bytes);
}
