import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { deflateSync, gzipSync } from 'node:zlib';
import { type Framed, NulFramer } from './framing.js';
import { GelfDatagrams } from './gelf-datagrams.js';

const textsOf = (framed: readonly (Framed | undefined)[]) =>
  framed.map((one) => (one?.kind === 'accepted' ? Buffer.from(one.value).toString() : one?.reason));

/** Cuts bytes at arbitrary places. */
function cut(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

describe('messages that end with NUL', () => {
  it('are the same however they are cut into chunks; a long one is refused alone, and takes no memory', () => {
    const message = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 10 }), fc.array(fc.nat(500), { maxLength: 8 }), (messages, places) => {
        const framer = new NulFramer(30);
        const framed = cut(Buffer.from(messages.map((one) => `${one}\0`).join('')), places).flatMap((chunk) =>
          framer.push(chunk),
        );
        expect(textsOf(framed)).toEqual(messages.map((one) => (one.length > 30 ? 'too_large' : one)));
        expect([framer.isMidway, framer.end(false)]).toEqual([false, []]);
      }),
      { numRuns: 500 },
    );
  });

  it('end with their line too, however they are laid out and cut', () => {
    const value = fc.record({
      a: fc.string({ maxLength: 8, unit: 'grapheme-ascii' }),
      b: fc.constantFrom({}, [{}, {}], '}{', '}'),
    });
    const layout = fc.constantFrom(0, 1);
    const end = fc.constantFrom('\n', '\r\n', '\0', '\n\n', '\n\0');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value, layout, end), { maxLength: 8 }),
        fc.array(fc.nat(500), { maxLength: 8 }),
        (messages, places) => {
          const framer = new NulFramer(1000);
          const stream = messages.map(([one, indent, behind]) => `${JSON.stringify(one, null, indent)}${behind}`).join('');
          const framed = cut(Buffer.from(stream), places).flatMap((chunk) => framer.push(chunk));
          const got = [...framed, ...framer.flush()].map((one) => JSON.parse(textsOf([one])[0] ?? '') as unknown);
          expect(got).toEqual(messages.map(([one]) => one));
          expect(framer.end(false)).toEqual([]);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('that end with their line need silence to tell so, and no clean end', () => {
    const framer = new NulFramer(100);
    expect([framer.push(Buffer.from('{"a":{}')), framer.isWaiting]).toEqual([[], false]);
    expect([framer.push(Buffer.from('}\r\n')), framer.isWaiting]).toEqual([[], true]);
    expect(textsOf(framer.end(false))).toEqual(['{"a":{}}\r\n']);
    expect([framer.isWaiting, framer.isMidway]).toEqual([false, false]);
  });

  it('are taken at a clean end without NUL, and refused when they broke off', () => {
    const [clean, broken] = [new NulFramer(30), new NulFramer(30)];
    clean.push(Buffer.from('half'));
    broken.push(Buffer.from('half'));
    expect(broken.isMidway).toBe(true);
    expect([textsOf(clean.end(true)), textsOf(broken.end(false))]).toEqual([['half'], ['frame_cut_off']]);
  });
});

const chunksOf = (id: number, message: Uint8Array, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const size = Math.ceil(message.length / count);
    return Buffer.concat([
      Buffer.from([0x1e, 0x0f, 0, 0, 0, 0, 0, 0, 0, id, index, count]),
      message.subarray(index * size, (index + 1) * size),
    ]);
  });

describe('datagrams of GELF', () => {
  it('give each message once, whatever the order of its chunks', () => {
    const pack = fc.constantFrom((bytes: Buffer): Uint8Array => bytes, gzipSync, deflateSync);
    const sent = fc.tuple(fc.string({ minLength: 20, unit: 'grapheme-ascii' }), pack, fc.integer({ min: 2, max: 5 }));
    fc.assert(
      fc.property(fc.array(sent, { minLength: 1, maxLength: 4 }), fc.infiniteStream(fc.nat()), (messages, random) => {
        const datagrams = messages.flatMap(([text, packed, count], id) => chunksOf(id, packed(Buffer.from(`{${text}`)), count));
        const order = datagrams.map((one) => [random.next().value ?? 0, one] as const).toSorted(([a], [b]) => a - b);
        const gelf = new GelfDatagrams(() => {});
        const got = order.map(([, one]) => gelf.take(one, '10.0.0.1', 0)).filter((one) => one !== undefined);
        expect(textsOf(got).toSorted()).toEqual(messages.map(([text]) => `{${text}`).toSorted());
      }),
      { numRuns: 300 },
    );
  });

  it('may end with NUL, as over TCP', () => {
    const gelf = new GelfDatagrams(() => {});
    for (const datagram of [Buffer.from('{"a":1}\0'), gzipSync('{"a":1}\0'), Buffer.from('{"a":1}\0\0')])
      expect(textsOf([gelf.take(datagram, '10.0.0.1', 0)])).toEqual(['{"a":1}']);
  });

  it('that stay incomplete are dropped after five seconds, and when there are too many', () => {
    let dropped = 0;
    const gelf = new GelfDatagrams((messages) => (dropped += messages));
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = chunksOf(1, Buffer.from('{"a":1}'), 2);
    gelf.take(first, '10.0.0.1', 0);
    expect(gelf.take(second, '10.0.0.2', 1)).toBeUndefined();
    gelf.expire(5002);
    expect(dropped).toBe(2);
    for (let sender = 0; sender < 3000; sender += 1) gelf.take(first, `sender ${sender}`, 6000);
    expect(dropped).toBeGreaterThan(1900);
  });

  it('are a message, nothing or a refusal, whatever comes', () => {
    const begin = fc.constantFrom([], [0x1e, 0x0f], [0x1f, 0x8b], [0x78, 0x9c], [0x1e, 0x0f, 1, 2, 3, 4, 5, 6, 7, 8]);
    const gelf = new GelfDatagrams(() => {});
    fc.assert(
      fc.property(begin, fc.uint8Array({ maxLength: 40 }), (head, rest) => {
        const got = gelf.take(Uint8Array.from([...head, ...rest]), '10.0.0.1', 0);
        expect(got === undefined || ['accepted', 'rejected'].includes(got.kind)).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(textsOf([gelf.take(gzipSync(Buffer.alloc(20_000_000)), '10.0.0.1', 0)])).toEqual(['damaged']);
  });
});
