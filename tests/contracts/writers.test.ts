import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { canaryEntry } from '../../cli/canary.js';
import { listEntryOf } from '../../cli/lists.js';
import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { spawnMigrated } from '#libs/access-store/clickhouse/migrated-store.fixture.js';
import type { ListStore } from '#libs/access-store/contract/lists.js';
import { MemoryLists } from '#libs/access-store/memory/memory-lists.js';
import { MemoryStore } from '#libs/access-store/memory/memory-store.js';
import type { AccessStore, StoreTable } from '#libs/access-store/contract/port.js';
import { accessRow } from '#libs/contracts/access-row.js';
import { AuditChain } from '#libs/audit/chain.js';
import { askedBy, auditRow } from '#libs/contracts/audit-row.js';
import { caseAction } from '#libs/contracts/case-action.js';
import { caseStateRow } from '#libs/contracts/case-state-row.js';
import { incidentChange, type IncidentChange } from '#libs/contracts/incident.js';
import { listEntry } from '#libs/contracts/list-entry.js';
import { notificationOutcomes, notificationRow } from '#libs/contracts/notification-row.js';
import { quarantineRow } from '#libs/contracts/quarantine-row.js';
import { topics } from '#libs/contracts/topics.js';
import { isTold, webhookBody, webhookBodyOf } from '#libs/contracts/webhook-body.js';
import { rowLine, toRows } from '#libs/formats/to-rows.js';
import { parseVigieEvent } from '#libs/formats/vigie/parse-event.js';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import type { Send } from '#libs/routing/send.js';
import { isoOf, systemClock } from '#libs/runtime/clock.js';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { rejected } from '#libs/runtime/outcome.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { quarantinedLineOf } from '#services/archiver/refuse/refusal.js';
import type { SpawnedClickHouse } from '#services/clickhouse/spawn.js';
import { quarantinedEventOf } from '#services/ingestor/admit/quarantine.js';
import type { ToldChange } from '#services/notifier/channels/channel.js';
import { insertOutcomes, Outcomes, type Result } from '#services/notifier/deliver/outcomes.js';
import { sendRowOf } from '#services/notifier/tell/teller-report.js';
import { quarantinedTextOf } from '#services/notifier/read/set-aside.js';
import { quarantinedRowOf } from '#services/scorer/judge/quarantined-row.js';
import { actionsOfEveryType, casesOfEveryStatus } from './case-rows.suite.js';
import { changesOfEveryType } from './changes-of-every-type.suite.js';

/*
 * Every writer of rows beside the contract of what it writes: each row is one that the schema allows, that the store in memory takes, and that
 * ClickHouse takes and gives back as it was. A writer whose contract says something else is found here, not by an analyst.
 */

const folder = mkdtempSync(join(tmpdir(), 'vigie-writers-'));
let server: SpawnedClickHouse;
let client: ClickHouseClient;
beforeAll(async () => {
  ({ server, client } = await spawnMigrated({ directory: folder }));
});
afterAll(async () => {
  await client.close();
  await server.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

const now = Date.UTC(2026, 10, 23, 8);
const at = { topic: topics.accesses, partition: 3 };

describe('what a writer writes is what its contract says, and both stores take it', () => {
  const rows = eventRows();
  const changes = changesOfEveryType();

  it('accesses of the ingestor', async () => {
    expect(rows.length).toBeGreaterThan(3);
    await bothTake('accesses', accessRow, rows.map(rowLine));
  });

  it('incident changes of the scorer, of every type', async () => {
    const types = new Set(changes.map(({ change_type }) => change_type));
    expect([...types].toSorted()).toEqual(incidentChange.shape.change_type.options.toSorted());
    await bothTake('incident_changes', incidentChange, changes.map(line), 'incident_states FINAL');
  });

  it('actions of people, of every type, with everything that they can say and with no more than they must', async () => {
    const actions = actionsOfEveryType();
    expect(new Set(actions.map(({ type }) => type)).size).toBe(caseAction.options.length);
    await bothTake('case_actions', caseAction, actions.map(line), 'case_action_rows FINAL');
  });

  it('audit rows of the console: of users and of nobody, of one case, of many and of none', async () => {
    const chain = new AuditChain('c'.repeat(32));
    const fact = {
      at: '2026-11-23T08:00:00.120Z',
      by: '',
      via: 'api',
      method: 'GET',
      route: '',
      case_id: '',
      rows: 0,
      status: 401,
      remote_address: '',
    } as const;
    const all = {
      ...fact,
      by: 'zoé',
      method: 'POST',
      route: '/v1/cases/:id/actions',
      case_id: 'a'.repeat(32),
      rows: 100,
      status: 503,
      remote_address: 'fe80::1%eth0',
    };
    const rows = [fact, ...askedBy.map((via) => ({ ...all, via }))].map((one) => chain.next(one));
    await bothTake('audit', auditRow, rows.map(line), 'audit_rows FINAL');
  });

  it('cases of the console: open, taken, held, resolved, and joined to another', async () => {
    const rows = casesOfEveryStatus();
    expect(new Set(rows.map(({ status }) => status)).size).toBe(4);
    expect(rows.some(({ joined_into }) => joined_into !== '')).toBe(true);
    await bothTake('case_states', caseStateRow, rows.map(line), 'case_states FINAL');
  });

  it('bodies of webhooks, of every told change', () => {
    const told = changes.filter(isToldChange);
    expect(told.length).toBeGreaterThan(8);
    for (const change of told) expect(webhookBody.parse(JSON.parse(line(webhookBodyOf(change))))).toEqual(webhookBodyOf(change));
    // The patients of a block are for the store alone.
    for (const change of told)
      expect(webhookBodyOf({ ...change, block_patients: ['0'.repeat(32)] })).toEqual(webhookBodyOf(change));
  });

  it('quarantined events of the ingestor and lines of the scorer, the archiver and the notifier, each under an id of its own', async () => {
    const why = rejected('unreadable_patient', 'entity[0]', 'A patient stands here who cannot be told apart.');
    const bytes = Buffer.from('{"time":"tomorrow","group_id":"aleo"}\n');
    const batch = { at, first: 7, last: 7, rows: 1, bytes, frames: [], token: '', sha256: '' };
    const text = { reason: 'not_json', detail: 'The line is not JSON.', now };
    const writers = [
      quarantinedEventOf(rows, why, 'http:1#0'),
      quarantinedLineOf(batch, { line: { offset: 7, line: 2, bytes }, why }, now),
      quarantinedRowOf(at, 7, { line: 2, reason: 'not_a_row', detail: 'The row has no time.' }, now),
      quarantinedTextOf(at, 7, 2, 'not json', text),
    ].map((row) => quarantineRow.parse(row));
    expect(new Set(writers.map(({ quarantine_id }) => quarantine_id)).size).toBe(4);
    // Read again, a row is the same one.
    expect(quarantinedTextOf(at, 7, 2, 'not json', text)).toEqual(writers[3]);
    await bothTake('quarantine', quarantineRow, writers.map(line));
  });

  it('notifications of the notifier: every outcome, the first attempt and later ones, given up before any', async () => {
    const results: readonly Result[] = [
      { kind: 'delivered', status: 204 },
      { kind: 'later', status: 0, reason: 'socket hang up' },
      { kind: 'refused', status: 302, reason: 'answered 302', scope: 'endpoint' },
      { kind: 'expired' },
    ];
    const memory = new MemoryStore();
    for (const store of [memory, new ClickHouseStore(client, systemClock)]) {
      const outcomes = new Outcomes(insertOutcomes(store), {
        clock: new FakeClock(now),
        log: failingLog,
        metrics: new Metrics('notifier'),
      });
      const [change] = changes.filter(isToldChange);
      if (!change) throw new Error('no change is told');
      for (const [n, result] of results.entries())
        for (const attempts of [1, 2, 70_000]) outcomes.note(`endpoint-${n}`, change, attempts, result);
      outcomes.note('new', change, 0, { kind: 'expired' });
      for (const [n, outcome] of notificationOutcomes.entries())
        outcomes.add(sendRowOf(aSend(n), 1, outcome, { status: 0, reason: '', now }));
      await outcomes.flush();
    }
    const written = memory.rows('notifications').map((row) => notificationRow.parse(row));
    expect(written).toHaveLength(13 + notificationOutcomes.length);
    expect(new Set(written.map(({ outcome }) => outcome))).toEqual(new Set(notificationOutcomes));
    expect(await stored('notifications', notificationRow)).toEqual(inOrder(written));
  });

  it('giving up takes no attempt’s place', () => {
    const memory = new MemoryStore();
    const outcomes = new Outcomes(insertOutcomes(memory), {
      clock: new FakeClock(now),
      log: failingLog,
      metrics: new Metrics('notifier'),
    });
    const [change] = changes.filter(isToldChange);
    if (!change) throw new Error('no change is told');
    outcomes.note('siem', change, 1, { kind: 'later', status: 500, reason: 'answered 500' });
    outcomes.note('siem', change, 1, { kind: 'expired' });
    return outcomes.flush().then(() => expect(memory.rows('notifications')).toHaveLength(2));
  });

  it('list entries of the command line', async () => {
    const options = {
      group_id: 'aleo',
      valid_from: '2026-01-01T00:00:00.000Z',
      valid_until: null,
      owner: 'soc',
      reason: 'recall',
    };
    const entries = [canaryEntry('a'.repeat(32), 'aleo'), listEntryOf('recalls', 'dr.martin', options)];
    expect(entries.map((entry) => listEntry.parse(entry))).toEqual(entries);
    const stores: readonly ListStore[] = [new MemoryLists(), new ClickHouseLists(client)];
    for (const store of stores) {
      await store.put(entries);
      expect(await store.entries()).toEqual(entries);
    }
  });

  it('and a list entry that the contract does not allow is taken by neither', async () => {
    const bad = { ...canaryEntry('a'.repeat(32), 'aleo'), list_name: 'no list' };
    for (const store of [new MemoryLists(), new ClickHouseLists(client)])
      await expect(store.put([bad])).rejects.toThrow('list_name');
  });
});

/** Parses each line by its contract, gives all to both stores and compares what ClickHouse gives back. */
async function bothTake(
  name: StoreTable,
  contract: z.ZodType<object>,
  lines: readonly string[],
  physical: string = name,
): Promise<void> {
  const parsed = lines.map((one) => contract.parse(JSON.parse(one)));
  const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(''));
  const stores: readonly AccessStore[] = [new MemoryStore(), new ClickHouseStore(client, systemClock)];
  for (const store of stores)
    expect(await store.insert(name, bytes, lines.length, name)).toEqual({ kind: 'accepted', value: lines.length });
  const distinct = [...new Map(parsed.map((row) => [line(row), row])).values()];
  expect(await stored(physical, contract)).toEqual(inOrder(distinct));
}

/** The rows of a table or view; columns that a row left out come as their defaults and are left out again. */
async function stored(table: string, contract: z.ZodType<object>): Promise<readonly object[]> {
  const answer = await client.query({
    query: `SELECT * FROM vigie.${table}`,
    format: 'JSONEachRow',
    clickhouse_settings: { date_time_output_format: 'iso', output_format_json_quote_64bit_integers: 0 },
  });
  const rows = await answer.json<Readonly<Record<string, unknown>>>();
  return inOrder(
    rows.map((row) => {
      const whole = contract.safeParse(row);
      return whole.success ? whole.data : contract.parse(withoutDefaults(row, shapeOf(contract, row)));
    }),
  );
}

/** Words that a row left out come as the defaults of their columns. */
function withoutDefaults(row: Readonly<Record<string, unknown>>, shape: Readonly<Record<string, z.ZodType>>): object {
  return Object.fromEntries(
    Object.entries(row).filter(([key, value]) => !isEmpty(value) || (shape[key] && !shape[key].isOptional())),
  );
}

function shapeOf(contract: z.ZodType, row: Readonly<Record<string, unknown>>): Readonly<Record<string, z.ZodType>> {
  if (contract === incidentChange) return incidentChange.shape;
  if (contract !== caseAction) return accessRow.shape;
  return caseAction.options.find(({ shape }) => shape.type.value === row['type'])?.shape ?? {};
}

function isEmpty(value: unknown): boolean {
  return value === '' || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

function inOrder(rows: readonly object[]): readonly object[] {
  return rows.toSorted((a, b) => (line(a) < line(b) ? -1 : 1));
}

function line(value: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

function isToldChange(change: IncidentChange): change is ToldChange {
  return isTold(change.change_type);
}

function eventRows(): ReturnType<typeof toRows> {
  const parsed = parseKeyRing(`aleo:k1=${Buffer.from('a key for tests of 32 bytes size').toString('base64')}`);
  const keys = 'ring' in parsed ? parsed.ring.group('aleo') : undefined;
  if (!keys) throw new Error('the test key cannot be read');
  const required = { time: '2026-11-23T07:59:59.900Z', clinic_id: 'c1', actor_id: 'dr.martin', action: 'read' };
  const all = {
    outcome: 'failure',
    actor_role: 'physician',
    actor_kind: 'human',
    privileged: false,
    record_count: 3,
    categories: ['identity'],
    purpose: 'TREAT',
    emergency: true,
    source_ip: '10.0.0.1',
    device: 'WS-1',
    user_agent: 'x',
    session_id: 's',
    auth: 'card',
    mfa: true,
    application: 'app',
    patient_ids: ['8001234', '8001235', '8001236'],
    id: '1',
    colour: 'red',
  };
  return [required, { ...required, id: '2', patient_ids: ['8001234'] }, { ...required, ...all }].flatMap((item) => {
    const event = parseVigieEvent(item);
    if (event.kind !== 'accepted') throw new Error(event.detail);
    return toRows(event.value, { source: 'siem', groupId: 'aleo', authority: 'group', keys }, new Date(now).toISOString(), item);
  });
}

const failingLog = {
  ...silentLog,
  warn: (message: string): never => {
    throw new Error(message);
  },
};

/** Messages of a case, and of several. */
function aSend(n: number): Send {
  const send_id = `${n}`.repeat(32);
  const kind = n % 2 === 0 ? 'opening' : 'muted_end';
  const case_id = n % 2 === 0 ? 'c'.repeat(32) : '';
  return {
    send_id,
    case_id,
    kind,
    receiver: 'soc',
    at: now - 1_500,
    policy: 'standard',
    step: 0,
    round: 0,
    message: { send_id, kind, at: isoOf(now) },
    stoppedAt: undefined,
    mutedBy: '',
    needs: [],
  };
}
