import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { KeptLines } from './kept-lines.js';
import { LateList } from './late-list.js';

const lines = fc.array(
  fc.string({ maxLength: 900 }).map((text) => text.replaceAll('\n', ' ')),
  { maxLength: 60 },
);

it('lines that are kept come back in their order, from any of them on, also after a snapshot', () => {
  fc.assert(
    fc.property(lines, lines, fc.nat(130), (some, more, seen) => {
      const kept = keptOf(new KeptLines(), some);
      for (const lines of [kept, KeptLines.of(kept.since(0))]) {
        keptOf(lines, more);
        const all = [...some, ...more];
        expect(lines.count).toBe(all.length);
        expect(Buffer.concat(lines.since(seen)).toString()).toBe(
          all
            .slice(seen)
            .map((line) => `${line}\n`)
            .join(''),
        );
      }
    }),
  );
});

it('accesses that came late are there once each, whatever their time and however often they came', () => {
  const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  const access = fc.tuple(fc.integer({ min: 0, max: 2 ** 42 - 1 }), word, word, word, word);
  fc.assert(
    fc.property(fc.array(access), (accesses) => {
      const list = new LateList();
      for (const [time, v0, v1, v2, v3] of [...accesses, ...accesses]) list.add(time, v0, v1, v2, v3);
      expect(list.keys()).toEqual(new Set(accesses.map((one) => one.join(' '))));
      expect(LateList.of([...list.keys()]).keys()).toEqual(list.keys());
    }),
  );
});

/** The lines as they lie in a frame that has something before and behind them. */
function keptOf(kept: KeptLines, texts: readonly string[]): KeptLines {
  for (const text of texts) {
    const bytes = Buffer.from(`before\n${text}\nbehind`);
    kept.add(bytes, 7, bytes.length - 7);
  }
  return kept;
}
