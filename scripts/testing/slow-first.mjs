/** Begins with the files that take minutes, so that the workers end together; the rest in Jest's own order. */
import Sequencer from '@jest/test-sequencer';

/** Each takes more than half a minute on a slow machine. Parts of paths, the longest first. */
const slow = [
  'tests/faults/faults.test.ts',
  'libs/detection/engine.test.ts',
  'tests/road/road.test.ts',
  'tests/attack/attack.test.ts',
  'libs/event-log/kafka/kafka-faults.test.ts',
  'services/ingestor/faults.test.ts',
  'tests/senders/senders.test.ts',
  'libs/event-log/kafka/kafka-log.test.ts',
  'tests/deploy/dashboards-running.test.ts',
  'libs/testkit/quality/quality.test.ts',
  'libs/attribution/attribute-leak.test.ts',
  'libs/testkit/hospital/simulation.test.ts',
  'cli/leakcheck.test.ts',
  'cli/lists.test.ts',
  'cli/dossier/dossier.test.ts',
  'tests/kafka/no-broker.test.ts',
  'libs/event-log/kafka/kafka-group.test.ts',
  'services/ingestor/work.test.ts',
  'services/notifier/deliver/courier.test.ts',
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
