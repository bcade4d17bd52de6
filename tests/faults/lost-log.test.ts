import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { systemClock } from '#libs/runtime/clock.js';
import { compiledModule } from '#libs/runtime/paths.js';
import { feedKeys } from '#libs/testkit/faults/feed-source.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { KafkaCluster } from '#libs/testkit/kafka/kafka-cluster.js';
import { whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';
import { isLongRun } from '#libs/testkit/measures/long-run.js';
import { RunningVigie } from '#libs/testkit/running-vigie.js';
import { spawnClickHouse } from '#services/clickhouse/spawn.js';

const notHere = isLongRun ? await whyNoKafkaTests({ CI: process.env['CI'] }) : 'minutes: npm run test:long -- lost-log';
const partitions = 6;
const thefts = 4;
const each = 120;
/** A bound for machines that do other work beside. Milliseconds. */
const wholeMsMax = 900_000;

/** Of an account that reads very many patients, one second after the other, and of ten that read one patient each. */
function day(startMs: number): readonly object[] {
  const event = (actor: string, patient: number, second: number) => ({
    event_id: `${actor} ${patient}`,
    actor_id: actor,
    patient_id: String(8_000_000 + patient),
    clinic_id: `75030012${patient % 3}`,
    action: 'read',
    time: new Date(startMs + second * 1000).toISOString(),
  });
  const stolen = Array.from({ length: thefts * each }, (_, n) => event(`thief.${n % thefts}`, n, n));
  return [...stolen, ...Array.from({ length: 10 }, (_, n) => event(`nurse.${n}`, n, n))];
}

async function kafkaWithTopics(portBase: number): Promise<KafkaCluster> {
  const kafka = await KafkaCluster.start({ brokers: 1, portBase });
  const args = ['topics', 'create', '--partitions', String(partitions), '--replication', '1'];
  const env = { ...process.env, KAFKA_BROKERS: kafka.brokers.join(','), NODE_OPTIONS: '' };
  await promisify(execFile)(process.execPath, [compiledModule('cli/vigie'), ...args], { env });
  return kafka;
}

/** Rows as they are stored, and what every incident of the thieves says beside its list. */
async function figuresOf(vigie: RunningVigie) {
  const [rows] = await vigie.sql('SELECT count() AS stored, uniqExact(event_id) AS events FROM vigie.accesses');
  const incidents = await vigie.sql(`
    SELECT incident_id, actor_id, patients, listed
    FROM (SELECT incident_id, actor_id, patients FROM vigie.incidents WHERE state IN ('open', 'closed')) AS told
    LEFT JOIN (SELECT incident_id, count() AS listed FROM vigie.incident_patients GROUP BY incident_id) AS lists USING (incident_id)
    ORDER BY actor_id, incident_id`);
  return { rows, incidents };
}

(notHere === undefined ? it : it.skip)(
  `a Kafka that is lost with all that it had: topics made again, what was remembered emptied, the day sent again: rows, incidents and lists are those of before${notHere === undefined ? '' : ` (${notHere})`}`,
  async () => {
    await using undo = new AsyncDisposableStack();
    const dataDir = await mkdtemp(join(tmpdir(), 'vigie-lost-log-'));
    undo.defer(() => rm(dataDir, { recursive: true, force: true }));
    const [brokerPort, portBase] = [await freePortBase(), await freePortBase()];
    const events = day(Date.now() - 3_600_000);
    const isWhole = ({ rows, incidents }: Awaited<ReturnType<typeof figuresOf>>) =>
      Number(rows?.['events']) === events.length &&
      incidents.length === thefts &&
      incidents.every(({ patients, listed }) => Number(patients) === each && Number(listed) === each);

    const lost = await kafkaWithTopics(brokerPort);
    undo.defer(() => lost.stop());
    const options = { portBase, dataDir, env: { KAFKA_BROKERS: lost.brokers.join(','), VIGIE_PSEUDONYM_KEYS: feedKeys } };
    const before = await RunningVigie.start(options);
    undo.defer(async () => void (await before.stop()));
    await before.post(events);
    const figures = await before.until(() => figuresOf(before), isWhole, 120_000);
    await before.stop();
    await lost.killAll();
    await lost.stop();

    const again = await kafkaWithTopics(brokerPort);
    undo.defer(() => again.stop());
    for (const service of ['scorer', 'archiver']) await rm(join(dataDir, 'state', service), { recursive: true });
    const store = await spawnClickHouse(systemClock, { portBase, directory: dataDir });
    const { user, password, url } = store;
    const answer = await fetch(url, {
      method: 'POST',
      body: 'TRUNCATE TABLE vigie.archive_batches',
      headers: { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password },
    });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    await store.end('SIGTERM');

    const after = await RunningVigie.start(options);
    undo.defer(async () => void (await after.stop()));
    await after.post(events);
    const whole = await after.until(
      () => figuresOf(after),
      (seen) => isWhole(seen) && Number(seen.rows?.['stored']) === events.length,
      120_000,
    );
    expect(whole).toEqual(figures);
    await after.post([{ ...day(Date.now())[0], event_id: 'one more', patient_id: '9999999' }]);
    await after.until(
      () => after.sql("SELECT event_id FROM vigie.accesses WHERE actor_id = 'thief.0'"),
      (seen) => seen.length === each + 1,
      120_000,
    );
  },
  wholeMsMax,
);
