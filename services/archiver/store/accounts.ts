// store/: stores a batch, tried until it is there, then the ledger of what was stored; refused lines are set aside.
// The five steps are batch-writer.ts.

import type { Batch } from '../collect/batch.js';

const groupKey = Buffer.from(',"group_id":"');
const sourceKey = Buffer.from(',"source":"');
const receivedKey = Buffer.from('"received_at":"');
const quote = 0x22;
const backslash = 0x5c;

/** Rows of one source of one group. */
export interface SenderRows {
  readonly groupId: string;
  readonly source: string;
  rows: number;
}

/**
 * Rows per group and source in an `accesses` batch, without parsing: inside a JSON text every quote is escaped, so the bytes `,"source":"` are
 * found where the key is and nowhere else (contracts/access-row.ts puts no nested object before it, and the group earlier in the row).
 */
export function rowsBySender(bytes: Buffer): readonly SenderRows[] {
  const counts = new Map<string, SenderRows>();
  let last: { readonly group: Buffer; readonly source: Buffer; readonly counted: SenderRows } | undefined;
  for (let at = bytes.indexOf(groupKey); at !== -1; at = bytes.indexOf(groupKey, at)) {
    const groupAt = at + groupKey.length;
    const found = bytes.indexOf(sourceKey, groupAt);
    if (found === -1) break;
    at = found + sourceKey.length;
    if (!last || !standsAt(bytes, last.group, groupAt) || !standsAt(bytes, last.source, at)) {
      const group = bytes.subarray(groupAt, endOfText(bytes, groupAt));
      const source = bytes.subarray(at, endOfText(bytes, at));
      last = { group, source, counted: countOf(counts, nameOf(group), nameOf(source)) };
    }
    last.counted.rows += 1;
  }
  return [...counts.values()];
}

function standsAt(bytes: Buffer, text: Buffer, at: number): boolean {
  return bytes[at + text.length] === quote && bytes.compare(text, 0, text.length, at, at + text.length) === 0;
}

function countOf(counts: Map<string, SenderRows>, groupId: string, source: string): SenderRows {
  const key = JSON.stringify([groupId, source]);
  const known = counts.get(key) ?? { groupId, source, rows: 0 };
  counts.set(key, known);
  return known;
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
