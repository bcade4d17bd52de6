import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { packingIn } from '#libs/formats/read/containers.js';
import { isHl7 } from '#libs/formats/stays/adt.js';
import { codeOf, isError } from '#libs/runtime/outcome.js';
import { UnpackError } from '#libs/runtime/unpack/unpack-error.js';
import { Unpacker } from '#libs/runtime/unpack/unpacker.js';

/** Messages of HL7 v2 in one file, bytes. */
const hl7BytesMax = 64 * 1024 * 1024;

/** The disk said it of a path: it is about one file, and not about the log or a stop. */
export function isOfDisk(cause: unknown): cause is { readonly path: unknown; readonly code: unknown } {
  return isError(cause) && 'path' in cause && 'code' in cause;
}

/** All of a file that begins as messages of HL7 v2 do; undefined for any other. Rejects where it has more than `hl7BytesMax`. */
export async function hl7In(file: AsyncIterable<Uint8Array>): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of file) {
    if (bytes === 0 && !isHl7(Buffer.from(chunk).toString('utf8', 0, 64))) return undefined;
    bytes += chunk.length;
    if (bytes > hl7BytesMax)
      throw new UnpackError('too_large', `a file of HL7 v2 has more than ${hl7BytesMax} bytes: send smaller ones`);
    chunks.push(chunk);
  }
  return bytes === 0 ? undefined : Buffer.concat(chunks);
}

/** A file as a stream, unpacked where it begins as gzip or zstd do: rotated logs have other names, and not all that is called `.gz` is packed. */
export async function* unpacked(path: string): AsyncGenerator<Uint8Array> {
  const packing = packingIn(await bytesAt(path, 0, 4));
  const file = createReadStream(path);
  if (!packing) return yield* file;
  const unpacker = new Unpacker(packing);
  // Whoever looks at the beginning alone leaves no file open.
  unpacker.once('close', () => file.destroy());
  yield* file.once('error', (cause) => unpacker.destroy(cause)).pipe(unpacker);
}

/** Behind these a record of text may end; one that ends with anything else may be half of one that is being written. */
const ends: ReadonlySet<number> = new Set([0x0a, 0x0d, 0x5d, 0x7d, 0x3e]);

/** Whether the last record of a file may be half of one. That of a packed file is told when it is unpacked. */
export async function mayBeHalf(path: string, size: number): Promise<boolean> {
  const [last] = await bytesAt(path, Math.max(0, size - 1), 1);
  return last !== undefined && !ends.has(last) && !packingIn(await bytesAt(path, 0, 4));
}

async function bytesAt(path: string, at: number, count: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, at);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** False when somebody else was faster. */
export async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return false;
    throw cause;
  }
}

/** SHA-256 of what a file holds now, and how many bytes that was. */
export async function digestOf(path: string): Promise<{ readonly digest: string; readonly bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { digest: hash.digest('hex'), bytes };
}

export async function contentOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
