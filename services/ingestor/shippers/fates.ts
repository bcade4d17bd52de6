import { readPayload, refused } from '#libs/formats/read/read-payload.js';
import type { DecodedItem } from '#libs/formats/decoded-item.js';
import type { Reading } from '#libs/formats/input-format.js';
import type { Payload } from '#libs/formats/payload.js';
import type { Accepted, Rejected } from '#libs/runtime/outcome.js';
import { peeked } from '../receive/peeked.js';
import { type OwnLine, readsOwnLines } from '#libs/formats/vigie/line.js';
import type { Item, ItemOutcome, SendingSource, Taker } from '../receive/taker.js';

/** What became of one item of a request, however many events it carried. */
export type Fate =
  | { readonly taken: true }
  /** Nothing of it was taken: why the first of its events was not. */
  | { readonly taken: false; readonly field: string; readonly reason: string };

/** What a door found: a record, why it is none, or one that need not be read where it is an ordinary line. */
export type Found = Accepted<Payload> | Rejected | UnreadRecord;

export interface UnreadRecord {
  readonly kind: 'unread';
  readonly own: OwnLine;
  readonly record: () => Accepted<Payload> | Rejected;
}

/** A record of which the line is known, so that it is read only where it is no ordinary one. */
export function unread(own: OwnLine | undefined, record: () => Accepted<Payload> | Rejected): Found {
  return own ? { kind: 'unread', own, record } : record();
}

/** Takes items, each with all events that are in it, and says in their order what became of each, once the log has them. None for no items. */
export async function fatesOf(items: Iterable<Found>, source: SendingSource, taker: Taker): Promise<readonly Fate[]> {
  const counts: number[] = [];
  const [first, all] = peeked(items);
  if (!first) return [];
  const outcomes = await taker.decoded(eventsIn(all, source.reading, counts), source);
  let at = 0;
  return counts.map((count) => {
    const own = outcomes.slice(at, at + count);
    at += count;
    return fateOf(own);
  });
}

function* eventsIn(items: Iterable<Found>, reading: Reading, counts: number[]): Generator<Item> {
  const isOwn = readsOwnLines(reading);
  for (const item of items) {
    const index = counts.push(1) - 1;
    const record = item.kind === 'unread' ? item.record : () => item;
    const read = () => counted(record(), reading, counts, index);
    if (item.kind === 'unread' && isOwn) yield { own: item.own, read };
    else yield* read();
  }
}

/** The events of a record; how many they are is known when they were read, and one where they need not be. */
function* counted(item: Accepted<Payload> | Rejected, reading: Reading, counts: number[], index: number): Generator<DecodedItem> {
  counts[index] = 0;
  for (const event of item.kind === 'rejected' ? [refused(item)] : readPayload(item.value, reading)) {
    counts[index] = (counts[index] ?? 0) + 1;
    yield event;
  }
}

function fateOf(outcomes: readonly ItemOutcome[]): Fate {
  const [first] = outcomes;
  const isTaken = first === undefined || outcomes.some(({ kind }) => kind !== 'refused');
  return isTaken || first.kind !== 'refused' ? { taken: true } : { taken: false, field: first.field, reason: first.reason };
}

/** Fates that are listed one by one in an answer; all are counted. */
const listedMax = 100;

/** What was refused, for answers with room for it; undefined where everything was taken. */
export function refusedOf(
  fates: readonly Fate[],
): { readonly refused_count: number; readonly refused: readonly object[] } | undefined {
  const refused = fates.flatMap((fate, index) => (fate.taken ? [] : [{ index, field: fate.field, reason: fate.reason }]));
  return refused.length ? { refused_count: refused.length, refused: refused.slice(0, listedMax) } : undefined;
}

/** Whether anything at all was taken. */
export function tookAny(fates: readonly Fate[]): boolean {
  return fates.some(({ taken }) => taken);
}

/** Why the first of those was not taken that were not. */
export function whyOf(fates: readonly Fate[]): string {
  const [why = ''] = fates.flatMap((fate) => (fate.taken ? [] : [fate.field ? `${fate.field}: ${fate.reason}` : fate.reason]));
  return why;
}
