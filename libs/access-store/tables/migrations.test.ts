import { describe, expect, it } from '@jest/globals';
import { type Migration, readMigrations } from './migrate.js';

const migrations = readMigrations();

/**
 * Numbers that two migrations of the same days were given. They keep their names: what is applied is known by its whole name, so that a renamed one would be
 * applied again and its old name stay in the book for ever.
 */
const twice = ['0023', '0025', '0026'];

describe('the migrations', () => {
  it('have a number each that no other has, but for three pairs of before', () => {
    const byNumber = Map.groupBy(migrations, numberOf);
    const shared = [...byNumber].filter(([, those]) => those.length > 1);
    expect(shared.map(([number, { length }]) => [number, length])).toEqual(twice.map((number) => [number, 2]));
  });

  it('leave no number out', () => {
    const numbers = [...new Set(migrations.map(numberOf))].map(Number);
    expect(numbers).toEqual(numbers.map((_, place) => place + 1));
  });

  it.each(twice)('%s: the two make and change other things, so that their order says nothing', (number) => {
    const [first, second] = migrations.filter((one) => numberOf(one) === number).map(touched);
    expect(first?.size).toBeGreaterThan(0);
    expect([...(first ?? [])].filter((name) => second?.has(name))).toEqual([]);
  });
});

function numberOf({ name }: Migration): string {
  return name.slice(0, 4);
}

/** Tables and views that it makes, changes or takes away. */
function touched({ statements }: Migration): ReadonlySet<string> {
  const changes = /\b(?:TABLE|VIEW)\s+(?:IF (?:NOT )?EXISTS\s+)?(vigie\.\w+)/g;
  return new Set(statements.flatMap((one) => [...one.matchAll(changes)].map(([, name = '']) => name)));
}
