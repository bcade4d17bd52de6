import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { accessRow } from '#libs/contracts/access-row.js';
import { topics } from '#libs/contracts/topics.js';
import { Backtest } from '#libs/detection/history/backtest.js';
import { loadRules } from '#libs/detection/rules/load/load-rules.js';
import { readRuleFiles } from '#libs/detection/rules/load/read-rule-files.js';
import { readLists } from '#libs/detection/rules/load/require-rules.js';
import { systemClock } from '#libs/runtime/clock.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { newLog, tell } from '#services/console/console-log.fixture.js';
import { RunningConsole } from '#services/console/console.fixture.js';

const id = anIncidentId('a');
/** Between two pages, in milliseconds: thirty of them in ten minutes. */
const paceMs = 19_000;

describe('pages of patients that somebody reads in Vigie', () => {
  it.each([
    [30, 1],
    [5, 0],
  ])(
    'raise an incident of thirty pages in ten minutes, by the rule for it alone, and of five none: %d',
    async (pages, incidents) => {
      const log = newLog();
      await tell(log, aChange('a', 1, { clinics: ['750300123', '750300124'], patients: 3_000 }));
      const one = await RunningConsole.start(log.connect(), 20_000);
      one.patients.invent(3_000);
      let cursor = '';
      let shown = 0;
      for (let page = 0; page < pages; page += 1) {
        const { body } = await one.get(`/v1/cases/${id}/patients?${cursor && `cursor=${cursor}`}`);
        shown += (body['items'] as readonly unknown[]).length;
        cursor = String(body['next']);
        one.wait(paceMs);
      }
      expect(shown).toBe(100 * pages);
      await one.stop();
      const rows = [0, 1]
        .flatMap((partition) => log.frames({ topic: topics.accesses, partition }))
        .flatMap((bytes) => bytes.toString('utf8').split('\n').filter(Boolean))
        .map((line) => accessRow.parse(JSON.parse(line)))
        .toSorted((a, b) => (a.time < b.time ? -1 : 1));
      expect([rows.length, new Set(rows.map(({ patient_id }) => patient_id))]).toEqual([pages, new Set([''])]);
      const { rules, mistakes } = loadRules(
        (await readRuleFiles(join(projectRoot, 'rules'))).files,
        await readLists(join(projectRoot, 'lists')),
      );
      expect(mistakes).toEqual([]);
      const backtest = new Backtest({
        rules,
        fromMs: systemClock.now() - 3_600_000,
        toMs: systemClock.now() + 86_400_000,
        quietMs: 1_800_000,
        allowedLatenessMs: 0,
      });
      for (const row of rows) backtest.take(Buffer.from(`${JSON.stringify(row)}\n`));
      const { comparison } = backtest.result();
      const found = comparison.incidents.flatMap(({ tried }) => tried);
      expect(found.map(({ actor_id, rules: fired }) => [actor_id, fired.length])).toEqual(
        Array.from({ length: incidents }, () => ['console:a.durand', 1]),
      );
    },
  );
});
