import type { Frame } from '#libs/event-log/port.js';
import type { RawBytes } from '#libs/formats/payload.js';
import { isOtlpProtobuf } from '#libs/formats/wrappers/otlp-records.js';
import { type Rejected, rejected } from '#libs/runtime/outcome.js';
import { unpackBytes } from '#libs/runtime/unpack/unpack-bytes.js';
import { UnpackError } from '#libs/runtime/unpack/unpack-error.js';
import { packingOf } from '../receive/read-body.js';

/** Bytes of one record after decompression. */
export const unpackedBytesMax = 8 * 1024 * 1024;
/** Characters of a header that are looked at: more than any name has that could be right. */
const headerTextMax = 256;

/** A record of a topic with what its headers say, and why it cannot be read where they say so. */
export interface TopicRecord {
  readonly original: RawBytes;
  readonly why?: Rejected;
}

/**
 * The body of a record by its headers: `content-encoding` is undone, `x-format`, `x-group` and a `content-type` of FHIR go with it as claims
 * of its sender. Other content types are not believed: the bytes say what they are. Never rejects on what is in the record.
 */
export async function topicRecord({ bytes, headers }: Frame, receivedMs: number): Promise<TopicRecord> {
  const said = (name: string) => textOf(headers?.get(name) ?? []);
  const contentType = said('content-type').toLowerCase();
  const named = said('x-format').toLowerCase();
  const format = named || (fhirType.test(contentType) ? 'fhir' : '');
  const groupId = said('x-group');
  const envelope = { receivedMs, ...(format && format !== 'detect' && { format }), ...(groupId && { groupId }) };
  const original = { kind: 'bytes', bytes, envelope, isBody: true } as const;
  const packing = packingOf(said('content-encoding'));
  const readable = (whole: RawBytes) =>
    binaryType.test(contentType) && !isOtlpProtobuf(whole.bytes)
      ? { original, why: binary }
      : isOfRegistry(whole.bytes)
        ? { original, why: registered }
        : { original: { ...whole, bytes: behindSchemaId(whole.bytes) } };
  if (packing === 'none') return readable(original);
  if (packing === undefined) return { original, why: unknownEncoding };
  try {
    return readable({ ...original, bytes: await unpackBytes(packing, bytes, unpackedBytesMax) });
  } catch (cause) {
    if (!(cause instanceof UnpackError)) throw cause;
    return { original, why: notUnpacked(cause) };
  }
}

/** What producers with a registry of schemas put before what they write: a first byte, and how many bytes it is with the number of the schema. */
const registryHeads: readonly { readonly begin: readonly number[]; readonly bytes: number }[] = [
  { begin: [0], bytes: 5 },
  // A number of eight bytes is small. Behind the zero of UTF-16 stands a letter.
  { begin: [0, 0], bytes: 9 },
  // The second says that it is not packed, and the number has sixteen.
  { begin: [3, 0], bytes: 18 },
];

/** Behind the number of a schema is JSON, or what nobody here can read. */
function behindSchemaId(bytes: Uint8Array): Uint8Array {
  const head = registryHeads.find(
    ({ begin, bytes: length }) => begin.every((byte, at) => bytes[at] === byte) && beginsJson(bytes[length]),
  );
  return head ? bytes.subarray(head.bytes) : bytes;
}

/** Text in UTF-16 may begin with one zero, and none with two: numbers of schemas are small. Text never begins with a three. */
function isOfRegistry(bytes: Uint8Array): boolean {
  const isHead = (bytes[0] === 0 && bytes[1] === 0) || bytes[0] === 3;
  return isHead && bytes.length > schemaIdBytes && behindSchemaId(bytes) === bytes;
}

function beginsJson(byte: number | undefined): boolean {
  return byte === 0x7b || byte === 0x5b;
}

const schemaIdBytes = 5;

const fhirType = /^application\/(?:fhir\+(?:json|xml|ndjson)|(?:json|xml)\+fhir)\b/;
/** What is no text and has a schema somewhere else. */
const binaryType = /^application\/\S*(?:avro|protobuf|msgpack|cbor)/;

/** Several values of one header read as one list, as in HTTP: a name that stands there twice with different values is no name at all. */
function textOf(values: readonly string[]): string {
  const texts = new Set(values.map((value) => value.trim()).filter(Boolean));
  return [...texts].join(', ').slice(0, headerTextMax);
}

const binary = rejected(
  'unknown_media_type',
  'content-type',
  'records are read as text, JSON or protobuf of OTLP; let the producer write JSON, or put a converter before the topic',
);
const registered = rejected(
  'unknown_media_type',
  '',
  'the record begins with the number of a schema, and what follows is no JSON; let the producer write JSON, or put a converter before the topic',
);
const unknownEncoding = rejected(
  'unknown_encoding',
  'content-encoding',
  'this encoding is not known; send gzip, zstd or nothing, once, or leave packing to the producer',
);

function notUnpacked({ reason, message }: UnpackError): Rejected {
  return reason === 'too_large'
    ? rejected(
        'too_large',
        'content-encoding',
        `the record has more than ${unpackedBytesMax} bytes after decompression; send less in one`,
      )
    : rejected('not_unpackable', 'content-encoding', `the record cannot be unpacked: ${message}; send it again whole`);
}
