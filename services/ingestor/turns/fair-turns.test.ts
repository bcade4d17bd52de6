import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { FairTurns } from './fair-turns.js';

it('one goes on at a time, each source gets as many turns as another while it has work, and its own go in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('a', 'a', 'a', 'a', 'b', 'c'), { minLength: 1, maxLength: 60 }), async (askers) => {
      const later: (() => void)[] = [];
      const turns = new FairTurns((work) => later.push(work), 1);
      const taken: string[] = [];
      askers.forEach((of, index) => void turns.next(of).then(() => taken.push(`${of}${index}`)));
      for (let before = 0; later.length; before += 1) {
        expect(later).toHaveLength(1);
        expect(taken).toHaveLength(before);
        later.shift()?.();
        await Promise.resolve();
        await Promise.resolve();
      }
      expect(taken.toSorted()).toEqual(askers.map((of, index) => `${of}${index}`).toSorted());
      for (const of of new Set(askers)) {
        const own = taken.flatMap((one, at) => (one.startsWith(of) ? [{ number: Number(one.slice(1)), at }] : []));
        expect(own).toEqual(own.toSorted((a, b) => a.number - b.number));
        // Nobody waits longer than one turn of everybody else.
        own.forEach(({ at }, index) => expect(at).toBeLessThan((index + 1) * new Set(askers).size));
      }
    }),
  );
});

it('whoever asks again while others wait goes to the end of the round', async () => {
  const turns = new FairTurns(setImmediate, 1);
  const taken: string[] = [];
  const busy = async (of: string, times: number) => {
    for (let time = 0; time < times; time += 1) {
      await turns.next(of);
      taken.push(of);
    }
  };
  await Promise.all([busy('a', 6), busy('a', 6), busy('a', 6), busy('b', 3)]);
  expect(taken.slice(0, 7).filter((of) => of === 'b').length).toBeGreaterThanOrEqual(3);
  expect(taken).toHaveLength(21);
});
