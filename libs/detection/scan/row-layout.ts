import { z } from 'zod';
import { accessRow } from '#libs/contracts/access-row.js';
import { backslash, quote } from './scan-text.js';

/** Place of each optional field among the keys of a row, as `ScannedRow.starts` has them. */
export const optionalPlaces: Readonly<Record<string, number>> = Object.fromEntries(
  Object.keys(accessRow.shape).flatMap((key, place) => (place < 10 || key === 'categories' ? [] : [[key, place]])),
);

/** Group and account of the stretch of a line from the first byte of the one to the last of the other. */
export function accountOf(
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly group_id: string; readonly actor_id: string } {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
  const groupEnd = text.indexOf('"');
  if (!text.includes('\\')) return { group_id: text.slice(0, groupEnd), actor_id: text.slice(groupEnd + between.length) };
  return accountStretch.parse(JSON.parse(`{"group_id":"${text}"}`));
}
const accountStretch = z.object({ group_id: z.string(), actor_id: z.string() });
/** What stands between group and account in such a stretch. */
export const between = '","actor_id":"';

/** Where the group of such a stretch ends; -1 where there is an escape in it. */
export function groupEndOf(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at += 1) {
    if (bytes[at] === quote) return at;
    if (bytes[at] === backslash) return -1;
  }
  return -1;
}
