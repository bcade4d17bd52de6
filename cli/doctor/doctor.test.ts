import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { erase } from '#libs/access-store/erasure/erase.js';
import { subjectOf } from '#libs/access-store/erasure/subject.js';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { storeForTests } from '#libs/access-store/clickhouse/store.fixture.js';
import { careTopic, habitsTopic, keptForEver, madeTopics, partitionCountOf, topics } from '#libs/contracts/topics.js';
import type { TopicFacts } from '#libs/event-log/kafka/topics/admin.js';
import { retentionMarginMs, retentionSettings, shortfalls } from '#libs/event-log/kafka/topics/topic-needs.js';
import { systemClock } from '#libs/runtime/clock.js';
import { commonConfig, readConfig } from '#libs/runtime/config.js';
import { anAccessRow, aPatient } from '#libs/testkit/builders.js';
import { aChange } from '#libs/testkit/case-records.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { canMakeCertificates, TestAuthority } from '#libs/testkit/tls/certificates.js';
import { backupFindings } from './backups.js';
import { reachHint } from '#libs/event-log/kafka/reach/advertised.js';
import { seenIn } from '#libs/runtime/renewal/certificates-seen.js';
import { certificateFindings, certificatesSeen } from './certificates.js';
import { configurationFindings } from './configuration.js';
import { examine } from './doctor.js';
import { type Finding, findingsText } from './finding.js';
import { listFindings } from './lists.js';
import { logFindings } from './log.js';
import { machineFindings } from './machine.js';
import { storeFindings, storedLists } from './store.js';

const dayMs = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'vigie-doctor-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hex = () => randomBytes(32).toString('hex');
const base64 = () => randomBytes(32).toString('base64');
/** What an installation on Kafka needs at least. */
const good = {
  KAFKA_BROKERS: 'kafka:9092',
  CLICKHOUSE_URL: 'http://clickhouse:8123',
  CLICKHOUSE_PASSWORD: hex(),
  VIGIE_INGEST_TOKENS: `dpi@helix=${hex()}`,
  VIGIE_PSEUDONYM_KEYS: `helix:key-1=${base64()}`,
  VIGIE_DATA_DIR: folder,
};
const all = ['ingestor', 'scorer', 'archiver', 'notifier', 'console'] as const;
const configured = (env: Readonly<Record<string, string>>) =>
  configurationFindings({ ...good, ...env }, { services: all, clock: new FakeClock(0) });
const week = 7 * dayMs;

/** Topics as `vigie topics create` makes them on three brokers. */
function made(change: Readonly<Record<string, Partial<TopicFacts>>> = {}): readonly TopicFacts[] {
  return madeTopics.map((topic) => {
    const settings = {
      ...retentionSettings(topic, { retentionMs: 14 * dayMs }, 12),
      'min.insync.replicas': '2',
      'unclean.leader.election.enable': 'false',
      'message.timestamp.type': 'LogAppendTime',
    };
    const { settings: other, ...rest } = change[topic] ?? {};
    return { topic, partitions: partitionCountOf(topic, 12), copies: 3, own: [], ...rest, settings: { ...settings, ...other } };
  });
}

/** What is not fine, as one text. */
const told = (findings: readonly Finding[]) =>
  findings
    .filter(({ level }) => level !== 'fine')
    .map(({ level, says, todo }) => `${level}: ${says} -> ${todo}`)
    .join('\n');

/** A mistake of an installation, how it shows, and what is said of it. */
const planted: readonly (readonly [string, () => readonly Finding[] | Promise<readonly Finding[]>, RegExp])[] = [
  ['a password that nobody replaced', () => configured({ CLICKHOUSE_PASSWORD: 'replace-me' }), /^wrong: ingestor, scorer, archiver, notifier, console cannot start: .*\n +CLICKHOUSE_PASSWORD: is a placeholder/],
  ['a group without a pseudonym key', () => configured({ VIGIE_INGEST_TOKENS: `dpi@aleo=${hex()}` }), /^wrong: ingestor cannot start: VIGIE_PSEUDONYM_KEYS has no key for the group\(s\) aleo/],
  ['a folder of rules that is not there', () => configured({ VIGIE_RULES_DIR: join(folder, 'nowhere') }), /^wrong: scorer, archiver cannot start: .*\n.*nowhere/],
  ['half a credential of Kafka', () => configured({ KAFKA_SASL_USERNAME: 'vigie' }), /wrong: no service can start: KAFKA_SASL_MECHANISM, .* must be given together/],
  ['nobody who is told, and nobody who may see', () => configured({}), /nobody is told of incidents[^]*|the console lets nobody in/],
  ['a missing topic', () => logFindings(made().filter(({ topic }) => topic !== topics.actions), { windowsMs: week, signed: false }), /^wrong: Kafka has no topic vigie\.actions\.v1 -> vigie topics create/],
  ['a retention as long as the longest rule', () => logFindings(made({ [topics.accesses]: { settings: { 'retention.ms': String(week) } } }), { windowsMs: week, signed: false }), /^wrong: vigie\.accesses\.v1 keeps 7 days, and rules look 7 days back: .* 10 days at least -> vigie topics alter/],
  ['cases that Kafka forgets', () => logFindings(made({ [topics.incidents]: { settings: { 'retention.ms': String(week) } } }), { windowsMs: week, signed: false }), /^wrong: vigie\.incidents\.v1 must be kept for ever, and goes by 7 days/],
  ['a topic that asks for more copies than it has', () => logFindings(made({ [topics.audit]: { copies: 2, settings: { 'min.insync.replicas': '3' } } }), { windowsMs: week, signed: false }), /^wrong: vigie\.audit\.v1 asks for 3 copies .* and has 2/],
  ['a topic with the brokers’ own size of messages', () => logFindings(made({ [topics.accesses]: { settings: { 'max.message.bytes': '1048588' } } }), { windowsMs: week, signed: false }), /^wrong: vigie\.accesses\.v1 takes less than 16842752 bytes/],
  ['events that one broker acknowledges', () => logFindings(made({ [topics.accesses]: { settings: { 'min.insync.replicas': '1' } } }), { windowsMs: week, signed: false }), /^wrong: vigie\.accesses\.v1 acknowledges events that one broker has/],
  ['habits over several partitions', () => logFindings(made({ [habitsTopic]: { partitions: 12 } }), { windowsMs: week, signed: false }), /^wrong: vigie\.habits\.v1 has 12 partitions: .* -> delete vigie\.habits\.v1, and run vigie topics create/],
  ['a memory of care that is forgotten after two weeks', () => logFindings(made({ [careTopic]: { settings: { 'retention.ms': String(2 * week) } } }), { windowsMs: week, signed: false }), /^wrong: vigie\.care\.v1 must keep 37 days, and goes by 14 days -> vigie topics alter/],
  ['a memory of care that is compacted', () => logFindings(made({ [careTopic]: { settings: { 'cleanup.policy': 'compact' } } }), { windowsMs: week, signed: false }), /^wrong: vigie\.care\.v1 has cleanup\.policy=compact, by which frames go that are still needed/],
  ['a zone that nobody knows', () => configured({ VIGIE_ZONE: 'Europe/Nowhere' }), /^wrong: ingestor, scorer cannot start: .*\n +VIGIE_ZONE: is no time zone/],
  ['a full disk', () => machineFindings({ path: '/data', free: 2e9, size: 1e11, owner: 10_001 }, 10_001), /^wrong: \/data has 1\.9 GiB free of 93\.1 -> make room/],
  ["another user's data folder", () => machineFindings({ path: '/data', free: 5e10, size: 1e11, owner: 1000 }, 10_001), /^wrong: \/data belongs to user 1000, and this is user 10001/],
  ['programs that no list names', () => listFindings({ sizes: new Map([['service_accounts', 0]]), programs: new Set(), firing: [{ group_id: 'helix', actor_id: 'svc.pacs', incidents: 7, why: 'its source calls it a program' }] }), /service_accounts is empty[^]*svc\.pacs of helix had 7 incident\(s\) .* vigie lists add service_accounts --group helix/],
  ['no backup', () => backupFindings({ stamp: 'none', store: 'none' }, dayMs), /^wrong: there has been no backup -> .*pseudonym keys apart/],
  ['a backup of last week', () => backupFindings({ stamp: undefined, store: 0 }, week), /^wrong: the newest backup is of 1970-01-01T00:00:00\.000Z, 168 hours ago/],
]; // prettier-ignore

describe('vigie doctor', () => {
  it.each(planted)('finds %s, and says what to do', async (_, look, expected) => {
    const findings = await look();
    expect(told(findings)).toMatch(expected);
    for (const { level, todo } of findings) expect(level === 'fine' || (todo ?? '').length > 15).toBe(true);
  });

  it('finds nothing wrong where nothing is', async () => {
    for (const findings of [
      await configured({}),
      logFindings(made(), { windowsMs: week, signed: true }),
      machineFindings({ path: '/data', free: 5e10, size: 1e11, owner: 0 }, 10_001),
      backupFindings({ stamp: week - 3_600_000, store: undefined }, week),
    ])
      expect(findings.filter(({ level }) => level === 'wrong')).toEqual([]);
    expect(findingsText(logFindings(made(), { windowsMs: week, signed: true }))).toBe(
      'log\n  ok    Kafka has every topic; accesses are kept for 14 days; rules look 7 days back, and the margin is 3 days\n\n0 wrong, 0 to do, 1 as they should be\n',
    );
  });

  it('writes nothing below the data folder, and quotes no secret', async () => {
    const dataDir = join(folder, 'untouched');
    mkdirSync(dataDir);
    const stamp = join(folder, 'stamp');
    writeFileSync(stamp, '');
    utimesSync(stamp, 0, 0);
    const secrets = { VIGIE_INGEST_TOKENS: 'dpi@helix=hunter2hunter2', VIGIE_PSEUDONYM_KEYS: 'helix:key-1=aHVudGVyMmh1bnRlcjI=' };
    const findings = await examine(
      { ...secrets, VIGIE_DATA_DIR: dataDir, VIGIE_PORT_BASE: '1' },
      { format: 'text', backupStamp: stamp },
      systemClock,
    );
    const text = findingsText(findings);
    expect(text).not.toMatch(/hunter2|aHVudGVy/);
    expect(text).toMatch(/WRONG it cannot be looked at: ClickHouse does not answer/);
    expect(text).toMatch(/WRONG ingestor cannot start: VIGIE_INGEST_TOKENS: the token of dpi@helix/);
    expect(machineFindings(undefined, 0)).toHaveLength(1);
    expect(readdirSync(dataDir)).toEqual([]);
  });
});

describe('how long topics must keep what they have', () => {
  it('falls short exactly where less than the windows and the margin is kept', () => {
    const ms = fc.integer({ min: 1, max: 60 * dayMs });
    fc.assert(
      fc.property(ms, ms, (kept, windowsMs) => {
        const facts = madeTopics.map((topic) => ({ topic, settings: retentionSettings(topic, { retentionMs: kept }, 3) }));
        const short = shortfalls(facts, windowsMs);
        expect(short.length > 0).toBe(kept < windowsMs + retentionMarginMs);
        expect(short.every((one) => one.startsWith(topics.accesses))).toBe(true);
      }),
    );
  });

  it('never ends for cases and who looked, whatever is asked for', () => {
    for (const topic of keptForEver)
      expect(retentionSettings(topic, { retentionMs: dayMs, bytes: 1e9 }, 12)).toMatchObject({
        'retention.ms': '-1',
        'retention.bytes': '-1',
      });
    expect(retentionSettings(topics.accesses, { retentionMs: dayMs, bytes: 1e9 }, 10)).toMatchObject({
      'retention.bytes': '100000000',
      'segment.ms': String(dayMs / 4),
    });
  });
});

describe('the end of a certificate', () => {
  it.each([
    [40, 'fine'],
    [29, 'advice'],
    [6, 'wrong'],
    [-3, 'wrong'],
    [500, 'wrong'],
  ] as const)('%d days before it: %s', (days, level) => {
    const [validFrom, validTo] = [-400 * dayMs, 0].map((ms) => new Date(ms).toUTCString());
    const certificate = { validFrom: validFrom ?? '', validTo: validTo ?? '' };
    expect(certificateFindings([{ where: 'ca.pem', certificate }], -days * dayMs)).toMatchObject([{ level }]);
  });

  (canMakeCertificates ? it : it.skip)('is read from the files that the configuration names (needs openssl)', async () => {
    const { certificate } = new TestAuthority(folder);
    const config = readConfig(commonConfig, { KAFKA_TLS_CA_FILE: certificate });
    const seen = await certificatesSeen(config, { NODE_EXTRA_CA_CERTS: join(folder, 'none.pem') });
    expect(told(certificateFindings(seen, systemClock.now()))).toMatch(
      /^wrong: KAFKA_TLS_CA has 1 days left -> renew it.*\nwrong: .*none\.pem: it cannot be read/,
    );
  });
});

describe('the authorities of a system', () => {
  (canMakeCertificates ? it : it.skip)('are one finding, since some of them have always ended (needs openssl)', () => {
    const pem = readFileSync(new TestAuthority(folder).certificate, 'utf8');
    const seen = (count: number) => seenIn('ca.pem', () => pem.repeat(count)).map(({ where }) => where);
    expect(seen(2)).toEqual(['ca.pem, certificate 1,', 'ca.pem, certificate 2,']);
    expect(seen(140)).toEqual(['ca.pem, the last of 140 to end,']);
  });
});

describe('brokers that cannot be reached', () => {
  it.each([
    ['getaddrinfo ENOTFOUND kafka-0.internal', 'kafka-0.internal'],
    ['getaddrinfo EAI_AGAIN kafka-0.internal', 'kafka-0.internal'],
    ['Connection error: connect ECONNREFUSED 127.0.0.1:9092', '127.0.0.1:9092'],
    ['Connection error: connect EHOSTUNREACH 172.18.0.4:29092 - Local (10.0.0.2:51234)', '172.18.0.4:29092'],
    ['connect ECONNREFUSED ::1:9092', '::1:9092'],
  ])('under a name that nobody gave are told as such: %s', (cause, name) => {
    const hint = reachHint(`Kafka: list of topics: ${cause}`, ['kafka.hospital.example:9092']);
    expect(hint).toContain(`a broker says that it is to be reached as ${name},`);
    expect(hint).toContain('advertised.listeners');
  });

  it.each([
    ['connect ECONNREFUSED 10.1.2.3:9092', ['10.1.2.3:9092']],
    ['getaddrinfo ENOTFOUND kafka.hospital.example', ['kafka.hospital.example:9092']],
    ['connect ECONNREFUSED 10.1.2.3:9092', ['kafka.hospital.example:9092', '10.1.2.3:9092']],
    ['Client network socket disconnected before secure TLS connection was established', ['kafka.hospital.example:9092']],
    // One of the names that were given, as it resolves.
    ['connect ECONNREFUSED 10.1.2.3:9093', ['kafka.hospital.example:9093']],
  ])('under a name that was given are not: %s', (cause, brokers) => {
    expect(reachHint(`Kafka: list of topics: ${cause}`, brokers)).toBeUndefined();
  });
});

describe('the store of an installation', () => {
  let store: Awaited<ReturnType<typeof storeForTests>>;
  beforeAll(async () => {
    store = await storeForTests({ alone: true });
  });
  afterAll(() => store.end());

  it('tells of an erasure that was broken off, until the same one is done', async () => {
    const surroundings = { clock: systemClock, services: ['archiver'] as const, isServer: false };
    const rows = [anAccessRow({ actor_id: 'dr.lemoine', group_id: 'helix' })];
    await new ClickHouseStore(store.client, systemClock).insert(
      'accesses',
      Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
      rows.length,
      'erased',
    );
    const subject = await subjectOf(store.client, { kind: 'account', group: 'helix', account: 'dr.lemoine' });
    const erased = (progress: () => void) =>
      erase(store.client, { subject, order: { reason: 'left', by: 'dpo' } }, { clock: systemClock, progress });
    await expect(
      erased(() => {
        throw new Error('killed');
      }),
    ).rejects.toThrow('killed');
    const found = told(await storeFindings(store.client, surroundings));
    expect(found).toMatch(
      /advice: erasure [0-9a-f]{32} of an account \(helix\), ordered by dpo, was begun at \S+ and is not done: .* -> .*vigie erase again/,
    );
    expect(found).not.toContain('lemoine');
    await erased(() => {});
    expect(told(await storeFindings(store.client, surroundings))).not.toContain('erasure');
  });

  it('has every table and the time of this machine, or what is wrong is told', async () => {
    const surroundings = { clock: systemClock, services: ['archiver'] as const, isServer: false };
    const well = await storeFindings(store.client, surroundings);
    expect(well.map(({ area, level }) => [area, level])).toEqual([
      ['store', 'fine'],
      ['clock', 'fine'],
    ]);
    // Rights are asked for over HTTP; the embedded engine does not answer, and that is said and nothing wrong.
    const asServer = await storeFindings(store.client, {
      ...surroundings,
      services: ['archiver', 'scorer', 'notifier', 'console'],
      isServer: true,
    });
    expect(asServer.filter(({ level }) => level === 'wrong')).toEqual([]);
    expect(told(asServer)).toMatch(/^advice: the rights of \w+ cannot be asked for: .*embedded ClickHouse/);
    const ahead = await storeFindings(store.client, { ...surroundings, clock: new FakeClock(systemClock.now() + 7_200_000) });
    expect(told(ahead)).toMatch(/wrong: this machine's clock is \d{4}\.\d s ahead of ClickHouse's/);
    await store.client.command({
      query: "ALTER TABLE vigie.migrations DELETE WHERE name = '0021_case_rule_titles' SETTINGS mutations_sync = 1",
    });
    expect(told(await storeFindings(store.client, surroundings))).toMatch(
      /wrong: ClickHouse lacks 1 migration\(s\): 0021_case_rule_titles -> vigie migrate/,
    );
  });

  it('knows which accounts of programs fire: by their source, or by their hours, until the list has them', async () => {
    const now = systemClock.now();
    const at = (hours: number) => new Date(now - hours * 3_600_000).toISOString();
    const rows = ['svc.hl7', 'night.batch', 'dr.martin'].flatMap((actor_id) =>
      Array.from({ length: actor_id === 'dr.martin' ? 3 : 80 }, (_, n) =>
        anAccessRow({
          actor_id,
          group_id: 'helix',
          time: at(n + 1),
          patient_id: aPatient(n),
          event_id: `${actor_id}${n}`.padEnd(32, '0'),
          ...(actor_id === 'svc.hl7' && { actor_kind: 'service' as const }),
        }),
      ),
    );
    const target = new ClickHouseStore(store.client, systemClock);
    await target.insert('accesses', Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')), rows.length, 'doctor');
    const changes = ['svc.hl7', 'night.batch', 'dr.martin'].map((actor_id, n) => ({
      ...aChange('abc'[n] ?? 'a', 1),
      actor_id,
      group_id: 'helix',
      first_time: at(3),
      last_time: at(2),
    }));
    await target.insert(
      'incident_changes',
      Buffer.from(changes.map((row) => `${JSON.stringify(row)}\n`).join('')),
      changes.length,
      'doctor',
    );
    const { firing } = await storedLists(store.client, now);
    expect(firing.map(({ actor_id, why }) => [actor_id, why])).toEqual([
      ['night.batch', 'it works in every hour of the day'],
      ['svc.hl7', 'its source calls it a program'],
    ]);
    await store.client.insert({
      table: 'vigie.lists',
      values: [{ list_name: 'service_accounts', value: 'night.batch' }],
      format: 'JSONEachRow',
    });
    const after = await storedLists(store.client, now);
    expect([after.firing.map(({ actor_id }) => actor_id), after.sizes.get('service_accounts')]).toEqual([['svc.hl7'], 1]);
  });
});
