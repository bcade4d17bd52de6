import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { serviceVariables } from '#libs/runtime/environment/variable-names.js';
import { knownVariables } from './environment.js';

const page = readFileSync('docs/operations.md', 'utf8');
const rows = [...page.matchAll(/^\| `([A-Z][A-Z0-9_]+)` +\| (?:`([^`]*)`)? *\| ([a-z, ]+?) +\| (.+?) +\|$/gm)].map(
  ([, name = '', absent = '', readBy = '', meaning = '']) => ({ name, absent, readBy: readBy.split(', '), meaning }),
);

describe('the table of variables in docs/operations.md', () => {
  it('has every variable that a configuration reads, with its default and its readers, and no other', async () => {
    const known = (await knownVariables()).map(({ name, absent, readBy }) => ({ name, absent, readBy: [...readBy] }));
    const told = rows.map(({ name, absent, readBy }) => ({ name, absent, readBy }));
    expect(told.toSorted(byName)).toEqual(known.toSorted(byName));
  });
  it('and the list of names by which others are found to be mistaken are the same', () => {
    expect([...serviceVariables]).toEqual(rows.map(({ name }) => name).toSorted());
  });
  it('says what each is for', () => expect(rows.filter(({ meaning }) => meaning.length < 10)).toEqual([]));
});

describe('docs/operations.md', () => {
  it('names only files of this project', () => {
    const named = [...page.matchAll(/`((?:deploy|docs|scripts|libs|services)\/[\w./-]+)`/g)].map(([, path = '']) => path);
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });
});

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
