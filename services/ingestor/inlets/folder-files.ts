import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
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
    if (bytes === 0 && !isHl7(Buffer.from(chunk).toString('latin1', 0, 64))) return undefined;
    bytes += chunk.length;
    if (bytes > hl7BytesMax)
      throw new UnpackError('too_large', `a file of HL7 v2 has more than ${hl7BytesMax} bytes: send smaller ones`);
    chunks.push(chunk);
  }
  return bytes === 0 ? undefined : Buffer.concat(chunks);
}

/** A file as a stream, unpacked by the end of its name. */
export function unpacked(path: string, name: string): AsyncIterable<Uint8Array> {
  const file = createReadStream(path);
  const packing = /\.gz$/i.test(name) ? 'gzip' : /\.zst$/i.test(name) ? 'zstd' : undefined;
  if (!packing) return file;
  const unpacker = new Unpacker(packing);
  return file.once('error', (cause) => unpacker.destroy(cause)).pipe(unpacker);
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

export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}

export async function contentOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
