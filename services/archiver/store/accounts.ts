// store/: stores a batch, tried until it is there, then the ledger of what was stored; refused lines are set aside.
// The five steps are batch-writer.ts.

import type { Batch } from '../collect/batch.js';

const sourceKey = Buffer.from(',"source":"');
const receivedKey = Buffer.from('"received_at":"');
const quote = 0x22;
const backslash = 0x5c;

/**
 * Rows per source in an `accesses` batch, without parsing: inside a JSON text every quote is escaped, so the bytes `,"source":"` are
 * found where the key is and nowhere else (contracts/access-row.ts puts no nested object before it).
 */
export function rowsBySource(bytes: Buffer): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  let last: { readonly bytes: Buffer; readonly name: string } | undefined;
  let run = 0;
  for (let at = bytes.indexOf(sourceKey); at !== -1; at = bytes.indexOf(sourceKey, at)) {
    at += sourceKey.length;
    if (
      last &&
      bytes[at + last.bytes.length] === quote &&
      bytes.compare(last.bytes, 0, last.bytes.length, at, at + last.bytes.length) === 0
    ) {
      run += 1;
      continue;
    }
    if (last) counts.set(last.name, (counts.get(last.name) ?? 0) + run);
    const text = bytes.subarray(at, endOfText(bytes, at));
    last = { bytes: text, name: nameOf(text) };
    run = 1;
  }
  if (last) counts.set(last.name, (counts.get(last.name) ?? 0) + run);
  return counts;
}

/** `received_at` of the first row of each frame, in milliseconds since 1970: the oldest of the frame, or close to it. */
export function receivedTimes(batch: Batch): readonly number[] {
  return batch.frames.flatMap(({ start }) => {
    const at = batch.bytes.indexOf(receivedKey, start);
    if (at === -1) return [];
    const begin = at + receivedKey.length;
    const time = Date.parse(batch.bytes.toString('latin1', begin, begin + 24));
    return Number.isNaN(time) ? [] : [time];
  });
}

function endOfText(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}

function nameOf(text: Buffer): string {
  try {
    const name: unknown = JSON.parse(`"${text.toString('utf8')}"`);
    return typeof name === 'string' ? name : '';
  } catch {
    return '';
  }
}
