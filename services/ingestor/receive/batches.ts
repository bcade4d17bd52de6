import type { DecodedItem } from '#libs/formats/decoded-item.js';
import type { SourceContext } from '#libs/formats/to-rows.js';
import { HttpRefusal } from './http-refusal.js';
import { type Custody, isUnread, type Item, type ItemOutcome, type Taker } from './taker.js';
import { Turns } from '../turns/turns.js';

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
 * Takes a batch however much it makes: what is more than one request may make is taken by halves, down to an item by itself, and of one that
 * was not read yet by what it holds, down to a record, which always fits. What a half has written before it was too much is written again under
 * the same ids.
 */
export function takenWhole(
  taker: Taker,
  items: readonly Item[],
  source: SourceContext,
  custody?: Custody,
): Promise<readonly ItemOutcome[]> {
  return whollyTaken({ taker, source, itemOf: (item: Item) => item }, items, custody);
}

/** The same for what is made an item when its turn comes, so that only what it is made of is held meanwhile. */
export function madeAndTaken<T>(how: Taking<T>, given: readonly T[], custody: Custody): Promise<readonly ItemOutcome[]> {
  return whollyTaken(how, given, custody);
}

export interface Taking<T> {
  readonly taker: Taker;
  readonly source: SourceContext;
  readonly itemOf: (one: T) => Item;
}

async function whollyTaken<T>(
  how: Taking<T>,
  given: readonly T[],
  custody: Custody | undefined,
): Promise<readonly ItemOutcome[]> {
  if (!given.length) return [];
  try {
    return await how.taker.decoded(made(given, how.itemOf), how.source, custody);
  } catch (cause) {
    if (!(cause instanceof HttpRefusal) || cause.status !== 413) throw cause;
    const [first] = given;
    if (given.length === 1 && first !== undefined) {
      const only = how.itemOf(first);
      if (isUnread(only)) return takenInParts(how, only.read(), custody);
      throw cause;
    }
    const middle = given.length >> 1;
    const rest = custody && {
      ...custody,
      origin: (index: number, record: number) => custody.origin(middle + index, record),
    };
    const before = await whollyTaken(how, given.slice(0, middle), custody);
    return [...before, ...(await whollyTaken(how, given.slice(middle), rest))];
  }
}

function* made<T>(given: readonly T[], itemOf: (one: T) => Item): Generator<Item> {
  for (const one of given) yield itemOf(one);
}

/** The events of one item, batch by batch. */
async function takenInParts(
  { taker, source }: Omit<Taking<never>, 'itemOf'>,
  events: Iterable<DecodedItem>,
  custody?: Custody,
): Promise<readonly ItemOutcome[]> {
  const outcomes: ItemOutcome[] = [];
  let from = 0;
  for await (const batch of batchesOf(events, (one) => one)) {
    const before = from;
    const own = custody && { ...custody, origin: (index: number) => custody.origin(0, before + index) };
    for (const outcome of await takenWhole(taker, batch, source, own)) outcomes.push(outcome);
    from += batch.length;
  }
  return outcomes;
}
