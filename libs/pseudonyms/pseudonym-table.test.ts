import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { PseudonymTable } from './pseudonym-table.js';
import { Pseudonymiser } from './pseudonymiser.js';

describe('the table of pseudonyms by bytes', () => {
  it('gives what the pseudonymiser gives by text, however often entries replace each other', () => {
    const key = createSecretKey(Buffer.from('a key for tests of 32 bytes size'));
    const pseudonymiser = new Pseudonymiser('k1', key, { cachedMax: 8 });
    const prefix = Buffer.concat([Buffer.from('vigie.patient.v1\0\0\0\0\x05group')]);
    const small = new PseudonymTable(key, prefix, 2);
    const big = pseudonymiser.table('group');
    const identifier = fc.string({ unit: fc.constantFrom(...'0123456789aB-'), minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(fc.array(fc.oneof(identifier, fc.constantFrom('1', '2', '3')), { maxLength: 40 }), (identifiers) => {
        for (const text of identifiers)
          expect([small, big].map((table) => written(table, text))).toEqual([
            pseudonymiser.of('group', text),
            pseudonymiser.of('group', text),
          ]);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps one table per authority, and authorities apart', () => {
    const pseudonymiser = new Pseudonymiser('k1', createSecretKey(Buffer.from('a key for tests of 32 bytes size')));
    expect(pseudonymiser.table('a')).toBe(pseudonymiser.table('a'));
    expect(written(pseudonymiser.table('a'), '1')).not.toBe(written(pseudonymiser.table('b'), '1'));
  });
});

function written(table: PseudonymTable, text: string): string {
  const bytes = Buffer.from(`..${text}..`);
  const target = Buffer.alloc(40);
  table.write(bytes, 2, bytes.length - 2, new DataView(target.buffer, target.byteOffset, target.length), 4);
  return target.toString('latin1', 4, 36);
}
