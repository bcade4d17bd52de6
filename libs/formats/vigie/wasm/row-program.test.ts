import { execFileSync } from 'node:child_process';
import { createSecretKey } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Pseudonymiser } from '#libs/pseudonyms/pseudonymiser.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { factPlaces, noDay, RowProgram } from './row-program.js';

describe('the program of rows', () => {
  it('is what its texts compile to, as that of event ids is', () => {
    execFileSync(process.execPath, [join(projectRoot, 'scripts', 'assemble.mjs'), '--check'], { stdio: 'inherit' });
  });

  it.each([1, 2, 1024])('gives what the pseudonymiser gives, however often the entries of %i sets replace each other', (sets) => {
    const lengths = fc.nat(200).map((length) => 'g'.repeat(length));
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        lengths,
        fc.array(patients(), { maxLength: 12 }),
        (key, authority, lines) => {
          const pseudonymiser = new Pseudonymiser('k1', createSecretKey(key));
          const program = new RowProgram(pseudonymiser.derivation(authority), { pseudonyms: sets });
          for (const identifiers of lines) {
            const expected = [...new Set(identifiers.map((identifier) => pseudonymiser.of(authority, identifier)))];
            expect(pseudonymsOf(program, identifiers)).toEqual(expected.length ? expected : ['']);
          }
        },
      ),
      { numRuns: casesOf(60, 1000) },
    );
  });

  it('keeps nothing of a key but what its hash makes of it', () => {
    const key = Buffer.from('a key for tests of 32 bytes size');
    const { memory } = new RowProgram(new Pseudonymiser('k1', createSecretKey(key)).derivation('group'), { pseudonyms: 1 });
    for (const pad of [0, 0x36, 0x5c]) expect(memory.includes(Buffer.from(key.map((byte) => byte ^ pad)))).toBe(false);
  });
});

/** Identifiers as they come again and again, and of all lengths: entries hold 48 bytes, and SHA-256 takes blocks of 64. */
function patients(): fc.Arbitrary<readonly string[]> {
  const some = fc.string({ unit: fc.constantFrom(...'0123456789aB-'), minLength: 1, maxLength: 140 });
  const canonical = some.filter(({ length }) => length !== 36 && length !== 45);
  return fc.array(fc.oneof(canonical, fc.nat(30).map(String)), { maxLength: 9 });
}

function pseudonymsOf({ doors, layout, memory, view }: RowProgram, patients: readonly string[]): readonly string[] {
  const line = Buffer.from(
    JSON.stringify({
      time: '1970-01-01T00:00:00.000Z',
      clinic_id: 'c',
      actor_id: 'a',
      action: 'read',
      id: '1',
      patient_ids: patients,
    }),
  );
  memory.set(line, layout.windowAt);
  memory.fill(0, layout.windowAt + line.length, layout.windowAt + line.length + layout.windowSlackBytes);
  expect(doors.read(layout.windowAt)).toBe(layout.windowAt + line.length);
  return Array.from({ length: view.getUint32(layout.factsAt + factPlaces.rows, true) }, (_, row) => {
    const text = memory.toString('latin1', layout.rowAt, layout.rowAt + doors.write(row, -1, noDay, layout.rowAt));
    return /"patient_id":"([0-9a-f]*)"/.exec(text)?.[1] ?? text;
  });
}
