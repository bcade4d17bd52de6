import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import kafkajs from 'kafkajs';
import { installCodecs } from './codecs.js';
import { encodeFrame, encodeFramesAtOnce, type ProduceOptions } from './produce-request.js';
import { readBatch } from './record-batch.js';

interface Encoding {
  encode(): Promise<{ readonly buffer: Buffer }>;
}
type Protocol = (options: ProduceOptions) => { readonly request: Encoding };

const load = createRequire(import.meta.url);
const api: { protocol(of: { readonly version: number }): Protocol } = load('kafkajs/src/protocol/requests/produce');
/** As the client writes it, behind the place where ours is put. */
const request: (options: ProduceOptions) => Encoding = load('kafkajs/src/protocol/requests/produce/v7/request');
const written: Protocol = (options) => ({ request: request(options) });

installCodecs();
encodeFramesAtOnce();

const batchAt = (topic: string): number => 2 + 2 + 4 + 4 + 2 + Buffer.byteLength(topic) + 4 + 4 + 4;
const firstTimestamp = (bytes: Buffer, topic: string): number => Number(bytes.readBigInt64BE(batchAt(topic) + 27));

describe('a request that appends one frame', () => {
  it('has the bytes that the client would write', async () => {
    const header = fc.tuple(fc.stringMatching(/^[a-zé-]{1,20}$/), fc.uint8Array({ maxLength: 70 }).map(Buffer.from));
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          topic: fc.stringMatching(/^[a-z0-9._-]{1,40}$/),
          partition: fc.nat(1_000_000),
          acks: fc.constantFrom(-1, 1),
          timeout: fc.nat(),
          value: fc
            .tuple(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(0, 1, 3, 400, 5_000))
            .map(([bytes, times]) => Buffer.concat(Array.from({ length: times }, () => Buffer.from(bytes)))),
          headers: fc.uniqueArray(header, { maxLength: 3, selector: ([name]) => name }),
        }),
        async (frame) => {
          const options = optionsOf(frame.topic, [{ value: frame.value, headers: Object.fromEntries(frame.headers) }], frame);
          const { buffer } = await written(options).request.encode();
          const ours = await encodeFrame(frame, firstTimestamp(buffer, frame.topic));
          expect(ours.toString('hex')).toBe(buffer.toString('hex'));
        },
      ),
    );
  });

  it('is written here however many are under way, each with its own bytes', async () => {
    const frames = Array.from({ length: 40 }, (_, n) => Buffer.from(`{"n":${n}}\n`.repeat(1 + n * 900)));
    const protocol = api.protocol({ version: 7 });
    const requests = await Promise.all(
      frames.map(async (value, n) => (await protocol(optionsOf('t', [{ value }], { partition: n })).request.encode()).buffer),
    );
    for (const [n, bytes] of requests.entries()) {
      const batch = bytes.subarray(batchAt('t'));
      const read = await readBatch(batch);
      if ('unreadable' in read) throw new Error(read.unreadable);
      expect(read.records.includes(frames[n] ?? '')).toBe(true);
      expect(bytes.readInt32BE(batchAt('t') - 8)).toBe(n);
    }
  });

  it.each([
    ['two records', [{ value: Buffer.from('a') }, { value: Buffer.from('b') }], {}],
    ['a key', [{ key: 'k', value: Buffer.from('a') }], {}],
    ['text', [{ value: 'a' }], {}],
    ['no value', [{ value: null }], {}],
    ['a header that is there twice', [{ value: Buffer.from('a'), headers: { h: ['1', '2'] } }], {}],
    ['another packing', [{ value: Buffer.from('a') }], { compression: kafkajs.CompressionTypes.GZIP }],
    ['a numbered producer', [{ value: Buffer.from('a') }], { producerId: 7, producerEpoch: 0 }],
  ])('is left to the client with %s', async (_, messages, more) => {
    const options = { ...optionsOf('t', messages, { partition: 1 }), ...more };
    const encode = async (of: Protocol): Promise<Buffer> => {
      const { buffer } = await of(options).request.encode();
      return buffer.fill(0, batchAt('t') + 17, batchAt('t') + 21).fill(0, batchAt('t') + 27, batchAt('t') + 43);
    };
    const [byClient, byApi] = [await encode(written), await encode(api.protocol({ version: 7 }))];
    expect(byApi.toString('hex')).toBe(byClient.toString('hex'));
  });
});

function optionsOf(
  topic: string,
  messages: ProduceOptions['topicData'][number]['partitions'][number]['messages'],
  { partition, acks = -1, timeout = 1000 }: { readonly partition: number; readonly acks?: number; readonly timeout?: number },
): ProduceOptions {
  return {
    acks,
    timeout,
    compression: kafkajs.CompressionTypes.ZSTD,
    topicData: [{ topic, partitions: [{ partition, messages }] }],
  };
}
