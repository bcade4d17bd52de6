import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '#libs/runtime/clock.js';
import { compiledModule } from '#libs/runtime/paths.js';
import { KafkaView } from '#libs/testkit/faults/kafka-view.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { KafkaCluster } from '#libs/testkit/kafka/kafka-cluster.js';
import { whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';
import { isLongRun } from '#libs/testkit/measures/long-run.js';
import { lastRelease, releaseTree, whyNoRelease } from '#libs/testkit/upgrade/release-tree.js';
import { UpgradeAndBack } from '#libs/testkit/upgrade/upgrade-and-back.js';

// The services of this tree are processes of their own.
compiledModule('services/scorer/main');

const partitions = 6;
/** A bound for machines that do other work beside. Milliseconds. */
const settleMsMax = 600_000;
const wholeMsMax = 3_600_000;
const notHere = isLongRun ? await whyNoRelease() : 'minutes: npm run test:long -- upgrade';
const noKafka = notHere ?? (await whyNoKafkaTests({ CI: process.env['CI'] }));
const { commit, env, readinessStays } = await lastRelease();

describe(`the last release (${commit}) and this version side by side, in the documented order and back again, while rows come in`, () => {
  (notHere === undefined ? it : it.skip)(
    `over the embedded log: nothing is lost, nothing doubled, incidents are those of one version${because(notHere)}`,
    () => expectUpgrade(async () => undefined),
    wholeMsMax,
  );

  (noKafka === undefined ? it : it.skip)(
    `over a real Kafka, two of each service, one replaced after the other${because(noKafka)}`,
    () =>
      expectUpgrade(async (undo) => {
        const kafka = await KafkaCluster.start({ brokers: 1, portBase: await freePortBase() });
        undo.defer(() => kafka.stop());
        return { brokers: kafka.brokers, view: new KafkaView(kafka.brokers, systemClock), partitions };
      }),
    wholeMsMax,
  );
});

interface KafkaLog {
  readonly brokers: readonly string[];
  readonly view: KafkaView;
  readonly partitions: number;
}

/** Long runs show how far they are. */
function say(text: string): void {
  process.stderr.write(`  ${text}\n`);
}

async function expectUpgrade(logOf: (undo: AsyncDisposableStack) => Promise<KafkaLog | undefined>): Promise<void> {
  await using undo = new AsyncDisposableStack();
  const directory = mkdtempSync(join(tmpdir(), 'vigie-upgrade-'));
  if (!process.env['VIGIE_TEST_KEEP']) undo.defer(() => rmSync(directory, { recursive: true, force: true }));
  const release = await releaseTree();
  const kafka = await logOf(undo);
  const report = await UpgradeAndBack.run({
    release,
    directory,
    // Of the release: what it cannot read it would refuse.
    rulesDir: join(release.root, 'rules'),
    settleMsMax,
    env,
    readinessStays,
    clock: systemClock,
    say,
    ...(kafka && { kafka }),
  });
  say(JSON.stringify({ ...report, wrong: report.wrong.slice(0, 20) }));
  expect(report.wrong).toEqual([]);
  expect(report).toMatchObject({ lost: 0, doubled: 0, unjudged: 0 });
  expect(report.acknowledged).toBeGreaterThan(0);
  expect(report.acts).toBeGreaterThan(0);
}

function because(reason: string | undefined): string {
  return reason === undefined ? '' : ` (${reason})`;
}
