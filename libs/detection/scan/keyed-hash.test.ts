import { describe, expect, it } from '@jest/globals';
import { hashBytes, hashWords } from './keyed-hash.js';
import { viewOf } from './scan-text.js';

const count = 4_096;
/** What as many values at random would give: about 2 ** 24 / 2 / 131,072 pairs that meet, and some. */
const meetingsMax = 1_000;

/** Texts whose differences cancel out in hashes that multiply and shift: in top bits, in pairs of blocks, in order, in length. */
const families: readonly (readonly [string, (n: number) => Buffer])[] = [
  ['numbers', (n) => Buffer.from(`user${n}`)],
  ['zeros of many lengths', (n) => Buffer.alloc(n)],
  ['top bits of blocks', (n) => Buffer.from(Uint32Array.from({ length: 12 }, (_, bit) => ((n >> bit) & 1) * 0x80000000).buffer)],
  [
    'pairs of blocks',
    (n) =>
      Buffer.from(
        Uint32Array.from({ length: 24 }, (_, at) => ((n >> (at >> 1)) & 1) * (at % 2 ? 0x80010000 : 0x80000000)).buffer,
      ),
  ],
  [
    'blocks in another order',
    (n) => Buffer.from(Array.from({ length: 12 }, (_, bit) => ((n >> bit) & 1 ? 'abcd' : 'bacd')).join('')),
  ],
];

describe('hashes keyed by the process', () => {
  it.each(families)('spread %s', (_, textOf) => {
    const hashes = Array.from({ length: count }, (__, n) => hashBytes(viewOf(textOf(n)), 0, textOf(n).length));
    expect(meetings(hashes)).toBeLessThan(meetingsMax);
  });

  it('spread values that meet in the sum or in the difference of their words', () => {
    const values = Array.from({ length: count }, (_, n) => [n, 7, 7, n] as const);
    expect(meetings(values.map((value) => hashWords(...value)))).toBeLessThan(meetingsMax);
    expect(meetings(values.map(([n]) => hashWords((n << 31) >>> 0, (n << 20) >>> 0, (n >> 1) << 16, 0)))).toBeLessThan(
      meetingsMax,
    );
  });
});

/** Pairs that fall into one slot of a table of 131,072. */
function meetings(hashes: readonly number[]): number {
  const slots = new Map<number, number>();
  let pairs = 0;
  for (const hash of hashes) {
    const slot = hash & 0x1ffff;
    const before = slots.get(slot) ?? 0;
    pairs += before;
    slots.set(slot, before + 1);
  }
  return pairs;
}
