import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { viewOf } from '../scan/scan-text.js';
import { usedAgain } from '../definition/used-again.suite.js';
import { ByBytes } from './by-bytes.js';

const text = fc.oneof(
  fc.constantFrom('a', 'aa', 'a'.repeat(15), 'a'.repeat(16), 'b'.repeat(15), 'nurse', '10.4.2.17', 'integration-engine'),
  fc.string({ minLength: 1, maxLength: 20 }),
);

it('knows a text again by its bytes alone, wherever they lie and however near to the end', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, fc.nat(5), fc.nat(20)), { maxLength: 60 }), (asked) => {
      const made: string[] = [];
      const numbers = new ByBytes((bytes, start, end) => made.push(Buffer.from(bytes.subarray(start, end)).toString()) - 1);
      for (const [one, before, behind] of asked) {
        const bytes = Buffer.from(`${'"'.repeat(before)}${one}${'"'.repeat(behind)}`);
        expect(made[numbers.of(bytes, viewOf(bytes), before, bytes.length - behind)]).toBe(one);
        usedAgain(bytes);
      }
      expect(new Set(made).size).toBe(made.length);
    }),
    { numRuns: casesOf(300, 10_000) },
  );
});

it('goes on when there are more than it remembers', () => {
  let asked = 0;
  const numbers = new ByBytes((bytes, start, end) => {
    asked += 1;
    return Number(Buffer.from(bytes.subarray(start + 1, end)).toString());
  });
  const of = (n: number): number => {
    const bytes = Buffer.from(`n${n}`);
    return numbers.of(bytes, viewOf(bytes), 0, bytes.length);
  };
  for (let n = 0; n < 70_000; n += 1) if (of(n) !== n || of(n) !== n) throw new Error(`${n} was taken for another`);
  expect(asked).toBe(70_000);
});
