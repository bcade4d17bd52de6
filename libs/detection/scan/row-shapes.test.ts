import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { anAccessRow } from '#libs/testkit/builders.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { FrameScanner } from './frame-scanner.js';
import { optionalPlaces } from './row-layout.js';
import { RowProgram } from './row-program.js';
import { noShape, ScannedRow } from './scanned-row.js';

describe('the shape of a row', () => {
  it('is that of another one only where both say the same in what is wanted, whatever came before and between', () => {
    fc.assert(
      fc.property(fc.array(fields, { minLength: 20, maxLength: 300 }), fc.nat(), (rows, at) => {
        const program = new RowProgram();
        program.want(places(['actor_role', 'session_id'], ['emergency']));
        const said = new Map<number, string>();
        const clinics = new Map<number, string>();
        for (const [part, wanted] of [rows.slice(0, at % rows.length), rows.slice(at % rows.length)].entries()) {
          const since = part === 0 ? 0 : program.want(places(['emergency', 'source_ip'], ['device']));
          const asked = part === 0 ? ['actor_role', 'session_id'] : ['actor_role', 'session_id', 'emergency', 'source_ip'];
          for (const [index, row] of read(program, wanted).entries()) {
            const given = wanted[index] ?? {};
            const says = JSON.stringify([
              asked.map((field) => given[field] ?? ''),
              part === 0 ? 'emergency' in given : (given['device'] ?? '') !== '',
            ]);
            const isLong = asked.some((field) => Buffer.byteLength(String(given[field] ?? '')) > 32);
            expect(row.shape === noShape).toBe(isLong);
            if (isLong) continue;
            expect(row.shape).toBeGreaterThan(since);
            expect(said.get(row.shape) ?? says).toBe(says);
            said.set(row.shape, says);
            expect(clinics.get(row.clinicSeen) ?? given['clinic_id']).toBe(given['clinic_id']);
            clinics.set(row.clinicSeen, String(given['clinic_id']));
          }
        }
      }),
      { numRuns: casesOf(60, 1_000) },
    );
  });

  it('is the same for most rows that say the same', () => {
    const program = new RowProgram();
    program.want(places(['actor_role', 'source_ip'], []));
    const rows = Array.from({ length: 2_000 }, (_, n) => ({ actor_role: `role ${n % 7}`, source_ip: `10.0.0.${n % 30}` }));
    expect(new Set(read(program, rows).map(({ shape }) => shape)).size).toBeLessThan(1.2 * 7 * 30);
  });

  it('is none where the row was read in another way', () => {
    const line = Buffer.from(`${JSON.stringify(anAccessRow({ actor_role: 'nurse' }))}\n`);
    const row = new ScannedRow();
    new FrameScanner(line).next(row);
    expect(row.shape).toBeGreaterThan(0);
    new FrameScanner(line, undefined, null).next(row);
    expect([row.shape, row.clinicSeen]).toEqual([noShape, noShape]);
  });
});

type Fields = Readonly<Record<string, string | boolean>>;

function read(program: RowProgram, rows: readonly Fields[]): readonly { readonly shape: number; readonly clinicSeen: number }[] {
  const bytes = Buffer.from(rows.map((given) => `${JSON.stringify(anAccessRow(given))}\n`).join(''));
  const scanner = new FrameScanner(bytes, undefined, program);
  const row = new ScannedRow();
  return rows.map(() => {
    expect(scanner.next(row)).toBe(true);
    return { shape: row.shape, clinicSeen: row.clinicSeen };
  });
}

function places(byValue: readonly string[], byPresence: readonly string[]): ReadonlyMap<number, boolean> {
  return new Map([
    ...byPresence.map((field) => [optionalPlaces[field] ?? 0, false] as const),
    ...byValue.map((field) => [optionalPlaces[field] ?? 0, true] as const),
  ]);
}

/** Few values, some of which are others with a letter more, and some of which fill the half or the whole of what is compared. */
const value = fc.constantFrom('', 'a', 'ab', 'é', 'x'.repeat(15), 'x'.repeat(16), 'x'.repeat(17), 'y'.repeat(32), 'y'.repeat(33));
const fields: fc.Arbitrary<Fields> = fc.record(
  {
    actor_role: value,
    session_id: value,
    source_ip: value,
    device: value,
    emergency: fc.boolean(),
    clinic_id: fc.constantFrom('750301000', '750301001', '7503010001'),
  },
  { requiredKeys: ['clinic_id'] },
);
