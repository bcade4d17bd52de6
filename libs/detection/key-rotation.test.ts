import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import type { History } from './definition/partition-run.suite.js';
import { history, play, withKnownFound } from './definition/random-history.suite.js';

/** Patients that no rule of a random history names, since a rule that names pseudonyms must name those of both keys. */
const unnamed = /^0{31}[3-9a-f]$/;

/** Percent of the rows of a history. */
const instants = fc.array(fc.noBias(fc.integer({ min: 0, max: 99 })), { minLength: 2, maxLength: 6 });

describe('a rotation of the pseudonym key', () => {
  it('changes no incident and no number of patients, whenever it begins and ends, in whatever order accesses come, and however often', () => {
    let after = 0;
    fc.assert(
      fc.property(history, instants, (of, at) => {
        const rotated = rotatedAt(of, at);
        after += rotated.rows.filter(({ key_id, former_id }) => key_id !== 'k0' && key_id && !former_id).length;
        const [without, within] = [play(of), play(rotated)];
        // An access that comes again under another key is told by its event and its first pseudonym alone, which `of` has.
        expect(withKnownFound(of, within.current)).toEqual(withKnownFound(of, without.current));
        expect(withKnownFound(of, within.suppressed)).toEqual(withKnownFound(of, without.suppressed));
      }),
      { numRuns: casesOf(60, 3_000) },
    );
    expect(after).toBeGreaterThan(50);
  }, 600_000);
});

/**
 * The same accesses as an ingestor writes them whose key changes: before an instant under one key, then with both pseudonyms, then under the
 * new key alone, and so on. An overlap lasts until every patient who is still in a window of the partition has been seen in it.
 */
function rotatedAt(of: History, instants: readonly number[]): History {
  const seams = instants.map((share) => Math.floor((share * of.rows.length) / 100)).toSorted((a, b) => a - b);
  const known = new Map<string, number>();
  const rows = of.rows.map((row, index) => {
    const phase = seams.filter((seam) => seam <= index).length;
    const key = Math.ceil(phase / 2);
    const place = `${of.partitions} ${row.actor_id.charCodeAt(0) % of.partitions} ${row.patient_id}`;
    const before = known.get(place) ?? key;
    if (!unnamed.test(row.patient_id)) return row;
    // Two rotations in one overlap would be a third pseudonym: keys refuse that, so the patient waits for the next row.
    const [written, isBoth] = before < key || phase % 2 === 1 ? [Math.min(key, before + 1), true] : [key, false];
    known.set(place, written);
    return rotatedRow(row, written, isBoth && written > 0);
  });
  return { ...of, rows };
}

function rotatedRow(row: AccessRow, key: number, isBoth: boolean): AccessRow {
  return {
    ...row,
    patient_id: pseudonym(row.patient_id, key),
    key_id: `k${key}`,
    ...(isBoth ? { former_id: pseudonym(row.patient_id, key - 1) } : {}),
  };
}

function pseudonym(patient: string, key: number): string {
  return key === 0 ? patient : `${key}${patient.slice(1)}`;
}
