import { describe, expect, it } from '@jest/globals';
import { usableAccessRow } from '#libs/contracts/access-row.js';
import { FrameScanner } from '../scan/frame-scanner.js';
import { randomHistories } from '../definition/random-history.suite.js';
import { SelectionSets } from '../memory/selection-sets.js';
import { compileSeries } from '../compile/compile-series.js';
import { ScannedRow } from '../scan/scanned-row.js';
import { Selector } from './selector.js';
import { Texts } from '../memory/texts.js';

describe('the selections of a row', () => {
  it('are those whose conditions it meets, whatever was asked before', () => {
    const row = new ScannedRow();
    let asked = 0;
    for (const { rows, rules } of randomHistories(400)) {
      const { live, selectionIds } = compileSeries(rules, [], { quietMs: 0, allowedLatenessMs: 0 });
      const texts = new Texts();
      const sets = new SelectionSets(selectionIds.length);
      const selector = new Selector(live, texts, sets);
      const scanner = new FrameScanner(Buffer.from(rows.map((one) => `${JSON.stringify(one)}\n`).join('')));
      for (const access of rows) {
        scanner.next(row);
        row.clinic = texts.ofBytes(row.bytes, row.view, row.clinicStart, row.clinicEnd);
        const judged = usableAccessRow.parse(access);
        const wanted = live.flatMap(({ number, selection }) => (selection.matches(judged) ? number : []));
        expect(sets.members(selector.setOf(row))).toEqual(wanted.toSorted((a, b) => a - b));
        asked += 1;
      }
    }
    expect(asked).toBeGreaterThan(5_000);
  });
});
