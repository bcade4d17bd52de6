import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { spawnMigrated } from '#libs/access-store/clickhouse/migrated-store.fixture.js';
import { IncidentReader } from '#libs/access-store/incidents/incident-reader.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { systemClock } from '#libs/runtime/clock.js';
import { aPatient, anAccessRow, anEventId } from '#libs/testkit/builders.js';
import type { SpawnedClickHouse } from '#services/clickhouse/spawn.js';
import { oneIncident, reasonsOf } from './reasons.js';
import { reasonsLines, reasonsText } from './reasons-text.js';
import { reasonsOutput } from './why.js';

const reads = 'a'.repeat(32);
const exports = 'e'.repeat(32);
const folder = mkdtempSync(join(tmpdir(), 'vigie-why-'));
let server: SpawnedClickHouse;
let client: ClickHouseClient;
let reader: IncidentReader;

beforeAll(async () => {
  ({ server, client } = await spawnMigrated({ directory: folder }));
  reader = new IncidentReader(client);
  const store = new ClickHouseStore(client, systemClock);
  await store.registerSelections([
    { id: reads, sql: "action = 'read' -- only these" },
    { id: exports, sql: "action = 'export'" },
  ]);
  // One read each minute from 9:00 to 9:59, exports at 9:10 and 9:20, another account beside them.
  const rows = [
    ...Array.from({ length: 60 }, (_, minute) => access(minute, {})),
    access(10, { action: 'export', event_id: anEventId('export 1') }),
    access(20, { action: 'export', event_id: anEventId('export 2') }),
    access(25, { actor_id: 'somebody.else' }),
  ];
  await store.insert('accesses', lines(rows), rows.length, 'rows');
  const changes = [
    change('1', {}),
    change('2a', { found: 'late', late_seconds: 21_600, state: 'closed', patients_at_firing: 10, patients_at_detection: 60 }),
    change('2b', { state: 'merged', merged_into: idOf('1') }),
    change('3', { state: 'withdrawn' }),
    change('4', { state: 'suppressed', change_type: 'incident.suppressed', suppressed_by: ['recall-2026'] }),
    change('5', { rule_selections: [] }),
    change('6', { rule_selections: ['f'.repeat(32)], selections: ['f'.repeat(32)] }),
  ];
  await store.insert('incident_changes', lines(changes), changes.length, 'changes');
});
afterAll(async () => {
  await client.close();
  await server.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

describe('vigie why', () => {
  it('shows per rule the accesses of its first window that its selection selects, in order of time', async () => {
    const { rules } = await why('1');
    expect(rules.map(({ match, matching }) => [match.rule_id, matching])).toEqual([
      ['mass-read', 10],
      ['bulk-export', 1],
    ]);
    // Ten minutes up to 9:30: the access at 9:20 lies exactly one timespan before, and outside.
    expect(rules[0]?.accesses.map(({ time }) => time)).toEqual(Array.from({ length: 10 }, (_, n) => at(21 + n)));
    expect(rules[1]?.accesses).toEqual([
      {
        time: at(20),
        actor_id: 'dr.usurped',
        clinic_id: '990000001',
        action: 'export',
        patient_id: aPatient(20),
        source_ip: '10.0.0.9',
        application: 'records',
        session_id: 's-1',
        event_id: anEventId('export 2'),
      },
    ]);
  });

  it('says how many more there are than the limit lets it show', async () => {
    const { rules } = await why('1', 3);
    expect([rules[0]?.accesses.length, rules[0]?.matching]).toEqual([3, 10]);
    expect(reasonsText(await why('1', 3))).toContain('and 7 more; --limit 10 shows all of them');
  });

  it('tells a person the figures of the incident and of each rule', async () => {
    const text = reasonsText(await why('1'));
    expect(text.split('\n').slice(0, 13)).toEqual([
      `Incident ${idOf('1')}: dr.usurped of helix, high, open`,
      '  times     2026-01-05 09:21:00.000 to 2026-01-05 09:59:00.000',
      '  patients  39 in 2 clinic(s): 990000001, 990000002',
      '  fired     when 10 had been read; told when 11 had been',
      '  told      2026-01-05 09:30:00.400, 0.4 s after the access that completed it',
      '  found     live',
      '',
      'Rule mass-read (high): Many patients',
      '  held      10 where 10 are needed, and 2 where 2 are needed, within 10 min 00 s',
      '  first     2026-01-05 09:30:00.000, last 2026-01-05 09:59:00.000',
      '  accesses  10 after 2026-01-05 09:20:00.000, up to 2026-01-05 09:30:00.000',
      '',
      expect.stringMatching(/^ {2}time +account +clinic +action +patient +address +application +session +event$/),
    ]);
    expect(text).toContain(
      `2026-01-05 09:21:00.000  dr.usurped  990000001  read    ${aPatient(21)}  10.0.0.9  records      s-1      `,
    );
  });

  it.each([
    ['2a', /found +late: that access came 6 h 00 min behind the newest one/],
    ['2b', /It was joined to 10{31}, .*vigie why 10{31}/],
    ['3', /It was withdrawn/],
    ['4', /It is no incident: the exception\(s\) recall-2026 took accesses out/],
    ['6', /ClickHouse does not know its selection f{32}/],
  ])('says what became of %s', async (prefix, expected) => {
    expect(reasonsText(await why(prefix))).toMatch(expected);
  });

  it('shows incidents of before, which do not say which rule has which selection', async () => {
    expect((await why('5')).rules[0]?.matching).toBe(10);
  });

  it('gives machines the same, as lines that say what they are', async () => {
    const kinds = reasonsLines(await why('1', 2))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { kind: string; rule_id?: string; matching?: number });
    expect(kinds.map(({ kind, rule_id }) => `${kind} ${rule_id ?? ''}`)).toEqual([
      'incident ',
      'rule mass-read',
      'access mass-read',
      'access mass-read',
      'rule bulk-export',
      'access bulk-export',
    ]);
  });

  it('shows names of a feed without what a terminal would obey, in every form', async () => {
    const { incident, rules } = await why('1', 2);
    const hostile = 'dr\u001b]0;x\u0007\u202eegrof\u200b\u009b2J\nIncident 0';
    const changed = rules.map((rule) => ({
      ...rule,
      accesses: rule.accesses.map((access) => ({ ...access, application: hostile })),
    }));
    const reasons = { incident: { ...incident, actor_id: hostile, clinics: [hostile] }, rules: changed };
    for (const format of ['table', 'json', 'ndjson'] as const) {
      const told = reasonsOutput(reasons, format);
      expect(told).toMatch(/^[\x20-\x7e\n]+$/);
      expect(told).toContain('\\u202eegrof\\u200b\\u009b2J');
      expect(told).not.toMatch(/^Incident 0/m);
    }
    expect(JSON.parse(reasonsOutput(reasons, 'json'))).toMatchObject({ incident: { actor_id: hostile } });
  });

  it.each([
    ['9', /knows no incident and no suppressed match whose id begins with 9/],
    ['2', /2 incidents begin with 2; give more digits:\n {2}2a0{30} .*\n {2}2b0{30} /],
    ["1' OR 1 = 1 --", /is no id of an incident: 32 hexadecimal digits/],
    ['', /is no id of an incident/],
  ])('refuses the id "%s" with a sentence', async (prefix, expected) => {
    await expect(oneIncident(reader, prefix)).rejects.toThrow(expected);
  });
});

async function why(prefix: string, limit = 50) {
  return reasonsOf(reader, await oneIncident(reader, prefix), limit);
}

function idOf(start: string): string {
  return start.padEnd(32, '0');
}

/** Minutes after nine, plus seconds. */
function at(minute: number, seconds = 0): string {
  return new Date(Date.UTC(2026, 0, 5, 9, minute) + seconds * 1000).toISOString();
}

function access(minute: number, given: Partial<AccessRow>): AccessRow {
  return anAccessRow({
    time: at(minute),
    actor_id: 'dr.usurped',
    patient_id: aPatient(minute),
    clinic_id: minute % 2 ? '990000001' : '990000002',
    source_ip: '10.0.0.9',
    application: 'records',
    session_id: 's-1',
    event_id: anEventId(`read ${minute}`),
    ...(given.action === 'export' && { clinic_id: '990000001' }),
    ...given,
  });
}

function change(start: string, given: Partial<IncidentChange>): IncidentChange {
  const match = { title: 'Many patients', level: 'high', spread: 2, spread_threshold: 2, timespan_seconds: 600 } as const;
  return {
    incident_id: idOf(start),
    group_id: 'helix',
    subject_kind: 'account',
    accounts: [],
    account_count: 1,
    actor_id: 'dr.usurped',
    state: 'open',
    first_time: at(21),
    last_time: at(59),
    detected_at: at(30, 0.4),
    patients: 39,
    patients_at_firing: 10,
    patients_at_detection: 11,
    clinics: ['990000001', '990000002'],
    categories: ['clinical'],
    rules: ['mass-read', 'bulk-export'],
    rule_matches: [
      { ...match, rule_id: 'mass-read', value: 10, threshold: 10, first_fired: at(30), last_fired: at(59) },
      {
        ...match,
        rule_id: 'bulk-export',
        value: 1,
        threshold: 1,
        spread: 0,
        spread_threshold: 0,
        first_fired: at(20),
        last_fired: at(20),
      },
    ],
    rule_selections: [reads, exports],
    selections: [reads, exports],
    level: 'high',
    step: 0,
    found: 'live',
    late_seconds: 0,
    detection_delay_seconds: 0.4,
    merged_into: '',
    suppressed_by: [],
    change_type: 'incident.opened',
    change_id: idOf(`c${start}`),
    changed_at: at(30, 0.4),
    version: 1,
    received_at: at(30),
    ...given,
  };
}

function lines(values: readonly object[]): Buffer {
  return Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}
