import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { lowerAscii } from '../rules/match/match.js';
import { NameLists } from './name-lists.js';

const name = fc.oneof(
  fc.constantFrom('svc-lab', 'SVC-Lab', 'dr "x"', 'agnès', 'AGNÈS', 'back\\slash', 'K', '\u212a'),
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);

it('leaves no account out that is on a list, whatever its name', () => {
  fc.assert(
    fc.property(fc.array(name, { maxLength: 5 }), name, (listed, actor_id) => {
      const lists = new NameLists(listed.map((one) => one.toLowerCase()));
      const stretch = Buffer.from(JSON.stringify(actor_id).slice(1, -1));
      const isListed = listed.some((one) => one === actor_id || lowerAscii(one) === lowerAscii(actor_id));
      if (isListed) expect(lists.mayHold(stretch, 0, stretch.length)).toBe(true);
    }),
    { numRuns: casesOf(1_000, 20_000) },
  );
});

it('says of a plain name that is on none that it is not', () => {
  const lists = new NameLists(['svc-lab', 'svc-billing']);
  const stretch = Buffer.from('nurse-17');
  expect(lists.mayHold(stretch, 0, stretch.length)).toBe(false);
});
