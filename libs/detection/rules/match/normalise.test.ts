import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { and, lowerAscii, not, or, test, type Match } from './match.js';
import { digestOf, normalise } from './normalise.js';

const seed = 20_261_129;

/** Signs that JSON escapes, or that lie before and behind its quotation mark, and texts that begin one another. */
const literal = fc.oneof(fc.stringMatching(/^[aB !"#\\\n\té]{1,4}$/), fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }));
const value = (field: 'device' | 'auth', cased: boolean) =>
  literal.map((text) => test({ kind: 'glob', field, parts: [{ literal: text }], cased }));
const other = fc.constantFrom<Match>(
  test({ kind: 'present', field: 'device' }),
  test({ kind: 'glob', field: 'device', parts: ['any', { literal: 'B' }], cased: false }),
);
/** Lists of values of one field, and what stands between them in real conditions. */
const list = fc.oneof(
  fc.array(value('device', false), { minLength: 1, maxLength: 8 }),
  fc.array(value('device', true), { minLength: 1, maxLength: 8 }),
  fc.array(fc.oneof(value('device', false), value('auth', false), value('device', true), other), { maxLength: 8 }),
);
const { match } = fc.letrec<{ match: Match }>((tie) => ({
  match: fc.oneof(
    { depthSize: 'small' },
    list.map(or),
    list.map(and),
    tie('match').map(not),
    fc.array(tie('match'), { maxLength: 3 }).map(and),
    fc.array(tie('match'), { maxLength: 3 }).map(or),
  ),
}));

describe(`the normal form (seed ${seed})`, () => {
  it('has the order of the JSON of its parts, by which stored selections are known, however it is found', () => {
    fc.assert(
      fc.property(match, (one) => {
        expect(normalise(one)).toEqual(byJson(one));
        expect(digestOf(normalise(one))).toBe(digestOf(byJson(one)));
      }),
      { seed, numRuns: 1_000 },
    );
  });
});

function byJson(match: Match): Match {
  if (match.op === 'test') {
    if (match.test.kind !== 'glob' || match.test.cased) return match;
    const parts = match.test.parts.map((part) => (typeof part === 'string' ? part : { literal: lowerAscii(part.literal) }));
    return test({ ...match.test, parts });
  }
  if (match.op === 'not') {
    const inner = byJson(match.of);
    return inner.op === 'not' ? inner.of : not(inner);
  }
  const flat = match.of.map(byJson).flatMap((child) => (child.op === match.op ? child.of : [child]));
  const children = new Map(flat.map((child) => [JSON.stringify(child), child]));
  const of = [...children].toSorted(([one], [two]) => (one < two ? -1 : 1)).map(([, child]) => child);
  const [only] = of;
  return of.length === 1 && only ? only : { op: match.op, of };
}
