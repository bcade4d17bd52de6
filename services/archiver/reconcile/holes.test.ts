import { expect, it } from '@jest/globals';
import { holesIn } from './holes.js';

const range = (first: number, last: number) => ({ first, last });

it.each([
  ['nothing is stored', [], 3, 7, [range(3, 6)]],
  ['there is nothing to look at', [], 7, 7, []],
  ['all of it is stored', [range(0, 4), range(5, 9)], 0, 10, []],
  ['the last one is missing', [range(0, 8)], 0, 10, [range(9, 9)]],
  ['the first one is missing', [range(1, 9)], 0, 10, [range(0, 0)]],
  ['one between is missing', [range(6, 9), range(0, 4)], 0, 10, [range(5, 5)]],
  ['ranges overlap, and one lies in another', [range(0, 6), range(1, 2), range(5, 7)], 0, 10, [range(8, 9)]],
  ['a range begins where it ends', [range(0, 4), range(10, 12)], 0, 10, [range(5, 9)]],
  ['a range goes beyond', [range(0, 12)], 0, 10, []],
  ['a range ends before it', [range(0, 2), range(4, 9)], 3, 10, [range(3, 3)]],
])('where %s the holes are what no range covers', (_, ranges, from, to, holes) => {
  expect(holesIn(ranges, from, to)).toEqual(holes);
});
