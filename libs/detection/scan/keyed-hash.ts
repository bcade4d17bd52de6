import { randomFillSync } from 'node:crypto';
import { outside } from './outside.js';

/**
 * Hashes for the tables in memory, by a key of this process alone. Whoever names accounts, sessions or addresses could otherwise choose
 * thousands of names that fall into one slot, which no seed prevents where a difference cancels out whatever the seed is. Each 16 bits
 * are multiplied by a coefficient of their own, at random, and added: two different texts of the same length then meet in the 17 upper bits
 * with a chance of one in 131,072 (multiply-shift, Dietzfelbinger 1996), and these are folded onto the lower ones. Nothing that is written or
 * told depends on a hash.
 */
const coefficients = randomFillSync(new Int32Array(8_192));
const positions = coefficients.length - 1;
/** The same for whoever hashes by a program of its own; that of the length is the last one. */
export const hashCoefficients: Readonly<Int32Array> = coefficients;
export const lengthCoefficient = coefficients[positions] ?? outside();

/** 32 bits of `[start, end)`. Beyond 16 KiB the coefficients come again. */
export function hashBytes(view: DataView, start: number, end: number): number {
  let sum = Math.imul(end - start, coefficients[positions] ?? outside());
  let position = 0;
  let at = start;
  for (; at + 2 <= end; at += 2) {
    sum = (sum + Math.imul(view.getUint16(at, true) + 1, coefficients[position & positions] ?? outside())) | 0;
    position += 1;
  }
  if (at < end) sum = (sum + Math.imul(view.getUint8(at) + 1, coefficients[position & positions] ?? outside())) | 0;
  return folded(sum);
}

const [c0 = 0, c1 = 0, c2 = 0, c3 = 0, c4 = 0, c5 = 0, c6 = 0, c7 = 0] = coefficients;

/** 32 bits of a value of four words. */
export function hashWords(v0: number, v1: number, v2: number, v3: number): number {
  return folded(
    Math.imul(v0 & 0xffff, c0) +
      Math.imul(v0 >>> 16, c1) +
      Math.imul(v1 & 0xffff, c2) +
      Math.imul(v1 >>> 16, c3) +
      Math.imul(v2 & 0xffff, c4) +
      Math.imul(v2 >>> 16, c5) +
      Math.imul(v3 & 0xffff, c6) +
      Math.imul(v3 >>> 16, c7),
  );
}

function folded(sum: number): number {
  return (sum ^ (sum >>> 15)) >>> 0;
}
