import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { aChange, anAction, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { CaseBook } from './case-book.js';

const names = ['a', 'b', 'c'] as const;
const id = anIncidentId('a');
const link = anAction('a', 2, { type: 'case.linked', incident_ids: [anIncidentId('b'), anIncidentId('c')] }, seeing(1));

describe('the figure of a case into which incidents were linked', () => {
  it('is never less than its patients, and is them exactly where it is settled, however the incidents grow and whenever they are counted', () => {
    fc.assert(
      fc.property(lives, ({ begun, steps }) => {
        const opened = new Map(names.map((name, index) => [name, new Set(begun[index])]));
        const book = new CaseBook();
        for (const name of names) book.addChange(aChange(name, 1, { minute: 1, patients: opened.get(name)?.size ?? 0 }));
        book.addAction(link);
        const versions = new Map<string, number>(names.map((name) => [name, 1]));
        steps.forEach(({ name, patients, isCounted }, index) => {
          const minute = index + 3;
          const version = (versions.get(name) ?? 0) + 1;
          versions.set(name, version);
          const own = opened.get(name) ?? new Set();
          for (const patient of patients) own.add(patient);
          book.addChange(aChange(name, version, { minute, patients: own.size }));
          const all = new Set([...opened.values()].flatMap((some) => [...some])).size;
          if (isCounted) book.addAction(aCount(minute, all, (one) => opened.get(one)?.size ?? 0, versions));
          const row = book.caseOf(id, Date.parse(atMinute(minute + 0.5)))?.row;
          expect(row?.patients).toBeGreaterThanOrEqual(all);
          if (row?.patients_settled) expect(row.patients).toBe(all);
          if (isCounted) expect(row?.patients_settled).toBe(true);
        });
      }),
      { numRuns: casesOf(300, 5_000) },
    );
  });

  it('is that of the incidents that it has: of others a count says nothing, and of the same again it holds', () => {
    const book = linked();
    book.addAction(aCount(3, 70, () => 40));
    expect(row(book)).toMatchObject({ patients: 70, patients_settled: true });
    book.addAction(anAction('a', 4, { type: 'case.unlinked', incident_id: anIncidentId('c'), reason: 'apart' }, seeing(1)));
    expect(row(book)).toMatchObject({ patients: 80, patients_settled: false });
    book.addAction(aCount(5, 71, () => 40));
    expect(book.caseOf(id, Date.parse(atMinute(9)))?.entries.at(-1)).toMatchObject({
      what: 'case.counted',
      effect: 'superseded',
    });
    book.addAction(anAction('a', 6, { type: 'case.linked', incident_ids: [anIncidentId('c')] }, { ...seeing(1), key: 'again' }));
    expect(row(book)).toMatchObject({ patients: 70, patients_settled: true });
  });

  it.each([39, 121])('is no figure that incidents of 40 patients each cannot have together: %d', (patients) => {
    const book = linked();
    book.addAction(aCount(3, patients, () => 40));
    expect(row(book)).toMatchObject({ patients: 120, patients_settled: false });
  });

  it('takes nothing away from how long the case waits, and later growth is measured against it', () => {
    const counted = linked();
    counted.addAction(aCount(200, 50, () => 40));
    const day = 24 * 60;
    expect([linked(), counted].map((book) => book.caseOf(id, Date.parse(atMinute(day + 3)))?.row.status)).toEqual(['new', 'new']);
    counted.addChange(aChange('b', 2, { minute: 210, patients: 490 }));
    expect(counted.caseOf(id, Date.parse(atMinute(211)))?.entries.at(-1)).toMatchObject({ because: 'grew', patients: 500 });
  });
});

function linked(): CaseBook {
  const book = new CaseBook();
  for (const name of names) book.addChange(aChange(name, 1, { minute: 1 }));
  book.addAction(link);
  return book;
}

function row(book: CaseBook): unknown {
  return book.caseOf(id, Date.parse(atMinute(9)))?.row;
}

function seeing(version: number | ReadonlyMap<string, number>) {
  const of = (name: string) => (typeof version === 'number' ? version : (version.get(name) ?? 1));
  return { seen_incidents: names.map((name) => ({ incident_id: anIncidentId(name), version: of(name) })) };
}

function aCount(
  minute: number,
  patients: number,
  each: (name: (typeof names)[number]) => number,
  versions?: ReadonlyMap<string, number>,
) {
  const counted = names.map((name) => ({ incident_id: anIncidentId(name), patients: each(name) }));
  return anAction(
    'a',
    minute,
    { type: 'case.counted', patients, counted },
    { ...seeing(versions ?? 1), by: 'system', key: `${minute}` },
  );
}

const some = fc.array(fc.nat(30), { minLength: 1, maxLength: 12 });
const lives = fc.record({
  begun: fc.tuple(some, some, some),
  steps: fc.array(fc.record({ name: fc.constantFrom(...names), patients: some, isCounted: fc.boolean() }), { maxLength: 8 }),
});
