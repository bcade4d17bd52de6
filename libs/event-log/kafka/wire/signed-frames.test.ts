import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs, { type IHeaders, type KafkaMessage, type Producer } from 'kafkajs';
import { systemClock } from '#libs/runtime/clock.js';
import { silentLog } from '#libs/runtime/log.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { type KafkaForTests, kafkaForTests, whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';
import { joinAs, Recorder, until } from '../../contract-tools.js';
import type { Frame } from '../../port.js';
import type { FrameSigning } from '../../signing/frame-signing.js';
import { kafkaSigning } from '../../signing/signing-config.js';
import { createTopics } from '../topics/create-topics.js';
import { openKafkaLog } from '../kafka-log.js';
import { foreignFramesOf, framesOf, signatureHeader } from './unreadable-batches.js';

const key = aKey('a');
const signing = signingBy(key);
const at = { topic: 'signed', partition: 0 };

describe('a record', () => {
  const bytes = Buffer.from('{}\n');
  const good = signing.sign(at, bytes);

  it.each<readonly [string, IHeaders | undefined, string | undefined]>([
    ['signed', headersOf(good), undefined],
    ['signed, with other headers', { ...headersOf(good), traceparent: '00' }, undefined],
    ['signed, as text', headersOf(good.toString()), undefined],
    ['without headers', undefined, 'unsigned'],
    ['with other headers only', { traceparent: Buffer.from('00') }, 'unsigned'],
    ['signed twice', headersOf([good, good]), 'wrong_signature'],
    ['with an empty signature', headersOf(Buffer.alloc(0)), 'wrong_signature'],
    ['with a signature of no value', headersOf(null), 'wrong_signature'],
    ['signed for another partition', headersOf(signing.sign({ ...at, partition: 1 }, bytes)), 'wrong_signature'],
    ['signed by a stranger', headersOf(signingBy(aKey('a')).sign(at, bytes)), 'wrong_signature'],
  ])('%s is believed or has its reason', (_, headers, reason) => {
    const [frame] = framesOf(messageOf(bytes, headers), at, signing);
    expect(frame?.unreadable?.reason).toBe(reason);
    expect(frame?.bytes).toEqual(reason === undefined ? bytes : Buffer.alloc(0));
  });

  it('without a value is an empty frame, and must be signed as one', () => {
    const empty = { ...messageOf(bytes, headersOf(signing.sign(at, Buffer.alloc(0)))), value: null };
    expect(framesOf(empty, at, signing)).toEqual([{ offset: 7, appendedAt: 1000, bytes: Buffer.alloc(0) }]);
  });

  it('from before there were keys is believed by the time that a broker set, and not by one that its producer chose', () => {
    const since = signingBy(key, 5000);
    const taken = (timestamp: string, timestampType: number) =>
      framesOf({ ...messageOf(bytes), timestamp, batchContext: { firstOffset: '7', timestampType } }, at, since)[0]?.unreadable
        ?.reason;
    expect([taken('4999', 1), taken('5000', 1), taken('4999', 0), taken('4999', -1)]).toEqual([
      undefined,
      'unsigned',
      'unsigned',
      'unsigned',
    ]);
  });

  it('of a batch that cannot be unpacked keeps its own reason', () => {
    const frames = framesOf({ ...messageOf(bytes), attributes: 0x61, batchContext: { firstOffset: '6' } }, at, signing);
    expect(frames.map(({ offset, unreadable }) => [offset, unreadable?.reason])).toEqual([
      [6, 'too_large'],
      [7, undefined],
    ]);
  });

  it('is believed as it is where no keys are given', () => {
    expect(framesOf(messageOf(bytes, headersOf('junk')), at)).toMatchObject([{ offset: 7, bytes }]);
  });
});

function headersIn(headers: IHeaders | undefined) {
  const [frame] = foreignFramesOf(messageOf(Buffer.from('x'), headers), at);
  return frame?.headers && [...frame.headers];
}

describe('a record of somebody else', () => {
  it('comes with its headers as text, whatever they are', () => {
    expect(headersIn(undefined)).toBeUndefined();
    const given = JSON.parse('{"X-Group":["helix","aleo"],"x-group":"helix","__proto__":"x"}');
    expect(headersIn({ ...given, bytes: Buffer.from([0xff, 0x61]), none: null as unknown as string, list: [] })).toEqual([
      ['x-group', ['helix', 'aleo', 'helix']],
      ['__proto__', ['x']],
      ['bytes', ['\uFFFDa']],
      ['none', ['']],
      ['list', []],
    ]);
  });

  it('needs no signature, and what cannot be unpacked of it keeps its reason', () => {
    const frames = foreignFramesOf({ ...messageOf(Buffer.from('x'), headersOf('junk')), attributes: 0x61 }, at);
    expect(frames.map(({ unreadable }) => unreadable?.reason)).toEqual(['too_large']);
    expect(foreignFramesOf(messageOf(Buffer.from('x')), at)).toEqual([{ offset: 7, appendedAt: 1000, bytes: Buffer.from('x') }]);
  });
});

const reason = await whyNoKafkaTests(process.env);
const suite = reason === undefined ? describe : describe.skip;
suite(`signed frames on Kafka${reason === undefined ? '' : ` (${reason})`}`, () => {
  let kafka: KafkaForTests;
  let stranger: Producer;
  const options = () => ({ brokers: kafka.brokers, clientId: 'vigie-signed', clock: systemClock });

  beforeAll(async () => {
    kafka = await kafkaForTests(process.env, await freePortBase());
    await createTopics(options(), { signed: { partitions: 2 }, 'signed-other': { partitions: 1 } });
    stranger = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING }).producer();
    await stranger.connect();
  });
  afterAll(async () => {
    await stranger.disconnect();
    await kafka.stop();
  });

  it('go through brokers, and what strangers write between them is set aside; frames of the time before are read', async () => {
    const before = await openKafkaLog(options());
    await before.append(at, Buffer.from('old'));
    await before.close();
    const since = systemClock.now() + 1;
    await until('the next millisecond', () => systemClock.now() > since);
    const other = aKey('b');
    const [writer, rotated, reader] = await Promise.all(
      [signingBy(key), signingBy(`${other}\n${key}`), signingBy(`${key}\n${other}`, since)].map((one) =>
        openKafkaLog({ ...options(), signing: one }),
      ),
    );
    await writer?.append(at, Buffer.from('ours'));
    const send = (value: string, headers: IHeaders = {}) =>
      stranger.send({ topic: at.topic, messages: [{ partition: at.partition, value, headers, timestamp: '1' }] });
    await send('forged');
    await send('forged', { [signatureHeader]: signing.sign({ topic: 'signed-other', partition: 0 }, Buffer.from('forged')) });
    await rotated?.append(at, Buffer.from('ours, by the next key'));
    const frames: Frame[] = [];
    const recorder = new Recorder({
      frames: async ({ partition }, some) => void (partition === at.partition && frames.push(...some)),
    });
    const membership = reader && (await joinAs(reader, 'group-signed', at.topic, recorder));
    await until('all five', () => frames.length >= 5);
    expect(frames.map(({ bytes, unreadable }) => unreadable?.reason ?? bytes.toString())).toEqual([
      'old',
      'ours',
      'unsigned',
      'wrong_signature',
      'ours, by the next key',
    ]);
    await membership?.leave();
    for (const log of [writer, rotated, reader]) await log?.close();
  }, 120_000);

  it('of others are asked for no signature, and come with their headers', async () => {
    const log = await openKafkaLog({ ...options(), signing });
    const topic = 'signed-other';
    await stranger.send({ topic, messages: [{ value: 'theirs', headers: { 'X-Group': ['helix', 'aleo'] } }, { value: 'bare' }] });
    const frames: Frame[] = [];
    const recorder = new Recorder({ frames: async (_, some) => void frames.push(...some) });
    const membership = await log.join({ group: 'foreign', topics: [topic], batchBytesMax: 1 << 20, foreign: true }, recorder);
    await until('both', () => frames.length >= 2);
    expect(frames.map(({ bytes, headers }) => [bytes.toString(), headers && [...headers]])).toEqual([
      ['theirs', [['x-group', ['helix', 'aleo']]]],
      ['bare', undefined],
    ]);
    await membership.leave();
    await log.close();
  }, 120_000);
});

function headersOf(value: unknown): IHeaders {
  return { [signatureHeader]: value as Buffer };
}

function messageOf(value: Buffer, headers?: IHeaders): KafkaMessage {
  return { offset: '7', value, key: null, timestamp: '1000', attributes: 0, ...(headers && { headers }) } as KafkaMessage;
}

function aKey(id: string): string {
  return `${id}=${randomBytes(32).toString('base64')}`;
}

function signingBy(keys: string, since?: number): FrameSigning {
  const config = { VIGIE_DATA_DIR: '', VIGIE_FRAME_KEYS: keys, VIGIE_FRAMES_SIGNED_SINCE: since };
  const made = kafkaSigning(config, { clock: systemClock, log: silentLog });
  if (!made) throw new Error('no keys');
  return made;
}
