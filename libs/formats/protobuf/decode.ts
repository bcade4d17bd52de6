import { type Accepted, accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { limits } from '../limits.js';

/** How a field's bytes are meant. 64-bit integers become texts, as protobuf's JSON has them; `hex` are bytes as OTLP's JSON has them. */
export type FieldKind =
  'int32' | 'int64' | 'uint64' | 'bool' | 'double' | 'fixed32' | 'fixed64' | 'string' | 'bytes' | 'hex' | Message;

export interface Field {
  readonly name: string;
  readonly kind: FieldKind | (() => Message);
  readonly repeated?: boolean;
}

/** A message by the numbers of its fields; others are passed over. */
export type Message = ReadonlyMap<number, Field>;

type Fields = Record<string, unknown>;

/** Ends the reading of a message; caught by `decodeMessage` and nowhere else. */
class Malformed extends Error {
  constructor(
    readonly reason: string,
    readonly detail: string,
  ) {
    super(detail);
  }
}

/**
 * A message of protobuf's wire format as an object with the names of its fields, of hostile origin: depth and number of fields are counted
 * before memory is taken for them. Never throws. (https://protobuf.dev/programming-guides/encoding/)
 */
export function decodeMessage(
  bytes: Uint8Array,
  message: Message,
  nodesMax: number = limits.bundleNodesMax,
): Accepted<Fields> | Rejected {
  try {
    return accepted(new Reading(bytes, nodesMax).message(0, bytes.length, message, 1));
  } catch (cause) {
    if (!(cause instanceof Malformed)) throw cause;
    return rejected(cause.reason, '', cause.detail);
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });
const cutOff = 'the message is not valid protobuf, perhaps cut off';

class Reading {
  #at = 0;
  #nodes = 0;
  readonly #view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly nodesMax: number,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  message(start: number, end: number, message: Message, depth: number): Fields {
    if (depth > limits.depthMax) throw new Malformed('too_deep', `the message nests deeper than ${limits.depthMax} levels`);
    const fields: Fields = Object.create(null);
    this.#at = start;
    while (this.#at < end) {
      const tag = Number(this.#varint(end));
      const field = message.get(tag >>> 3);
      const value = this.#value(tag & 7, field, end, depth);
      if (field && value !== undefined) put(fields, field, value);
      this.#nodes += 1;
      if (this.#nodes > this.nodesMax)
        throw new Malformed('too_many_nodes', `the message has more than ${this.nodesMax} fields; send smaller batches`);
    }
    return fields;
  }

  #value(wire: number, field: Field | undefined, end: number, depth: number): unknown {
    switch (wire) {
      case 0:
        return numberOf(this.#varint(end), field);
      case 1:
        return this.#fixed(8, field, end);
      case 2:
        return this.#delimited(field, end, depth);
      case 5:
        return this.#fixed(4, field, end);
      default:
        throw new Malformed('not_protobuf', cutOff);
    }
  }

  #varint(end: number): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.#at >= end) throw new Malformed('not_protobuf', cutOff);
      const byte = this.bytes[this.#at] ?? 0;
      this.#at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Malformed('not_protobuf', cutOff);
  }

  #skip(length: number, end: number): number {
    const start = this.#at;
    if (!(length >= 0 && start + length <= end)) throw new Malformed('not_protobuf', cutOff);
    this.#at += length;
    return start;
  }

  #fixed(width: 4 | 8, field: Field | undefined, end: number): unknown {
    const start = this.#skip(width, end);
    if (field?.kind === 'double' && width === 8) return this.#view.getFloat64(start, true);
    if (field?.kind === 'fixed64' && width === 8) return String(this.#view.getBigUint64(start, true));
    return field?.kind === 'fixed32' && width === 4 ? this.#view.getUint32(start, true) : undefined;
  }

  #delimited(field: Field | undefined, end: number, depth: number): unknown {
    const length = Number(this.#varint(end));
    const start = this.#skip(length, end);
    const kind = typeof field?.kind === 'function' ? field.kind() : field?.kind;
    if (kind === undefined) return undefined;
    if (typeof kind !== 'string') {
      const inner = this.message(start, start + length, kind, depth + 1);
      this.#at = start + length;
      return inner;
    }
    const bytes = this.bytes.subarray(start, start + length);
    if (kind === 'string') return textOf(bytes);
    return kind === 'bytes' || kind === 'hex' ? Buffer.from(bytes).toString(kind === 'hex' ? 'hex' : 'base64') : undefined;
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Malformed('not_utf8', 'a text of the message is not valid UTF-8');
  }
}

function numberOf(value: bigint, field: Field | undefined): unknown {
  switch (field?.kind) {
    case 'bool':
      return value !== 0n;
    case 'int32':
      return Number(BigInt.asIntN(32, value));
    case 'int64':
      return String(BigInt.asIntN(64, value));
    case 'uint64':
      return String(value);
    default:
      return undefined;
  }
}

function put(fields: Fields, { name, repeated }: Field, value: unknown): void {
  if (!repeated) fields[name] = value;
  else if (Array.isArray(fields[name])) fields[name].push(value);
  else fields[name] = [value];
}
