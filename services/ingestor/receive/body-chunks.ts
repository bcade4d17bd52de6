import type { Readable } from 'node:stream';
import { UnpackError } from '#libs/runtime/unpack/unpack-error.js';
import { HttpRefusal } from './http-refusal.js';
import { inflaterOf } from './read-body.js';

/**
 * A body as a stream, unpacked on the way, for what is taken while it comes and so may be long. Throws `HttpRefusal` 400 where it cannot be
 * unpacked, 413 beyond `bytesMax`, and what the connection throws.
 */
export async function* bodyChunks(request: Readable, encoding: string | undefined, bytesMax: number): AsyncGenerator<Uint8Array> {
  const inflater = inflaterOf(encoding);
  if (inflater) request.once('error', (cause) => inflater.destroy(cause)).pipe(inflater);
  let bytes = 0;
  try {
    for await (const chunk of (inflater ?? request) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > bytesMax) throw new HttpRefusal(413, `the file has more than ${bytesMax} bytes; send it in parts`);
      yield chunk;
    }
  } catch (cause) {
    if (!(cause instanceof UnpackError)) throw cause;
    throw new HttpRefusal(400, `the file cannot be unpacked to its end: ${cause.message}`);
  }
}
