import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { capacities, EntryArena } from './entry-arena.js';

interface Run {
  readonly sizeClass: number;
  readonly chunk: number;
  readonly word: number;
  readonly mark: number;
}

const step = fc.record({ takes: fc.boolean(), sizeClass: fc.nat(22), which: fc.nat(500), times: fc.nat(80) });

it.each([6, 10])('runs of %i words an entry never overlap, whichever are given back and taken again', (width) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const arena = new EntryArena(width);
      const held: Run[] = [];
      let mark = 0;
      const wordsOf = ({ sizeClass, chunk, word }: Run): Uint32Array =>
        (arena.chunks[chunk] ?? new Uint32Array()).subarray(word, word + (capacities[sizeClass] ?? 0) * width);
      for (const { takes, sizeClass, which, times } of steps)
        for (let time = 0; time < times; time += 1)
          if (takes) {
            arena.take(sizeClass);
            mark += 1;
            const run = { sizeClass, chunk: arena.chunk, word: arena.word, mark };
            expect(wordsOf(run)).toHaveLength((capacities[sizeClass] ?? 0) * width);
            wordsOf(run).fill(mark);
            held.push(run);
          } else {
            const [run] = held.splice(which % Math.max(1, held.length), 1);
            if (!run) break;
            expect(wordsOf(run).every((word) => word === run.mark)).toBe(true);
            arena.give(run.sizeClass, run.chunk, run.word);
          }
      for (const run of held) expect(wordsOf(run).every((word) => word === run.mark)).toBe(true);
    }),
    { numRuns: casesOf(60, 1_000) },
  );
});
