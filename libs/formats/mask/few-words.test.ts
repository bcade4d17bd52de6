import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Automaton } from './automaton.js';
import { FewWords, type WordFinder } from './few-words.js';

const unit = fc.constantFrom(0, 0x61, 0x62, 0xffff);

it('says what the automaton says: every word at every end, the longest first, until one is taken', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(unit, { maxLength: 5 }), { maxLength: 6 }),
      fc.array(unit, { maxLength: 40 }),
      fc.func(fc.boolean()),
      (words, text, take) => {
        const said = (finder: WordFinder) => {
          const asked: (readonly [number, number])[] = [];
          finder.find(text, (word, end) => {
            asked.push([word, end]);
            return take(word, end);
          });
          return asked;
        };
        expect(said(new FewWords(words))).toEqual(said(new Automaton(words)));
      },
    ),
  );
});
