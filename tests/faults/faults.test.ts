import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { copyMigrated } from '#libs/access-store/clickhouse/migrated-store.fixture.js';
import { systemClock } from '#libs/runtime/clock.js';
import { faults } from '#libs/testkit/faults/catalogue.js';
import { runFault } from '#libs/testkit/faults/run-fault.js';
import { Stage } from '#libs/testkit/faults/stage.js';
import { tableOf } from '#libs/testkit/faults/table.js';
import { isLongRun } from '#libs/testkit/measures/long-run.js';
import { whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';

// Brokers are killed here: always a cluster of our own, never one that KAFKA_BROKERS names.
const reason = await whyNoKafkaTests({ CI: process.env['CI'] });
/** A bound for machines that do other work beside, not what is promised: `npm run faults` holds against that. Milliseconds. */
const recoverMsMax = 300_000;

const suite = reason === undefined ? describe : describe.skip;
suite(`faults of Kafka and of services${reason === undefined ? '' : ` (${reason})`}`, () => {
  let stage: Stage;
  let survived = true;

  beforeAll(async () => {
    stage = await Stage.start({ clock: systemClock, onProgress: () => {}, brokers: isLongRun ? 3 : 1, prepare: copyMigrated });
  }, 900_000);
  afterAll(() => stage.stop(!survived), 300_000);

  it.each(faults.filter(({ quick, everyRun }) => (isLongRun ? quick : everyRun)))(
    '$title: all that was acknowledged is judged and stored once, by one member of each group per process, and nobody lent a hand',
    async (fault) => {
      const report = await runFault(fault, stage, { recoverMsMax, clock: systemClock, say: () => {} });
      process.stderr.write(`${tableOf([report])}\n`);
      survived &&= report.wrong.length === 0;
      expect(report.wrong).toEqual([]);
      expect(report).toMatchObject({ lost: 0, doubled: 0, unjudged: 0 });
      expect(report.acknowledged).toBeGreaterThan(0);
    },
    3 * recoverMsMax,
  );
});
