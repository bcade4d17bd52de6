import { expect, it } from '@jest/globals';
import { refusedRowsMax, RefusalBreaker } from './breaker.js';

it('so many rows may be set aside at once, and as many again in a minute, however long nothing was', () => {
  let now = 1_000_000;
  const breaker = new RefusalBreaker({ monotonic: () => now });
  const take = (rows: number, afterMs: number) => {
    now += afterMs;
    return breaker.take(rows).rows;
  };
  expect(take(refusedRowsMax - 1, 0)).toBe(refusedRowsMax - 1);
  expect(take(5, 0)).toBe(1);
  expect(breaker.take(5)).toEqual({ rows: 0, waitMs: 60_000 });
  expect(take(refusedRowsMax, 30_000)).toBe(refusedRowsMax / 2);
  expect(take(refusedRowsMax, 15_000)).toBe(refusedRowsMax / 4);
  // What was not taken is not lost, and does not grow beyond what may be set aside at once.
  expect(take(refusedRowsMax / 4, 30_000)).toBe(refusedRowsMax / 4);
  expect(take(2 * refusedRowsMax, 15_000)).toBe(refusedRowsMax / 2);
  expect(take(2 * refusedRowsMax, 10 * 60_000)).toBe(refusedRowsMax);
});
