import type { DecodedItem } from '#libs/formats/decoded-item.js';

/** Items, and steps of their meters, that are taken at a time: some hundred kilobytes. */
const itemsMax = 1000;
const stepsMax = 4 * 1024 * 1024;

/** Items in batches that are small enough to be taken at once, in order. */
export async function* batchesOf(items: AsyncIterable<DecodedItem>): AsyncGenerator<readonly DecodedItem[]> {
  let batch: DecodedItem[] = [];
  let steps = 0;
  for await (const item of items) {
    batch.push(item);
    steps += item.meter.steps;
    if (batch.length < itemsMax && steps < stepsMax) continue;
    yield batch;
    batch = [];
    steps = 0;
  }
  if (batch.length) yield batch;
}
