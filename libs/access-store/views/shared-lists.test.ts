import { describe, expect, it } from '@jest/globals';
import { withoutRepeats } from './shared-lists.js';

const names = Array.from({ length: 40 }, (_, n) => `'svc-application-${n}'`).join(', ');
const programs = `(lower(actor_id) IN (${names}))`;

describe('a long list of several selections', () => {
  it('is written once, and named in its places', () => {
    const { shared, expressions } = withoutRepeats(
      new Map([
        ['a', `((NOT (${programs})) AND (action = 'read'))`],
        ['b', `(${programs} OR (NOT ${programs}))`],
        ['c', "(action = 'list')"],
      ]),
    );
    expect(shared).toBe(`WITH\n    ${programs} AS list_1\n`);
    expect([...expressions]).toEqual([
      ['a', "((NOT (list_1)) AND (action = 'read'))"],
      ['b', '(list_1 OR (NOT list_1))'],
      ['c', "(action = 'list')"],
    ]);
  });

  it('stays where it stands once, is short, or holds more than texts', () => {
    const short = "(lower(actor_id) IN ('svc-a'))";
    const other = `(actor_id IN (${names}, 'x' || 'y'))`;
    const given = new Map([
      ['a', `(${programs} OR ${short} OR ${other})`],
      ['b', `(${short} OR ${other})`],
    ]);
    expect(withoutRepeats(given)).toEqual({ shared: '', expressions: given });
  });

  it('ends where its texts end, whatever stands in them', () => {
    const odd = String.raw`(actor_id IN (${names}, 'a\'))', 'b\\'))`;
    const { shared, expressions } = withoutRepeats(
      new Map([
        ['a', `(${odd} AND (action = 'read'))`],
        ['b', odd],
      ]),
    );
    expect(shared).toBe(`WITH\n    ${odd} AS list_1\n`);
    expect([...expressions.values()]).toEqual(["(list_1 AND (action = 'read'))", 'list_1']);
  });
});
