import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openKafkaLog } from '#libs/event-log/kafka/kafka-log.js';
import { topics } from '#libs/contracts/topics.js';
import { portOffsets, services, type ServiceName } from '#libs/contracts/vocabulary.js';
import { systemClock } from '#libs/runtime/clock.js';
import { compiledModule, projectRoot } from '#libs/runtime/paths.js';
import { untilRight } from '#libs/testkit/faults/patience.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { composeSecurity } from '#libs/testkit/granted/compose-kafka.js';
import { composeVariables } from '#libs/testkit/image/compose-service.js';
import { KafkaCluster } from '#libs/testkit/kafka/kafka-cluster.js';
import { isLongRun } from '#libs/testkit/measures/long-run.js';
import { whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';
import { Fleet } from '#libs/testkit/upgrade/fleet.js';
import { thisTree } from '#libs/testkit/upgrade/release-tree.js';

// Services and the store are processes of their own.
compiledModule('services/scorer/main');

// Its brokers ask for names and passwords: always one of our own, never one that KAFKA_BROKERS names.
const reason = isLongRun ? await whyNoKafkaTests({ CI: process.env['CI'] }) : 'minutes: npm run test:long -- granted';
const patienceMs = 120_000;
const clinics = 'group_id,clinic_id,name,opened_at,closed_at\nhelix,750300123,Nord,,\n';
const countActs = 'SELECT count() AS n FROM vigie.case_action_rows FORMAT JSON';
const refusals = /Not enough privileges|necessary to have the grant|[A-Z]+_AUTHORIZATION_FAILED|[Nn]ot authorized/;
/** What each may not append to, of all that others write. */
const foreign: Readonly<Record<ServiceName, string>> = {
  ingestor: topics.incidents,
  scorer: topics.accesses,
  archiver: topics.incidents,
  notifier: topics.actions,
  console: topics.incidents,
};

const suite = reason === undefined ? describe : describe.skip;
suite(
  `services and commands, each as the compose file has it, with its own name at Kafka and ClickHouse and no other rights${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'vigie-granted-'));
    const secrets = join(folder, 'secrets');
    let kafka: KafkaCluster;
    let fleet: Fleet;

    beforeAll(async () => {
      execFileSync(
        process.execPath,
        [join(projectRoot, 'deploy/secrets.mjs'), '--dir', secrets, '--group', 'helix', '--source', 'records'],
        { stdio: 'ignore' },
      );
      kafka = await KafkaCluster.start({ brokers: 1, portBase: await freePortBase(), security: composeSecurity(secrets) });
      fleet = await Fleet.make({
        places: 1,
        directory: folder,
        env: {},
        envFor: variablesOf,
        store: 'libs/testkit/granted/granted-clickhouse-cli',
        clock: systemClock,
      });
      await fleet.start(0, 'clickhouse', thisTree);
    }, 600_000);
    afterAll(async () => {
      await fleet?.end();
      await kafka?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it('the administrator gives rights, and the jobs make topics and tables', async () => {
      expect(await fleet.commandAs('principals', thisTree, ['topics', 'grant'])).toContain(
        'User:vigie-scorer  Write  Topic vigie.habits.v1',
      );
      expect(
        await fleet.commandAs('topics', thisTree, ['topics', 'create', '--partitions', '4', '--replication', '1']),
      ).toContain('vigie.care.v1: made, 4 partitions');
      expect(await fleet.commandAs('migrate', thisTree, ['migrate'])).toMatch(/\d+ applied, 0 were there already/);
    });

    it('every service becomes ready', async () => {
      for (const name of ['archiver', 'console', 'notifier', 'scorer', 'ingestor'] as const) await fleet.start(0, name, thisTree);
      expect(fleet.ended).toEqual([]);
    }, 900_000);

    it(
      'what is sent is judged, stored, told and shown',
      async () => {
        const token = /^records@helix=(.+)$/m.exec(secret('ingest_tokens'))?.[1] ?? '';
        const answer = await ask('ingestor', '/v1/events', token, attack.map((event) => JSON.stringify(event)).join('\n'));
        expect(answer).toMatchObject({ accepted: attack.length });
        const figures = async () => {
          const rows =
            await asOwner(`SELECT (SELECT uniqExact(event_id) FROM vigie.accesses) AS stored, (SELECT max(patients) FROM vigie.incidents) AS counted,
        (SELECT uniqExact(patient_id) FROM vigie.incident_patients) AS listed, (SELECT count() FROM vigie.case_states) > 0 AS shown,
        (SELECT count() FROM vigie.notification_attempts) > 0 AS told, (SELECT count() FROM vigie.access_rows WHERE care_link != '') > 0 AS stamped FORMAT JSON`);
          const expected = {
            stored: attack.length,
            counted: attack.length,
            listed: attack.length,
            shown: 1,
            told: 1,
            stamped: 1,
          };
          const found = Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, value]) => [name, Number(value)]));
          return JSON.stringify(found) === JSON.stringify(expected) ? [] : [JSON.stringify(rows[0])];
        };
        expect(await untilRight(figures, systemClock, patienceMs)).toEqual([]);
      },
      2 * patienceMs,
    );

    it(
      'somebody acts on the case, and reads what the store has of it',
      async () => {
        const token = secret('console_token').trim();
        const { cases } = (await ask('console', '/v1/cases', token)) as {
          readonly cases: readonly { readonly case_id: string; readonly version: number }[];
        };
        expect(cases).toHaveLength(1);
        const at = `/v1/cases/${cases[0]?.case_id}`;
        const wish = JSON.stringify({ type: 'case.noted', text: 'asked the ward', seen_version: cases[0]?.version });
        expect(await ask('console', `${at}/actions`, token, wish, 'application/json')).toMatchObject({
          case: { case_id: cases[0]?.case_id },
        });
        expect(
          await untilRight(
            async () => (Number((await asOwner(countActs))[0]?.['n']) === 1 ? [] : ['the act is not stored']),
            systemClock,
            patienceMs,
          ),
        ).toEqual([]);
        expect(await ask('console', `${at}/timeline`, token)).toMatchObject({
          lines: expect.arrayContaining([expect.objectContaining({ by: 'admin' })]),
        });
        expect(await ask('console', `${at}/notifications`, token)).toMatchObject({
          notifications: expect.arrayContaining([expect.objectContaining({ endpoint: 'log', outcome: 'delivered' })]),
        });
      },
      2 * patienceMs,
    );

    it.each([
      ['keeper', ['lists', 'add', 'service_accounts', '--owner', 'it'], 'night.export\n', /1/],
      ['keeper', ['lists', 'show', 'service_accounts'], '', /night\.export/],
      ['keeper', ['clinics', 'import', '-'], clinics, /^-: 1 clinic/],
      ['keeper', ['canary', 'add', '--group', 'helix'], '8001234\n', /1/],
      ['keeper', ['lists', 'remove', 'service_accounts'], 'night.export\n', /1/],
      ['scorer', ['explain', 'night.burglar', '--group', 'helix'], '', /300/],
      ['archiver', ['sources', 'health'], '', /records/],
      ['archiver', ['backtest', '--help'], '', /backtest/],
      ['eraser', ['erase', '--group', 'helix', '--account', 'nobody', '--dry-run'], '', /vigie\.accesses\.v1 +20\d\d-/],
      [
        'eraser',
        ['erase', '--group', 'helix', '--account', 'nobody', '--reason', 'a test', '--by', 'test'],
        '',
        /is in vigie\.erasures/,
      ],
      ['replayer', ['quarantine', 'list'], '', /the quarantine holds nothing of that kind|SOURCE/],
    ] as const)(
      '%s: vigie %j',
      async (name, args, input, expected) => {
        expect(await said(name, args, input)).toMatch(expected);
      },
      patienceMs,
    );

    // Whether a user has a right (CHECK GRANT) the embedded engine is not asked: `grants.test.ts` asks for each.
    it(
      'doctor finds nothing wrong of any service but what cannot be asked here',
      async () => {
        const texts = await Promise.all(services.map((name) => said(name, ['doctor', '--service', name])));
        for (const text of texts) {
          expect(text).toMatch(/^\d+ wrong, \d+ to do/m);
          expect(
            text
              .split('\n')
              .filter((line) => /WRONG/.test(line) && !/no backup|CHECK is not for the embedded ClickHouse/.test(line)),
          ).toEqual([]);
        }
      },
      6 * patienceMs,
    );

    it(
      'the search for leaks sends, waits, searches every table and writes down that it found nothing',
      async () => {
        const [{ url }] = fleet.machines;
        const args = [
          'leakcheck',
          '--url',
          url('ingestor'),
          '--token-file',
          join(secrets, 'leakcheck_token'),
          '--wait',
          '120',
          '--metrics',
          ...services.map((name) => `${url(name)}/metrics`),
        ];
        expect(await said('leakcheck', args)).not.toMatch(refusals);
        expect(Number((await asOwner('SELECT count() AS n FROM vigie.leakchecks FORMAT JSON'))[0]?.['n'])).toBe(1);
      },
      3 * patienceMs,
    );

    it(
      "Kafka refuses what is another one's to write",
      async () => {
        for (const name of services)
          await expect(append(name, foreign[name])).rejects.toThrow(/[Nn]ot authorized|AUTHORIZATION|Kafka has no topic/);
      },
      patienceMs,
    );

    it('nobody met a refusal in its work, and nobody ended', () => {
      for (const name of services)
        expect([
          name,
          fleet
            .said(name)
            .split('\n')
            .filter((line) => refusals.test(line))
            .slice(0, 3),
        ]).toEqual([name, []]);
      expect(fleet.ended).toEqual([]);
    });

    function variablesOf(name: string): Readonly<Record<string, string>> {
      if (name === 'clickhouse') return { VIGIE_TEST_SECRETS: secrets };
      const given = composeVariables(name, secrets);
      const [place] = fleet.places;
      const store = `http://127.0.0.1:${(place?.portBase ?? 0) + portOffsets.clickhouse}`;
      const state = join(folder, 'state', name);
      mkdirSync(state, { recursive: true });
      return {
        ...given,
        VIGIE_DATA_DIR: state,
        VIGIE_HOST: '127.0.0.1',
        VIGIE_SNAPSHOT_SECONDS: '3',
        ...('KAFKA_BROKERS' in given && { KAFKA_BROKERS: kafka.brokers.join(',') }),
        ...('CLICKHOUSE_URL' in given && { CLICKHOUSE_URL: store }),
      };
    }

    /** What a command printed, whichever way it ended. */
    function said(name: string, args: readonly string[], input = ''): Promise<string> {
      return fleet
        .commandAs(name, thisTree, args, input)
        .catch((cause: { stdout?: string; stderr?: string }) => `${cause.stdout}\n${cause.stderr}`);
    }

    const secret = (name: string) => readFileSync(join(secrets, name), 'utf8');

    /** A question to the store as whoever made its tables. */
    async function asOwner(query: string): Promise<readonly Record<string, unknown>[]> {
      const { CLICKHOUSE_URL: url = '', CLICKHOUSE_USER: user = '' } = variablesOf('migrate');
      const headers = { 'x-clickhouse-user': user, 'x-clickhouse-key': secret('clickhouse_migrate_password').trim() };
      const answer = await fetch(url, { method: 'POST', body: query, headers });
      const text = await answer.text();
      if (!answer.ok) throw new Error(text.slice(0, 300));
      return (JSON.parse(text) as { data: Record<string, unknown>[] }).data;
    }

    async function ask(
      name: ServiceName,
      path: string,
      token: string,
      body?: string,
      type = 'application/x-ndjson',
    ): Promise<unknown> {
      const headers = {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': type, 'idempotency-key': 'a'.repeat(32) }),
      };
      const answer = await fetch(`${fleet.machines[0].url(name)}${path}`, {
        headers,
        ...(body !== undefined && { method: 'POST', body }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${name} answered ${answer.status} to ${path}: ${text.slice(0, 300)}`);
      return JSON.parse(text);
    }

    async function append(name: ServiceName, topic: string): Promise<void> {
      const { KAFKA_SASL_USERNAME: username = '', KAFKA_SASL_PASSWORD_FILE: file = '' } = variablesOf(name);
      const sasl = { mechanism: 'plain', username, password: readFileSync(file, 'utf8').trim() } as const;
      const log = await openKafkaLog({
        brokers: kafka.brokers,
        clientId: 'foreign',
        sasl,
        clock: systemClock,
        appendDeadlineMs: 10_000,
      });
      try {
        await log.append({ topic, partition: 0 }, Buffer.from('{}\n'));
      } finally {
        await log.close();
      }
    }
  },
);

/** Of now: what lies before the memory of care is not stamped, and sources are looked at over four weeks. */
const startedAt = systemClock.now() - 1_200_000;
/** Three hundred patients of three clinics by one account. */
const attack = Array.from({ length: 300 }, (_, n) => ({
  id: `granted-${n}`,
  time: new Date(startedAt + n * 1_000).toISOString(),
  group_id: 'helix',
  clinic_id: ['750300123', '690300456', '130300789'][n % 3],
  actor_id: 'night.burglar',
  action: 'read',
  outcome: 'success',
  patient_ids: [`IPP-55512${1000 + n}`],
}));
