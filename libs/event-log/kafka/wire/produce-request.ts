import { createRequire } from 'node:module';
import kafkajs, { type IHeaders } from 'kafkajs';
import { systemClock } from '#libs/runtime/clock.js';
import { packZstd } from './codecs.js';
import { crc32c } from './crc32c.js';
import { batchAt, batchPrefixBytes } from './record-batch.js';

interface ProduceApi {
  protocol(of: { readonly version: number }): (options: ProduceOptions) => { readonly request: Request };
  atOnce?: true;
}
interface Request {
  encode(): Promise<Encoded>;
}
/** What kafkajs takes for one of its encoders. */
interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

/** What a request to append says, of what is looked at here. */
export interface ProduceOptions {
  readonly acks: number;
  readonly timeout: number;
  readonly compression: number;
  readonly transactionalId?: string | null | undefined;
  readonly producerId?: unknown;
  readonly topicData: readonly { readonly topic: string; readonly partitions: readonly PartitionData[] }[];
}
interface PartitionData {
  readonly partition: number;
  readonly messages: readonly {
    readonly key?: unknown;
    readonly value: unknown;
    readonly timestamp?: unknown;
    readonly headers?: IHeaders;
  }[];
}

/** One frame for one partition: all that is appended here. */
export interface FrameToAppend {
  readonly acks: number;
  /** Milliseconds in which the broker must have its replicas' answers. */
  readonly timeout: number;
  readonly topic: string;
  readonly partition: number;
  readonly value: Buffer;
  readonly headers: readonly (readonly [string, Buffer])[];
}

/** Buffers for records that wait to be used again, and how large they may be: some partitions at a time, frames of the usual size. */
const spareMax = 8;
const spareBytesMax = 512 * 1024;
/** Beside key, value and headers a record has lengths and deltas, each at most five bytes. */
const recordOverheadBytes = 40;
/** No producer that numbers what it sends. */
const noProducer = -1n;
const magic = 2;
const crcAt = 17;
const firstTimestampAt = 27;
const maxTimestampAt = 35;
const producerIdAt = 43;

const spare: Buffer[] = [];

/**
 * Requests that append one frame are written here. kafkajs writes a record four times before it is packed, each time into fresh memory filled with
 * zeros, and reckons its checksum byte by byte: seven times what packing costs (2026-11-30, frames of 256 KiB).
 */
export function encodeFramesAtOnce(): void {
  const api: ProduceApi = createRequire(import.meta.url)('kafkajs/src/protocol/requests/produce');
  if (api.atOnce) return;
  const { protocol } = api;
  api.protocol = ({ version }) => {
    const requestOf = protocol({ version });
    return (options) => {
      const made = requestOf(options);
      // The form of the request that is written here, and the first that may hold zstd.
      const frame = version === 7 ? frameIn(options) : undefined;
      if (!frame) return made;
      const encode = async (): Promise<Encoded> => {
        const buffer = await encodeFrame(frame, systemClock.now());
        return { buf: buffer, buffer };
      };
      return { ...made, request: { ...made.request, encode } };
    };
  };
  api.atOnce = true;
}

/** The one frame that a request appends; undefined for any other request, which kafkajs writes itself. */
function frameIn(options: ProduceOptions): FrameToAppend | undefined {
  const { acks, timeout, compression, transactionalId, producerId, topicData } = options;
  const [{ topic, partitions } = { topic: '', partitions: [] }] = topicData;
  const [{ partition, messages } = { partition: 0, messages: [] }] = partitions;
  const [message] = messages;
  if (topicData.length !== 1 || partitions.length !== 1 || messages.length !== 1 || !message) return undefined;
  if (compression !== kafkajs.CompressionTypes.ZSTD || (transactionalId ?? undefined) !== undefined) return undefined;
  if (producerId !== undefined && String(producerId) !== '-1') return undefined;
  const { key, value, timestamp, headers = {} } = message;
  if ((key ?? undefined) !== undefined || timestamp !== undefined || !Buffer.isBuffer(value)) return undefined;
  const pairs = Object.entries(headers).flatMap(([name, of]) => (Buffer.isBuffer(of) ? [[name, of] as const] : []));
  if (pairs.length !== Object.keys(headers).length) return undefined;
  return { acks, timeout, topic, partition, value, headers: pairs };
}

/** The body of a produce request, version 7, with one batch of one record: https://kafka.apache.org/protocol#The_Messages_Produce */
export async function encodeFrame(frame: FrameToAppend, now: number): Promise<Buffer> {
  const packed = await packedRecord(frame);
  const topic = Buffer.from(frame.topic);
  const batchBytes = batchAt.records + packed.length;
  const request = Buffer.alloc(2 + 2 + 4 + 4 + 2 + topic.length + 4 + 4 + 4 + batchBytes);
  let at = request.writeInt16BE(-1, 0);
  at = request.writeInt16BE(frame.acks, at);
  at = request.writeInt32BE(frame.timeout, at);
  at = request.writeInt32BE(1, at);
  at = request.writeInt16BE(topic.length, at);
  at += topic.copy(request, at);
  at = request.writeInt32BE(1, at);
  at = request.writeInt32BE(frame.partition, at);
  at = request.writeInt32BE(batchBytes, at);
  const batch = request.subarray(at);
  batch.writeInt32BE(batchBytes - batchPrefixBytes, batchAt.length);
  batch.writeInt8(magic, batchAt.magic);
  batch.writeInt16BE(kafkajs.CompressionTypes.ZSTD, batchAt.attributes);
  batch.writeBigInt64BE(BigInt(now), firstTimestampAt);
  batch.writeBigInt64BE(BigInt(now), maxTimestampAt);
  batch.writeBigInt64BE(noProducer, producerIdAt);
  batch.writeInt32BE(1, batchAt.count);
  packed.copy(batch, batchAt.records);
  batch.writeUInt32BE(crc32c(batch.subarray(batchAt.attributes)), crcAt);
  return request;
}

async function packedRecord({ value, headers }: FrameToAppend): Promise<Buffer> {
  const named = headers.map(([name, of]) => [Buffer.from(name), of] as const);
  const bytesMax = named.reduce((sum, [name, of]) => sum + name.length + of.length + 10, value.length + recordOverheadBytes);
  const room = roomFor(bytesMax);
  try {
    return await packZstd(writeRecord(room, value, named));
  } finally {
    if (spare.length < spareMax && room.length <= spareBytesMax) spare.push(room);
  }
}

function roomFor(bytes: number): Buffer {
  const fitting = spare.findIndex(({ length }) => length >= bytes);
  const [room = Buffer.allocUnsafeSlow(bytes)] = fitting < 0 ? [] : spare.splice(fitting, 1);
  return room;
}

/** https://kafka.apache.org/documentation/#record; the part of the room that it takes. */
function writeRecord(room: Buffer, value: Buffer, headers: readonly (readonly [Buffer, Buffer])[]): Buffer {
  const writer = new RecordWriter(room);
  const sized = (bytes: Buffer): number => varintBytes(bytes.length) + bytes.length;
  // Attributes, the two deltas, and a key that is absent take a byte each.
  const headersBytes = headers.reduce((sum, [name, of]) => sum + sized(name) + sized(of), varintBytes(headers.length));
  writer.varint(4 + sized(value) + headersBytes);
  for (const byte of [0, 0, 0, 1]) writer.byte(byte);
  writer.bytes(value);
  writer.varint(headers.length);
  for (const [name, of] of headers) {
    writer.bytes(name);
    writer.bytes(of);
  }
  return writer.written;
}

class RecordWriter {
  #at = 0;

  constructor(private readonly room: Buffer) {}

  get written(): Buffer {
    return this.room.subarray(0, this.#at);
  }

  byte(value: number): void {
    this.#at = this.room.writeUInt8(value, this.#at);
  }

  /** Zigzag; of a length, which is never negative. */
  varint(length: number): void {
    let rest = length * 2;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.byte((rest % 128) + 128);
    this.byte(rest);
  }

  bytes(bytes: Buffer): void {
    this.varint(bytes.length);
    this.#at += bytes.copy(this.room, this.#at);
  }
}

function varintBytes(length: number): number {
  let bytes = 1;
  for (let rest = length * 2; rest >= 128; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}
