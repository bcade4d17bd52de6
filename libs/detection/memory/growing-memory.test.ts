import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { GrowingMemory } from './growing-memory.js';
import { SlotsNoted } from './grown.js';

it('holds what was written, and zeros beyond, however it grows', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300_000 }), { minLength: 1, maxLength: 20 }), (steps) => {
      const memory = new GrowingMemory(64, 100_000);
      const expected: number[] = [];
      let size = 64;
      for (const step of steps) {
        size += step;
        memory.reserve(size);
        expect(memory.bytes.byteLength).toBeGreaterThanOrEqual(size);
        const bytes = new Uint8Array(memory.bytes);
        expect(bytes[size - 1]).toBe(0);
        bytes[size - 1] = 1 + (step % 255);
        expected.push(size - 1, 1 + (step % 255));
      }
      const bytes = new Uint8Array(memory.bytes);
      for (let at = 0; at < expected.length; at += 2) expect(bytes[expected[at] ?? 0]).toBe(expected[at + 1]);
    }),
  );
});

it('takes hardly more than is asked for once it is large', () => {
  const memory = new GrowingMemory(64, 1_000_000);
  for (let size = 1; size < 20_000_000; size += 50_000) {
    memory.reserve(size);
    if (size > 2_000_000) expect(memory.bytes.byteLength).toBeLessThan(size * 1.07 + 2 * 65_536);
  }
});

it('a direct-mapped table has few slots until more was noted than it holds, then four times as many, up to its most', () => {
  const slots = new SlotsNoted(128);
  const wanted = Array.from({ length: 1_000 }, () => slots.wanted());
  expect([wanted[15], wanted[16], wanted[63], wanted[64], wanted.at(-1)]).toEqual([16, 64, 64, 128, 128]);
});
