import { createRequire } from 'node:module';
import type { KafkaMessage } from 'kafkajs';
import type { Frame, TopicPartition } from '../../port.js';
import type { Evidence, FrameSigning } from '../../signing/frame-signing.js';
import { batchAt, batchPrefixBytes, readBatch, type UnreadableReason, unreadableReasons } from './record-batch.js';

/** The attributes of a record that stands for a batch nobody can read: this, and the place of the reason. Real records have none. */
const markBase = 0x60;
/** The header of a record that has the signature of its frame. */
export const signatureHeader = 'vigie-signature';
/** The type of a batch's timestamps that the broker set, as kafkajs tells it. */
const byBroker = 1;
/** Offsets of such a batch that are handed over one by one. */
const offsetsMax = 100_000;
const magic = 2;

interface FetchApi {
  protocol(of: { readonly version: number }): (options: unknown) => FetchRequest;
  guarded?: true;
}
interface FetchRequest {
  readonly response: { decode(raw: Buffer): Promise<unknown> };
}

const unpacked = new WeakMap<ArrayBufferLike, Map<number, Buffer>>();

/**
 * Looks at every answer to a fetch before kafkajs decodes it. kafkajs gives the whole answer up when one batch of it cannot be decoded, and
 * asks for the same again, for ever: whoever can write one such batch to a topic stops its readers. Here it becomes a batch of one record
 * that says so, in place.
 */
export function guardFetches(): void {
  const api: FetchApi = createRequire(import.meta.url)('kafkajs/src/protocol/requests/fetch');
  if (api.guarded) return;
  const { protocol } = api;
  api.protocol = ({ version }) => {
    const requestOf = protocol({ version });
    return (options) => {
      const request = requestOf(options);
      const decode = async (raw: Buffer): Promise<unknown> => {
        for (const batch of batchesOf(raw, version)) await mend(batch);
        return request.response.decode(raw);
      };
      return { ...request, response: { ...request.response, decode } };
    };
  };
  api.guarded = true;
}

/** What has been unpacked of the records that lie in these bytes, once. */
export function takeUnpacked(packed: Buffer): Buffer | undefined {
  const known = unpacked.get(packed.buffer);
  const records = known?.get(packed.byteOffset);
  known?.delete(packed.byteOffset);
  return records;
}

async function mend(batch: Buffer): Promise<void> {
  const read = await readBatch(batch);
  const packed = batch.subarray(batchAt.records);
  if ('unreadable' in read) mark(batch, read.unreadable);
  else if (read.records !== packed) {
    const known = unpacked.get(batch.buffer) ?? new Map<number, Buffer>();
    unpacked.set(batch.buffer, known.set(packed.byteOffset, read.records));
  }
}

/** Puts one record without content in the place of the records: uncompressed, at the last offset, its attributes the reason. */
function mark(batch: Buffer, reason: UnreadableReason): void {
  const last = Math.max(0, batch.readInt32BE(batchAt.lastOffsetDelta));
  const body = [markBase + unreadableReasons.indexOf(reason), 0, ...varint(last), 1, 0, 0];
  const record = [...varint(body.length), ...body];
  if (batch.length < batchAt.records + record.length) throw new Error('a record batch has less room than one empty record');
  // Neither compressed nor of a transaction.
  batch.writeInt16BE(batch.readInt16BE(batchAt.attributes) & 8, batchAt.attributes);
  batch.writeInt32BE(1, batchAt.count);
  Buffer.from(record).copy(batch, batchAt.records);
}

function varint(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value * 2;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

type ReadMessage = KafkaMessage & { readonly batchContext?: { readonly firstOffset: string; readonly timestampType?: number } };

/** The frames of a record: one, and for a batch that cannot be read one at each of its offsets, of which the first says why. */
export function framesOf(message: ReadMessage, { topic, partition }: TopicPartition, signing?: FrameSigning): readonly Frame[] {
  const { offset, value, timestamp, attributes, batchContext } = message;
  const reason = unreadableReasons[attributes - markBase];
  const appendedAt = Number(timestamp);
  const last = Number(offset);
  if (reason === undefined) {
    const frame = { offset: last, bytes: value ?? Buffer.alloc(0), appendedAt };
    return [signing ? signing.believed({ topic, partition }, frame, evidenceOf(message)) : frame];
  }
  const first = Math.max(Number(batchContext?.firstOffset ?? offset), last - offsetsMax);
  return Array.from({ length: last - first + 1 }, (_, n) => ({
    offset: first + n,
    bytes: Buffer.alloc(0),
    appendedAt,
    ...(n === 0 ? { unreadable: { reason, last } } : {}),
  }));
}

/** The same for a record of somebody else's: no signature is looked for, and its headers go with it. */
export function foreignFramesOf(message: ReadMessage, at: TopicPartition): readonly Frame[] {
  const headers = headersOf(message.headers);
  const frames = framesOf(message, at);
  return headers.size ? frames.map((frame) => ({ ...frame, headers })) : frames;
}

/** Names that differ by their case alone are one name with several values. A header may have no value, which reads as an empty one. */
function headersOf(given: KafkaMessage['headers']): ReadonlyMap<string, readonly string[]> {
  const headers = new Map<string, string[]>();
  for (const [name, value] of Object.entries(given ?? {})) {
    const values = (Array.isArray(value) ? value : [value]).map(
      (one: Buffer | string | null | undefined) => one?.toString() ?? '',
    );
    headers.set(name.toLowerCase(), [...(headers.get(name.toLowerCase()) ?? []), ...values]);
  }
  return headers;
}

/** A header that is there twice, or empty, is no signature, but whoever wrote it meant one. */
function evidenceOf({ headers, timestamp, batchContext }: ReadMessage): Evidence {
  const header = headers?.[signatureHeader];
  const signature =
    header === undefined || Buffer.isBuffer(header) ? header : Buffer.from(typeof header === 'string' ? header : '');
  return { signature, takenAt: batchContext?.timestampType === byBroker ? Number(timestamp) : undefined };
}

/** The whole record batches of an answer, by its versions 4 to 11: https://kafka.apache.org/protocol#The_Messages_Fetch */
export function* batchesOf(raw: Buffer, version: number): Iterable<Buffer> {
  if (version < 4) return;
  let at = version >= 7 ? 10 : 4;
  const int32 = (): number => raw.readInt32BE((at += 4) - 4);
  for (let topics = int32(); topics > 0; topics -= 1) {
    at += 2 + raw.readInt16BE(at);
    for (let partitions = int32(); partitions > 0; partitions -= 1) {
      at += 4 + 2 + 8 + 8 + (version >= 5 ? 8 : 0);
      const aborted = Math.max(0, int32());
      at += 16 * aborted + (version >= 11 ? 4 : 0);
      const bytes = Math.max(0, int32());
      const end = at + bytes;
      yield* batchesIn(raw.subarray(at, end));
      at = end;
    }
  }
}

/** The last one may be cut off; it comes again. */
function* batchesIn(records: Buffer): Iterable<Buffer> {
  for (let at = 0; at + batchAt.records <= records.length;) {
    const end = at + batchPrefixBytes + records.readInt32BE(at + batchAt.length);
    if (end > records.length || end < at + batchAt.records || records[at + batchAt.magic] !== magic) return;
    yield records.subarray(at, end);
    at = end;
  }
}
