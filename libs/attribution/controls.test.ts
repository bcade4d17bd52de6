import { describe, expect, it } from '@jest/globals';
import { drawControls } from './controls.js';

/** A thief opened three fifths of all patients whom anybody opened on a day, and nobody else opened those. */
const thief = 0;
const staff = 400;
const stolen = Array.from({ length: 12_000 }, (): readonly number[] => [thief]);
/** Each patient of the others was opened by one of them; the first of them, a service, opened an eighth. */
const others = Array.from({ length: 8_000 }, (_, n): readonly number[] => [n % 8 === 0 ? 1 : 2 + (n % (staff - 2))]);
const pool = [...stolen, ...others];
const sizes = Array.from({ length: staff }, (_, one) => pool.filter((holders) => holders.includes(one)).length);

describe('samples that nobody leaked', () => {
  it.each([20, 50, 200])('of %i patients name nobody because of the theft that is asked about', (rows) => {
    const sample = stolen.slice(0, rows);
    const found = drawControls({ sample, pool, sizes, patients: pool.length, named: new Set([thief]), seed: 7 });
    expect(found.samples).toBe(200);
    expect(found.named).toBeLessThanOrEqual(2);
  });
});
