import { Transient } from '#libs/runtime/outcome.js';

/** Bytes of a frame of history, about. */
export const historyFrameBytes = 256 * 1024;

const lineEnd = 0x0a;
/** What every line begins with. */
const lineBegin = Buffer.from('{"time":"');

/**
 * Cuts what the store sends into frames of whole lines. Rejects with `Transient` when it does not end as rows do: ClickHouse tells an
 * error in the middle of an answer as text behind the rows.
 */
export async function* framesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    waiting.push(chunk);
    bytes += chunk.length;
    if (bytes < historyFrameBytes) continue;
    const all = Buffer.concat(waiting);
    const end = all.lastIndexOf(lineEnd) + 1;
    waiting = end < all.length ? [all.subarray(end)] : [];
    bytes = all.length - end;
    if (end > 0) yield wholeFrame(all.subarray(0, end));
  }
  if (bytes > 0) yield wholeFrame(Buffer.concat(waiting));
}

/** The error text can only be what comes last, so that the last line is the one to look at. */
function wholeFrame(bytes: Buffer): Buffer {
  const begin = bytes.lastIndexOf(lineEnd, bytes.length - 2) + 1;
  const isRow = bytes.at(-1) === lineEnd && bytes.at(-2) === 0x7d && bytes.subarray(begin).indexOf(lineBegin) === 0;
  if (!isRow)
    throw new Transient(
      `the store ended its answer with something that is no row: ${bytes.subarray(begin).toString('utf8', 0, 200)}`,
    );
  return asWritten(bytes);
}

/**
 * ClickHouse writes a few characters otherwise than JSON.stringify does, always as `\u....`: lines that have any are written again, so that
 * a row has the bytes that it had in the log, and with them the same account.
 */
function asWritten(bytes: Buffer): Buffer {
  if (!bytes.includes('\\u')) return bytes;
  const lines = bytes.toString('utf8').split('\n');
  return Buffer.from(lines.map((line) => (line.includes('\\u') ? JSON.stringify(JSON.parse(line)) : line)).join('\n'));
}
