import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { BlockHash } from '#libs/pseudonyms/block-hash.js';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { Pseudonymiser } from '#libs/pseudonyms/pseudonymiser.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { factPlaces, noDay, RowProgram } from './row-program.js';

const keyBytes = Buffer.from('a key for tests of 32 bytes size');

describe.each([1, 64])('with %i sets of places, the program of rows', (sets) => {
  it('gives a context a number that no other ever has, and the same as long as it has its place', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 80 }), (lines) => {
        const program = programOf(sets);
        const names = new Map<number, string>();
        const atPlace = new Map<number, number>();
        for (const { actor_id, clinic_id, source_ip, patient } of lines) {
          if (!read(program, { actor_id, clinic_id, source_ip, patient_ids: [patient] })) continue;
          const name = JSON.stringify([actor_id, clinic_id, source_ip ?? '']);
          const hasContext = actor_id.length + clinic_id.length + (source_ip ?? '').length + 2 < 112;
          const [place, number] = [factOf(program, factPlaces.contextPlace), factOf(program, factPlaces.contextNumber)];
          expect(number !== 0).toBe(hasContext);
          if (!hasContext) continue;
          expect(place).toBeLessThan(sets * 4);
          expect(names.get(number) ?? name).toBe(name);
          // Who has a place still has its number: only a new one takes a place.
          if (names.has(number)) expect(atPlace.get(place)).toBe(number);
          names.set(number, name);
          atPlace.set(place, number);
          read(program, { actor_id, clinic_id, source_ip, patient_ids: [patient] });
          expect(factOf(program, factPlaces.contextNumber)).toBe(number);
        }
      }),
      { numRuns: casesOf(100, 2_000) },
    );
  });

  it('writes the block that the plain hash has, known or told', () => {
    const parsed = parseKeyRing(`g:k1=${keyBytes.toString('base64')}`);
    const keys = 'ring' in parsed ? parsed.ring.group('g') : undefined;
    if (!keys) throw new Error('the test key cannot be read');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(line, fc.integer({ min: 20_000, max: 20_006 })), { minLength: 1, maxLength: 60 }),
        (lines) => {
          const program = programOf(sets);
          const blocks = new BlockHash(keys);
          for (const [{ actor_id, clinic_id, source_ip, patient }, day] of lines) {
            if (!read(program, { actor_id, clinic_id, source_ip, patient_ids: [patient] })) continue;
            const expected = blocks.of(clinic_id, patient, day);
            const at = program.layout.rowAt;
            let bytes = program.doors.write(0, 0, day, at);
            if (bytes === 0) {
              expect(expected).toBeDefined();
              program.memory.write(expected ?? '', program.layout.blockAt, 'latin1');
              program.doors.keepBlock();
              bytes = program.doors.write(0, 0, noDay, at);
              if (clinic_id.length <= 32) expect(program.doors.write(0, 0, day, at)).toBe(bytes);
            }
            const row = program.memory.toString('latin1', at, at + bytes);
            expect(/"id_block":"([0-9a-f]{16})"\}\n$/.exec(row)?.[1]).toBe(expected);
          }
        },
      ),
      { numRuns: casesOf(100, 2_000) },
    );
  });
});

const name = fc.oneof(
  fc.constantFrom('a', 'b', 'ab', 'nurse.1', 'x'.repeat(31), 'x'.repeat(32), 'x'.repeat(33), 'x'.repeat(48), 'x'.repeat(110)),
  fc.nat(40).map((n) => `account.${n}`),
);
const line = fc.record({
  actor_id: name,
  clinic_id: name,
  source_ip: fc.constantFrom(undefined, '192.0.2.1', '192.0.2.11', '2001:db8::5'),
  patient: fc.oneof(
    fc.constantFrom(
      '7',
      '99',
      '100',
      '0000',
      '0008000001',
      '8000001',
      'A12',
      '1-2',
      '999999999999999',
      '1000000000000000',
      '123456789012345678',
      '000000000000000012',
      '1234567890123456789',
    ),
    fc.nat(3_000).map(String),
  ),
});

function programOf(sets: number): RowProgram {
  const derivation = new Pseudonymiser('k1', createSecretKey(keyBytes)).derivation('group');
  return new RowProgram(derivation, { pseudonyms: 16, contexts: sets, blocks: sets });
}

function factOf({ view, layout }: RowProgram, place: number): number {
  return view.getUint32(layout.factsAt + place, true);
}

/** Has the program read a line; false where it gives up, as for a patient who may stand in the address. */
function read({ doors, layout, memory, view }: RowProgram, fields: object): boolean {
  view.setFloat64(layout.futureMsAt, Infinity, true);
  const bytes = Buffer.from(JSON.stringify({ time: '2026-03-02T08:00:00.000Z', ...fields, action: 'read', id: '1' }));
  memory.set(bytes, layout.windowAt);
  memory.fill(0, layout.windowAt + bytes.length, layout.windowAt + bytes.length + layout.windowSlackBytes);
  return doors.read(layout.windowAt) === layout.windowAt + bytes.length;
}
