import type { DecodedItem } from '#libs/formats/decoded-item.js';
import type { SourceContext } from '#libs/formats/to-rows.js';
import { HttpRefusal } from './http-refusal.js';
import type { ItemOutcome } from './intake.js';
import type { Custody, Taker } from './taker.js';
import { Turns } from './turns.js';

/** Items, and steps of their meters, that are taken at a time: some hundred kilobytes. */
const itemsMax = 1000;
const stepsMax = 4 * 1024 * 1024;

/** Items in batches that are small enough to be held, in order; others get their turn while they are read. */
export async function* batchesOf<T>(
  items: AsyncIterable<T> | Iterable<T>,
  itemOf: (one: T) => DecodedItem,
): AsyncGenerator<readonly T[]> {
  const turns = new Turns();
  let batch: T[] = [];
  let steps = 0;
  for await (const one of items) {
    const { meter } = itemOf(one);
    batch.push(one);
    steps += meter.steps;
    if (turns.isOver(meter.steps)) await turns.next();
    if (batch.length < itemsMax && steps < stepsMax) continue;
    yield batch;
    batch = [];
    steps = 0;
  }
  if (batch.length) yield batch;
}

/**
 * Takes a batch however much it makes: what is more than one request may make is taken by halves, down to a record by itself, which always
 * fits. What a half has written before it was too much is written again under the same ids.
 */
export async function takenWhole(
  taker: Taker,
  items: readonly DecodedItem[],
  source: SourceContext,
  custody?: Custody,
): Promise<readonly ItemOutcome[]> {
  if (!items.length) return [];
  try {
    return await taker.decoded(items, source, custody);
  } catch (cause) {
    if (!(cause instanceof HttpRefusal) || cause.status !== 413 || items.length === 1) throw cause;
    const middle = items.length >> 1;
    const rest = custody && { ...custody, origin: (index: number) => custody.origin(middle + index) };
    const first = await takenWhole(taker, items.slice(0, middle), source, custody);
    return [...first, ...(await takenWhole(taker, items.slice(middle), source, rest))];
  }
}
