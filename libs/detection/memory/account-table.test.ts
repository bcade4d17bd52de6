import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { accountOf, between } from '../scan/row-layout.js';
import { hashBytes } from '../scan/keyed-hash.js';
import { viewOf } from '../scan/scan-text.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { usedAgain } from '../definition/used-again.suite.js';
import { AccountTable } from './account-table.js';

const name = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '.', '7', String.raw`\\`), minLength: 1, maxLength: 60 });
const key = fc.oneof(
  fc.tuple(fc.constantFrom('aleo', 'g', 'a'.repeat(200)), name).map(([group, actor]) => `${group}${between}${actor}`),
  // What no row has: the table keeps it all the same.
  name,
);
const step = fc.record({ key, leaves: fc.boolean() });

it('finds accounts by their exact bytes, whatever they begin with, and whoever has left', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const table = new AccountTable();
      const expected = new Map<string, number>();
      for (const { key: text, leaves } of steps) {
        const bytes = Buffer.from(`xy${text}zz`);
        const [start, end] = [2, bytes.length - 2];
        const hash = hashBytes(viewOf(bytes), start, end);
        const found = table.find(viewOf(bytes), start, end, hash);
        expect(found).toBe(expected.get(text) ?? 0);
        if (found && leaves) {
          table.remove(found);
          expected.delete(text);
        } else if (!found) expected.set(text, table.add(bytes, viewOf(bytes), start, end, hash));
        usedAgain(bytes);
      }
      expect(table.count).toBe(expected.size);
      for (const [text, account] of expected) {
        expect(Buffer.from(table.key(account) ?? []).toString()).toBe(text);
        if (!text.includes(between)) continue;
        const { group_id: groupId, actor_id: actorId } = accountOf(Buffer.from(text), 0, Buffer.byteLength(text));
        expect(table.names(account)).toEqual({ groupId, actorId });
      }
      const used = new Set(expected.values());
      for (let account = 1; account < table.end; account += 1) expect(table.isUsed(account)).toBe(used.has(account));
    }),
    { numRuns: casesOf(200, 5_000) },
  );
});

it('keeps what is known of an account while thousands more come, of more groups than beginnings are kept', () => {
  const table = new AccountTable();
  for (let n = 0; n < 20_000; n += 1) {
    const bytes = keyOf(n);
    const account = table.add(bytes, viewOf(bytes), 0, bytes.length, hashBytes(viewOf(bytes), 0, bytes.length));
    table.setNewest(account, 1.7e12 + n);
    table.setMain(account, n + 1);
  }
  for (let n = 0; n < 20_000; n += 1) {
    const bytes = keyOf(n);
    const account = table.find(viewOf(bytes), 0, bytes.length, hashBytes(viewOf(bytes), 0, bytes.length));
    expect([table.newest(account), table.main(account), table.names(account)]).toEqual([
      1.7e12 + n,
      n + 1,
      { groupId: `group-${n % 5_000}`, actorId: `nurse-${n}` },
    ]);
  }
});

function keyOf(n: number): Buffer {
  return Buffer.from(`group-${n % 5_000}${between}nurse-${n}`);
}
