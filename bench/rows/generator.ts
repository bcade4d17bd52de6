import { createHash } from 'node:crypto';

/** Numbers in [0, 1) that look random, the same in every run. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** 128 bits that look random, of a text: what a pseudonym or the id of an event looks like. */
export function hexOf(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
