import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import kafkajs, { type Admin } from 'kafkajs';
import { systemClock } from '#libs/runtime/clock.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { type KafkaForTests, kafkaForTests, whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';
import { joinAs, Recorder, until } from '../../contract-tools.js';
import type { EventLog, Frame } from '../../port.js';
import { createTopics } from '../topics/create-topics.js';
import { openKafkaLog } from '../kafka-log.js';
import { batchAt, batchPrefixBytes, batchRecordsMax, decompressedBytesMax, readBatch } from './record-batch.js';

const attributesOf = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4, 'number 5': 5, 'number 7': 7 } as const;

describe('a record batch', () => {
  const value = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));

  it('is read as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 1, maxLength: 5 }),
        fc.constantFrom('none', 'gzip', 'zstd'),
        async (values, codec) => {
          const plain = recordsOf(values);
          const packed = codec === 'none' ? plain : codec === 'gzip' ? gzipSync(plain) : zstdCompressSync(plain);
          expect(await readBatch(batchOf(packed, values.length, attributesOf[codec as 'none']))).toEqual({ records: plain });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('of any bytes is records or has a reason, and never throws', async () => {
    const any = fc.record({
      packed: fc.uint8Array({ maxLength: 200 }),
      count: fc.integer({ min: -5, max: 50 }),
      attributes: fc.integer({ min: 0, max: 7 }),
      good: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(any, fc.nat(), fc.nat(255), async ({ packed, count, attributes, good }, at, byte) => {
        const bytes = good ? zstdCompressSync(recordsOf([Buffer.from(packed)])) : Buffer.from(packed);
        const batch = batchOf(bytes, good ? 1 : count, good ? 4 : attributes);
        if (bytes.length > 0) batch[batchAt.records + (at % bytes.length)] = byte;
        const read = await readBatch(batch);
        expect('records' in read || read.unreadable.length > 0).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['a codec that nobody has', batchOf(recordsOf([Buffer.from('x')]), 1, 5), 'unknown_codec'],
    ['more records than anybody writes', batchOf(Buffer.alloc(0), batchRecordsMax + 1, 0), 'too_many_records'],
    ['less than it says', batchOf(recordsOf([Buffer.from('x')]), 2, 0), 'broken_records'],
    ['offsets beyond its own', batchOf(recordsOf([Buffer.from('x')], 7), 1, 0), 'broken_records'],
    ['junk', batchOf(Buffer.from('no zstd at all'), 1, 4), 'not_unpackable'],
    ['a bomb', batchOf(zstdCompressSync(recordsOf([Buffer.alloc(decompressedBytesMax)])), 1, 4), 'too_large'],
  ])('with %s is none', async (_, batch, unreadable) => {
    expect(await readBatch(batch)).toEqual({ unreadable });
  });
});

const reason = await whyNoKafkaTests(process.env);
const suite = reason === undefined ? describe : describe.skip;
suite(`batches that cannot be unpacked${reason === undefined ? '' : ` (${reason})`}`, () => {
  let kafka: KafkaForTests;
  let log: EventLog;
  let admin: Admin;
  const options = () => ({ brokers: kafka.brokers, clientId: 'vigie-unreadable', clock: systemClock });

  beforeAll(async () => {
    kafka = await kafkaForTests(process.env, await freePortBase());
    await createTopics(options(), { unreadable: { partitions: 2 } });
    log = await openKafkaLog(options());
    admin = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
  });
  afterAll(async () => {
    await admin.disconnect();
    await log.close();
    await kafka.stop();
  });

  it.each(['zstd', 'gzip'] as const)(
    'in %s are passed over with their place and reason, and all others are read',
    async (packing) => {
      const at = { topic: 'unreadable', partition: packing === 'zstd' ? 0 : 1 };
      await log.append(at, Buffer.from('before'));
      await bomb(kafka.brokers, at, packing);
      await log.append(at, Buffer.from('behind'));
      const frames: Frame[] = [];
      const reader = new Recorder({ frames: async (of, some) => void (of.partition === at.partition && frames.push(...some)) });
      const membership = await joinAs(log, `group-${packing}`, 'unreadable', reader);
      await until('the frame behind', () => frames.length >= 4);
      expect(frames.map(({ offset, bytes, unreadable }) => [offset, bytes.toString(), unreadable])).toEqual([
        [0, 'before', undefined],
        [1, '', { reason: 'too_large', last: 2 }],
        [2, '', undefined],
        [3, 'behind', undefined],
      ]);
      await membership.leave();
    },
    120_000,
  );
});

/** Two records that are small packed and larger than anything that is unpacked, as any producer may send them. */
async function bomb(
  brokers: readonly string[],
  at: { readonly topic: string; readonly partition: number },
  packing: 'zstd' | 'gzip',
): Promise<void> {
  const type = kafkajs.CompressionTypes[packing === 'zstd' ? 'ZSTD' : 'GZIP'];
  const producer = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).producer();
  await producer.connect();
  const value = Buffer.alloc(decompressedBytesMax / 2 + 1);
  await producer.send({ topic: at.topic, compression: type, messages: [0, 1].map(() => ({ partition: at.partition, value })) });
  await producer.disconnect();
}

function batchOf(records: Buffer, count: number, attributes: number): Buffer {
  const batch = Buffer.alloc(batchAt.records + records.length);
  batch.writeInt32BE(batch.length - batchPrefixBytes, batchAt.length);
  batch.writeInt8(2, batchAt.magic);
  batch.writeInt16BE(attributes, batchAt.attributes);
  batch.writeInt32BE(count - 1, batchAt.lastOffsetDelta);
  batch.writeInt32BE(count, batchAt.count);
  records.copy(batch, batchAt.records);
  return batch;
}

function recordsOf(values: readonly Buffer[], firstDelta = 0): Buffer {
  return Buffer.concat(
    values.flatMap((value, index) => {
      const body = Buffer.concat([
        Buffer.of(0, 0),
        zigzag(firstDelta + index),
        Buffer.of(1),
        zigzag(value.length),
        value,
        Buffer.of(0),
      ]);
      return [zigzag(body.length), body];
    }),
  );
}

function zigzag(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value * 2;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.of(...bytes, rest);
}
