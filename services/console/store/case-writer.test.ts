import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { UnexplainedRefusal } from '#libs/access-store/clickhouse/failure.js';
import { CaseBook } from '#libs/cases/case-book.js';
import type { CaseStateRow } from '#libs/contracts/case-state-row.js';
import type { Log } from '#libs/runtime/log.js';
import { accepted, rejected, Transient } from '#libs/runtime/outcome.js';
import { aChange, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { CaseWriter, type CaseStore } from './case-writer.js';

type Why = 'value' | 'field' | 'unexplained';

describe('the table of cases', () => {
  it('gets every row but those that it refuses, which are named, and goes on', async () => {
    const bad = fc.uniqueArray(fc.nat(39), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(bad, fc.constantFrom<Why>('value', 'field', 'unexplained'), async (numbers, why) => {
        const refused = numbers.map((number) => anIncidentId(number)).toSorted();
        const table = new Table(refused, why);
        await table.writer.flush();
        const all = Array.from({ length: 40 }, (_, number) => anIncidentId(number));
        expect([...table.stored.keys()].toSorted()).toEqual(all.filter((id) => !refused.includes(id)).toSorted());
        expect(table.named.toSorted()).toEqual(refused);
        const asked = table.asked;
        await table.writer.flush();
        expect(table.asked).toBe(asked);
        table.book.addChange(aChange('1', 2, { patients: 77 }));
        await table.writer.flush();
        expect(table.stored.get(anIncidentId('1'))?.patients).toBe(numbers.includes(1) ? undefined : 77);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['unexplained', 40],
    ['away', 40],
    ['field', 40],
    ['field', 1],
  ] as const)('keeps all rows while it takes none: %s', async (why, cases) => {
    const all = Array.from({ length: cases }, (_, number) => anIncidentId(number));
    const table = new Table(all, why, cases);
    await table.writer.flush();
    expect(table.asked).toBeLessThan(100);
    expect([table.stored.size, table.named]).toEqual([0, []]);
    table.refused = [];
    await table.writer.flush();
    expect(table.stored.size).toBe(cases);
  });

  it('is said once to take nothing, as of a full disk, however often it is asked, and once to take rows again', async () => {
    const table = new Table([anIncidentId('1')], 'away', 2);
    for (let second = 0; second < 60; second += 1) await table.writer.flush();
    expect(table.told).toEqual(['warn']);
    table.refused = [];
    await table.writer.flush();
    expect(table.told).toEqual(['warn', 'info']);
  });
});

describe('whether a case is stored as it stands', () => {
  it('is known once it is, also where a write of before is under way, and is not so while the table takes nothing', async () => {
    const table = new Table([], 'away', 2);
    const first = table.writer.flush();
    table.book.addChange(aChange('1', 2, { patients: 77 }));
    expect(await table.writer.stored(anIncidentId('1'))).toBe(true);
    expect(table.stored.get(anIncidentId('1'))?.patients).toBe(77);
    await first;
    table.refused = [anIncidentId('1')];
    table.book.addChange(aChange('1', 3, { patients: 78 }));
    expect([await table.writer.stored(anIncidentId('1')), await table.writer.stored(anIncidentId('0'))]).toEqual([false, true]);
  });
});

/** A table that refuses every insert that holds one of some cases. */
class Table {
  readonly book = new CaseBook();
  readonly stored = new Map<string, CaseStateRow>();
  /** `case_id`s that the log names as left out. */
  readonly named: string[] = [];
  readonly writer: CaseWriter;
  /** Levels of what the log is told of the table as a whole. */
  readonly told: string[] = [];
  asked = 0;

  constructor(
    public refused: readonly string[],
    why: Why | 'away',
    cases = 40,
  ) {
    for (let number = 0; number < cases; number += 1) this.book.addChange(aChange(`${number}`, 1, { minute: 1 }));
    const store: CaseStore = {
      insert: async (_table, bytes, count) => {
        this.asked += 1;
        const rows = String(bytes)
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as CaseStateRow);
        if (rows.some(({ case_id: id }) => this.refused.includes(id))) {
          if (why === 'away') throw new Transient('the store does not answer');
          if (why === 'unexplained') throw new UnexplainedRefusal('refused', 252, undefined);
          return rejected(why === 'field' ? 'unknown_or_unfit_field' : 'unfit_value', 'patients', 'the row does not fit');
        }
        for (const row of rows) this.stored.set(row.case_id, row);
        return accepted(count);
      },
    };
    const error = (_text: string, more: { readonly caseId: string }) => this.named.push(more.caseId);
    const [warn, info] = ['warn', 'info'].map((level) => () => this.told.push(level));
    const log = { error, warn, info } as unknown as Log;
    this.writer = new CaseWriter(this.book, { store, clock: new FakeClock(Date.parse(atMinute(2))), log });
  }
}
