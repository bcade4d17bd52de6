import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CaseBook } from '#libs/cases/case-book.js';
import { type CaseAction, type CaseActionBody, verdicts } from '#libs/contracts/case-action.js';
import { habitRecord } from '#libs/contracts/habits/habit-record.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { habitsTopic, topics } from '#libs/contracts/topics.js';
import { createMemoryLog, type MemoryLog } from '#libs/event-log/memory/memory-log.js';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { aChange, anAction, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import type { HabitBook } from './habit-book.js';
import { HonestVerdicts } from './honest-verdicts.js';

const names = ['a', 'b', 'c'] as const;

it('what is learned as honest is each incident whose case somebody called so when it was looked at, however cases are linked, parted and judged again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 14 }), async (deeds) => {
      const log = createMemoryLog({
        topics: { [topics.incidents]: 1, [topics.actions]: 1, [habitsTopic]: 1 },
      });
      const clock = new FakeClock(Date.parse(atMinute(3)));
      const [scorer, book] = [await looking(log, clock), new CaseBook()];
      const expected = new Set<string>();
      const tell = async (record: IncidentChange | CaseAction) => {
        const topic = 'change_id' in record ? topics.incidents : topics.actions;
        await log.append({ topic, partition: 0 }, Buffer.from(`${JSON.stringify(record)}\n`));
        if ('change_id' in record) book.addChange(record);
        else book.addAction(record);
      };
      for (const name of names) await tell(aChange(name, 1, { minute: 1 }));
      for (const [index, { on, body, isLooked }] of deeds.entries()) {
        const at = index + 4;
        await tell(
          anAction(on, at, body, {
            key: `${index}`,
            case_id: book.caseOf(anIncidentId(on), Date.parse(atMinute(at)))?.row.case_id ?? '',
            seen_incidents: names.map((name) => ({ incident_id: anIncidentId(name), version: 1 })),
          }),
        );
        await clock.advance(60_000);
        if (!isLooked) continue;
        await scorer.look();
        for (const name of names) {
          const verdict = book.caseOf(anIncidentId(name), clock.now())?.row.verdict;
          if (verdict === 'authorised' || verdict === 'false_positive') expected.add(anIncidentId(name));
        }
        expect(honestIn(log)).toEqual(expected);
      }
      await scorer.stop();
    }),
    { numRuns: casesOf(60, 3_000) },
  );
});

async function looking(log: MemoryLog, clock: FakeClock) {
  const metrics = new Metrics('scorer');
  const habits = {
    get honest() {
      return honestIn(log);
    },
    model: { dayOf: () => 1 },
  } as unknown as HabitBook;
  const verdictsOf = new HonestVerdicts({
    log: log.connect(),
    clock,
    logger: silentLog,
    metrics,
    habits,
    group: 'verdicts',
    failed: (cause) => {
      throw cause;
    },
    owns: () => true,
    goesByHabit: () => false,
  });
  await verdictsOf.start();
  return {
    look: async () => {
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
      await verdictsOf.look();
    },
    stop: () => verdictsOf.stop(),
  };
}

function honestIn(log: MemoryLog): Set<string> {
  const lines = log.frames({ topic: habitsTopic, partition: 0 }).flatMap((bytes) => bytes.toString().match(/.+/g) ?? []);
  return new Set(
    lines.flatMap((line) => {
      const record = habitRecord.parse(JSON.parse(line));
      return record.type === 'habit.honest' ? [record.incident_id] : [];
    }),
  );
}

const name = fc.constantFrom(...names);
const body: fc.Arbitrary<CaseActionBody> = fc.oneof(
  fc.record({ type: fc.constant('case.verdict' as const), verdict: fc.constantFrom(...verdicts), reason: fc.constant('seen') }),
  fc.record({
    type: fc.constant('case.resolved' as const),
    verdict: fc.constantFrom(...verdicts),
    reason: fc.constant('done'),
  }),
  fc.record({ type: fc.constant('case.reopened' as const), reason: fc.constant('more') }),
  name.map((other): CaseActionBody => ({ type: 'case.linked', incident_ids: [anIncidentId(other)] })),
  name.map((other): CaseActionBody => ({ type: 'case.unlinked', incident_id: anIncidentId(other), reason: 'apart' })),
);
const deed = fc.record({ on: name, body, isLooked: fc.boolean() });
