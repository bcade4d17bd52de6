import { createRequire } from 'node:module';

/** The first version of the question for metadata whose answer has ids of topics (KIP-516); the newest that kafkajs has by itself is the other. */
const versionOfIds = 10;
const versionBefore = 6;
/** What a broker says of a topic that has no id. */
const noId = Buffer.alloc(16).toString('base64url');

/** Of kafkajs, as far as it is used here. Everything is read and written in the compact forms of KIP-482. */
interface Encoder {
  writeInt8(value: number): this;
  writeBoolean(value: boolean): this;
  writeUVarInt(value: number): this;
  writeUVarIntString(value: string): this;
  writeUVarIntArray(items: readonly Encoder[] | null): this;
  writeEncoder(other: Encoder): this;
}
interface Decoder {
  readonly buffer: Buffer;
  offset: number;
  readInt16(): number;
  readInt32(): number;
  readBoolean(): boolean;
  readUVarIntString(): string | null;
  readUVarIntArray<T>(read: (decoder: Decoder) => T): T[] | null;
  readTaggedFields(): unknown;
}
interface Options {
  readonly topics: readonly string[];
  readonly allowAutoTopicCreation?: boolean;
}
interface Asked {
  readonly request: object;
  readonly response: { readonly decode: (bytes: Buffer) => Promise<unknown>; readonly parse: (data: never) => Promise<unknown> };
}
interface Api {
  readonly versions: string[];
  protocol(of: { readonly version: number }): (options: Options) => Asked;
  ids?: true;
}

/**
 * Brokers know a topic by an id, which another one under the same name does not have. kafkajs asks by an older form that does not say it. Brokers that have
 * the newer one are asked by that, and each partition of what they answer bears `topicId`: kafkajs hands those on as they are.
 */
export function tellTopicIds(): void {
  const load = createRequire(import.meta.url);
  const api: Api = load('kafkajs/src/protocol/requests/metadata');
  if (api.ids) return;
  const { protocol } = api;
  const decode = async (bytes: Buffer) => answer(new (load('kafkajs/src/protocol/decoder'))(bytes));
  api.versions.push(String(versionOfIds));
  api.protocol = ({ version }) => {
    const before = protocol({ version: Math.min(version, versionBefore) });
    if (version < versionOfIds) return before;
    return (options) => {
      const { request, response } = before(options);
      const encode = async () => question(load, options);
      return { request: { ...request, apiVersion: versionOfIds, encode }, response: { ...response, decode } };
    };
  };
  api.ids = true;
}

function question(load: NodeJS.Require, { topics, allowAutoTopicCreation = true }: Options): Encoder {
  const make = (): Encoder => new (load('kafkajs/src/protocol/encoder'))();
  // By name: the id of the topic is left at zero. An empty list asks for all of them.
  const named = topics.map((name) => {
    const topic = make();
    for (let at = 0; at < 16; at += 1) topic.writeInt8(0);
    return topic.writeUVarIntString(name).writeUVarInt(0);
  });
  return make()
    .writeUVarInt(0) // of the header: no tagged fields
    .writeUVarIntArray(named.length > 0 ? named : null)
    .writeBoolean(allowAutoTopicCreation)
    .writeBoolean(false)
    .writeBoolean(false)
    .writeUVarInt(0);
}

function answer(decoder: Decoder): object {
  decoder.readTaggedFields();
  const clientSideThrottleTime = decoder.readInt32();
  const brokers = decoder.readUVarIntArray(broker) ?? [];
  const clusterId = decoder.readUVarIntString();
  const controllerId = decoder.readInt32();
  const topicMetadata = decoder.readUVarIntArray(topic) ?? [];
  return { throttleTime: 0, clientSideThrottleTime, brokers, clusterId, controllerId, topicMetadata };
}

function broker(decoder: Decoder): object {
  const nodeId = decoder.readInt32();
  const host = decoder.readUVarIntString();
  const port = decoder.readInt32();
  const rack = decoder.readUVarIntString();
  decoder.readTaggedFields();
  return { nodeId, host, port, rack };
}

function topic(decoder: Decoder): object {
  const topicErrorCode = decoder.readInt16();
  const name = decoder.readUVarIntString();
  const id = decoder.buffer.subarray(decoder.offset, decoder.offset + 16).toString('base64url');
  decoder.offset += 16;
  const isInternal = decoder.readBoolean();
  const read = partition(id === noId ? undefined : id);
  const partitionMetadata = decoder.readUVarIntArray(read) ?? [];
  decoder.readInt32(); // what one is authorized to do, which was not asked for
  decoder.readTaggedFields();
  return { topicErrorCode, topic: name, isInternal, partitionMetadata };
}

function partition(topicId: string | undefined) {
  return (decoder: Decoder): object => {
    const partitionErrorCode = decoder.readInt16();
    const partitionId = decoder.readInt32();
    const leader = decoder.readInt32();
    decoder.readInt32(); // the epoch of the leader
    const replicas = numbers(decoder);
    const isr = numbers(decoder);
    const offlineReplicas = numbers(decoder);
    decoder.readTaggedFields();
    return { partitionErrorCode, partitionId, leader, replicas, isr, offlineReplicas, ...(topicId !== undefined && { topicId }) };
  };
}

function numbers(decoder: Decoder): readonly number[] {
  return decoder.readUVarIntArray((one) => one.readInt32()) ?? [];
}
