import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { loadRules } from '../load/load-rules.js';

const seed = 20_261_129;

/** `a` and `b` are there; `1 of x*` and `all of x*` meet nothing. */
type Tree = { readonly op: 'and' | 'or'; readonly of: readonly Tree[] } | { readonly op: 'not'; readonly of: Tree } | Leaf;
type Leaf = 'a' | 'b' | '1 of x*' | 'all of x*';

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Leaf>('a', 'b', '1 of x*', 'all of x*'),
    fc.record({ op: fc.constant('not' as const), of: tie('tree') }),
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));
const rows = [{}, { device: 'a' }, { auth: 'b' }, { device: 'a', auth: 'b' }] as const;

describe(`a pattern that meets no entry (seed ${seed})`, () => {
  it('is left out only where logic, by which one of none never holds, and pySigma, which leaves it out, say the same', () => {
    let taken = 0;
    const property = (condition: Tree): void => {
      const read = loaded(condition);
      const pySigma = rows.map((row) => leavingOut(condition, row));
      if (!read.selection) {
        expect(read.mistakes).toEqual(['the condition is not valid: "x*" meets no entry of detection; there is a, b']);
        return;
      }
      if (textOf(condition).includes('x*')) taken += 1;
      const answers = rows.map((row) => read.selection?.matches(row as AccessRow));
      expect(answers).toEqual(pySigma);
      expect(answers).toEqual(rows.map((row) => logic(condition, row)));
      expect(read.warnings).toEqual(
        textOf(condition).includes('x*')
          ? ['"x*" meets no entry of detection, so the condition is taken without it: correct it, or leave it away']
          : [],
      );
    };
    fc.assert(fc.property(tree, property), { seed, numRuns: 500 });
    expect(taken).toBeGreaterThan(20);
  });

  it.each(['a and not 1 of x*', 'not 1 of x* and a', 'a or 1 of x*', 'a and all of x*', 'a and not (1 of x* or 1 of y*)'])(
    '%s is a',
    (text) => {
      const { selection } = loadedText(text);
      expect(rows.map((row) => selection?.matches(row as AccessRow))).toEqual([false, true, false, true]);
    },
  );

  it.each(['1 of x*', 'not 1 of x*', 'all of x*', 'a and 1 of x*', 'a and not all of x*', 'a or not 1 of x*'])(
    '%s is refused',
    (text) => {
      expect(loadedText(text).mistakes[0]).toMatch(/^the condition is not valid: "x\*" meets no entry/);
    },
  );
});

function textOf(tree: Tree): string {
  if (typeof tree === 'string') return tree;
  return tree.op === 'not' ? `not (${textOf(tree.of)})` : tree.of.map((child) => `(${textOf(child)})`).join(` ${tree.op} `);
}

function logic(tree: Tree, row: (typeof rows)[number]): boolean {
  if (typeof tree === 'string') return tree === 'all of x*' || leaf(tree, row);
  if (tree.op === 'not') return !logic(tree.of, row);
  return tree.op === 'and' ? tree.of.every((child) => logic(child, row)) : tree.of.some((child) => logic(child, row));
}

/** Undefined where nothing is left. */
function leavingOut(tree: Tree, row: (typeof rows)[number]): boolean | undefined {
  if (typeof tree === 'string') return tree === 'a' || tree === 'b' ? leaf(tree, row) : undefined;
  if (tree.op === 'not') {
    const inner = leavingOut(tree.of, row);
    return inner === undefined ? undefined : !inner;
  }
  const left = tree.of.map((child) => leavingOut(child, row)).filter((value) => value !== undefined);
  if (left.length === 0) return undefined;
  return tree.op === 'and' ? left.every(Boolean) : left.some(Boolean);
}

function leaf(tree: Leaf, row: { readonly device?: string; readonly auth?: string }): boolean {
  return tree === 'a' ? row.device === 'a' : tree === 'b' && row.auth === 'b';
}

const loaded = (condition: Tree) => loadedText(textOf(condition));

/** The second condition of the list, which never holds, uses both entries so that neither is a mistake for not being used. */
function loadedText(condition: string) {
  const text = `title: e
name: e
logsource: {product: ehr}
detection: {a: {device: a}, b: {auth: b}, condition: ['${condition}', 'a and b and not a']}
---
title: c
name: c
level: low
correlation: {type: event_count, rules: [e], group-by: [group_id, actor_id], timespan: 1h, condition: {gte: 2}}
`;
  const { selections, mistakes, warnings } = loadRules([{ path: 'a.yml', text }]);
  return {
    selection: mistakes.length === 0 ? selections[0] : undefined,
    mistakes: mistakes.map(({ reason }) => reason),
    // Of what never holds another warning tells.
    warnings: warnings.map(({ reason }) => reason).filter((reason) => !reason.includes('never matches')),
  };
}
