/** Begins with the files that take minutes, so that the workers end together; the rest in Jest's own order. */
import Sequencer from '@jest/test-sequencer';

/** What takes longest, whether it works or waits (`npm test -- --times`). Ends of paths, the longest first. */
const slow = [
  'tests/faults/faults.test.ts',
  'tests/pages/matrix.test.ts',
  'tests/road/road.test.ts',
  'tests/attack/attack.test.ts',
  'tests/senders/senders.test.ts',
  'libs/event-log/kafka/kafka-log.test.ts',
  'libs/access-store/views/ledger-views.test.ts',
  'libs/event-log/kafka/kafka-faults.test.ts',
  'cli/leakcheck/leakcheck.test.ts',
  'tests/deploy/dashboards-running.test.ts',
  'services/ingestor/faults.test.ts',
  'libs/access-store/erasure/erase.test.ts',
  'libs/access-store/clickhouse/store.test.ts',
  'tests/contracts/writers.test.ts',
  'libs/detection/engine.test.ts',
  'libs/testkit/quality/quality.test.ts',
  'tests/kafka/no-broker.test.ts',
  'libs/testkit/hospital/simulation.test.ts',
  'cli/dossier/dossier.test.ts',
  'cli/lists.test.ts',
  'libs/attribution/attribute-leak.test.ts',
  'tests/pages/pages.test.ts',
  'tests/pages/desk.test.ts',
  'services/console/mcp/answers.test.ts',
  'libs/event-log/kafka/kafka-group.test.ts',
];

export default class SlowFirst extends Sequencer {
  sort(tests) {
    const usual = super.sort(tests); // oxlint-disable-line unicorn/no-array-sort -- the sequencer's own method
    return usual.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ path }) {
  const place = slow.findIndex((part) => path.endsWith(part));
  return place < 0 ? slow.length : place;
}
