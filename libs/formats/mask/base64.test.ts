import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { type Outline, runsOf } from './base64.js';
import { bitsByCode, unitBitsOf, unitsMaxOf, unitsMaxOfLength } from './fold.js';

/** Words, numbers, and what is packed, in either alphabet, with and without its end. */
const packed = fc
  .tuple(fc.uint8Array({ maxLength: 20 }), fc.constantFrom('base64', 'base64url'))
  .map(([bytes, alphabet]) => Buffer.from(bytes).toString(alphabet as BufferEncoding));
const texts = fc
  .array(fc.oneof(packed, fc.string(), fc.stringMatching(/^[A-Za-z0-9+/_-]{0,12}={0,2}$/)))
  .map((parts) => parts.join(''));

it('tells of a run, before it is unpacked, at least what it holds', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const outlines: Outline[] = [];
      const runs = [...runsOf(text, bitsByCode, (outline) => outlines.push(outline) > 0)].map((run) => run.text);
      expect(outlines).toHaveLength(runs.length);
      for (const [index, run] of runs.entries()) {
        const { bits, bytes, isAscii, hasEscape } = outlines[index] ?? { bits: 0, bytes: 0, isAscii: true, hasEscape: false };
        expect(unitBitsOf(run) & ~bits).toBe(0);
        expect(unitsMaxOfLength(bytes, isAscii)).toBeGreaterThanOrEqual(unitsMaxOf(run));
        expect(hasEscape || !run.includes('%')).toBe(true);
      }
    }),
    { numRuns: casesOf(300, 5_000) },
  );
});

it('leaves packed what may not hold what is looked for', () => {
  expect([...runsOf('ODAwMTIzNA== other', bitsByCode, () => false)]).toEqual([]);
});
