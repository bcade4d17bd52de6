/** Begins with the files that take minutes, so that the workers end together, those that wait for processes beside those that work; the rest in Jest's own order. */
import Sequencer from '@jest/test-sequencer';

/** What takes longest (`npm test -- --times`), ends of paths: in turns one that waits for half of its time and one that does not, the longest of each first. */
const slow = [
  'tests/faults/faults.test.ts',
  'cli/leakcheck/leakcheck.test.ts',
  'tests/cases/figures.test.ts',
  'tests/attack/attack.test.ts',
  'libs/access-store/erasure/erase.test.ts',
  'tests/road/workers.test.ts',
  'libs/detection/engine.test.ts',
  'tests/road/road.test.ts',
  'libs/testkit/quality/quality.test.ts',
  'tests/senders/senders.test.ts',
  'libs/access-store/views/ledger-views.test.ts',
  'tests/pages/matrix.test.ts',
  'libs/access-store/dossiers/snapshots.test.ts',
  'tests/kafka/no-broker.test.ts',
  'cli/dossier/dossier.test.ts',
  'libs/event-log/kafka/kafka-faults.test.ts',
  'libs/detection/lanes.test.ts',
  'libs/event-log/kafka/kafka-log.test.ts',
  'libs/testkit/hospital/weeks/weeks.test.ts',
  'tests/deploy/prometheus.test.ts',
  'libs/testkit/wards/ward-traffic.test.ts',
  'libs/testkit/hospital/simulation.test.ts',
  'tests/deploy/dashboards-running.test.ts',
  'libs/testkit/quality/drift.test.ts',
  'libs/access-store/clickhouse/store.test.ts',
  'services/archiver/store/clickhouse.test.ts',
  'libs/access-store/history/history.test.ts',
  'cli/backup/backup.test.ts',
  'services/ingestor/faults.test.ts',
  'libs/attribution/attribute-leak.test.ts',
  'cli/lists.test.ts',
  'libs/habits/habit-model.test.ts',
  'libs/detection/habits.test.ts',
  'tests/pages/keyboard.test.ts',
  'tests/pages/desk.test.ts',
  'tests/pages/pages.test.ts',
  'cli/erase/erase.test.ts',
  'libs/access-store/erasure/erase-blocks.test.ts',
  'libs/access-store/clickhouse/deploy.test.ts',
  'tests/deploy/dashboards-clickhouse.test.ts',
  'libs/formats/vigie/wasm/places.test.ts',
  'services/clickhouse/http/broken-off.test.ts',
  'libs/access-store/clickhouse/grants.test.ts',
  'libs/access-store/dossiers/ledger-reader.test.ts',
  'services/console/mcp/answers.test.ts',
  'tests/pages/sign-in.test.ts',
  'cli/backup/store-copy.test.ts',
  'libs/dossier/files/dossier-files.test.ts',
  'tests/deploy/chart.test.ts',
  'services/clickhouse/http/insert-data.test.ts',
  'tests/contracts/writers.test.ts',
  'libs/detection/work.test.ts',
  'libs/formats/vigie/wasm/row-program.test.ts',
  'services/ingestor/work.test.ts',
  'services/scorer/judge/lanes.test.ts',
  'tests/cases/killed-console.test.ts',
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
