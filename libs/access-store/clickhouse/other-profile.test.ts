import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import type { RuleMatch } from '#libs/contracts/incident.js';
import { systemClock } from '#libs/runtime/clock.js';
import { aPatient, anAccessRow, anEventId } from '#libs/testkit/builders.js';
import { aChange } from '#libs/testkit/case-records.js';
import { ClickHouseHistory } from '../history/clickhouse-history.js';
import { IncidentReader } from '../incidents/incident-reader.js';
import { CasePatients } from '../patients/case-patients.js';
import { patientsOfIncidents } from '../together/some-patients.js';
import { ClickHouseStore } from './clickhouse-store.js';
import { createStoreClient } from './client.js';
import { storeForTests, type StoreForTests } from './store.fixture.js';

/** Set by a profile of the server: they hold for every request that does not say otherwise. */
const profile: Readonly<Record<string, string>> = {
  compatibility: '23.8',
  join_use_nulls: '1',
  transform_null_in: '1',
  group_by_use_nulls: '1',
  aggregate_functions_null_for_empty: '1',
  final: '1',
  session_timezone: 'Pacific/Auckland',
  output_format_json_quote_64bit_integers: '1',
  output_format_json_array_of_rows: '1',
  output_format_json_named_tuples_as_objects: '0',
  enable_named_columns_in_function_tuple: '1',
  max_result_rows: '1000',
  result_overflow_mode: 'break',
  input_format_allow_errors_num: '10',
};
const countOf = (from: string) => `SELECT count() AS listed, any(toString(first_time)) AS first FROM ${from}`;
const incident = '6'.repeat(32);
const selection = 'b'.repeat(32);
const aMatch: RuleMatch = {
  rule_id: 'mass-read',
  title: 'Many patients',
  level: 'high',
  value: 3,
  threshold: 3,
  spread: 0,
  spread_threshold: 0,
  timespan_seconds: 60,
  first_fired: anAccessRow().time,
  last_fired: anAccessRow().time,
};

describe('a ClickHouse whose profiles were made for other tools', () => {
  let store: StoreForTests;
  let behind: Server;
  let client: ClickHouseClient;

  beforeAll(async () => {
    store = await storeForTests();
    behind = profiled(store.address.url);
    await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve));
    const { port } = behind.address() as AddressInfo;
    client = createStoreClient({ ...store.address, url: `http://127.0.0.1:${port}` });
  });
  afterAll(async () => {
    await client.close();
    await store.end();
    behind.closeAllConnections();
    behind.close();
  });

  it('has for each incident the patients that it has for others', async () => {
    const writer = new ClickHouseStore(client, systemClock);
    const accesses = ['1', '2', '3'].map((patient) =>
      anAccessRow({ patient_id: aPatient(patient), event_id: anEventId(patient) }),
    );
    const { time, actor_id, group_id } = anAccessRow();
    const told = aChange('told', 1, {
      incident_id: incident,
      group_id,
      actor_id,
      first_time: time,
      last_time: time,
      selections: [selection],
      rule_matches: [aMatch],
    });
    await writer.insert('accesses', Buffer.from(accesses.map((row) => `${JSON.stringify(row)}\n`).join('')), 3, 'accesses');
    await writer.insert('incident_changes', Buffer.from(`${JSON.stringify(told)}\n`), 1, 'incident');
    await writer.registerSelections([{ id: selection, sql: "action = 'read'" }]);
    const asked = [
      countOf(`vigie.incident_patients WHERE incident_id = '${incident}'`),
      countOf(`vigie.incident_patients_of(incident_id = '${incident}')`),
    ];
    for (const query of asked) {
      const of = async (by: ClickHouseClient) => (await by.query({ query, format: 'JSONCompactEachRow' })).json();
      expect(await of(client)).toEqual(await of(store.client));
      expect(await of(client)).toEqual([[expect.anything(), time.replace('T', ' ').replace('Z', '')]]);
    }
    expect(await writer.found('accesses', ['1', '2', '3', '4'].map(anEventId))).toBe(3);
    const figure = await new CasePatients(client).figure({ caseId: incident, clinics: [], certainty: undefined });
    expect(figure).toMatchObject({ patients: 3, by_clinic: [[anAccessRow().clinic_id, 3]] });
    const [read] = await new IncidentReader(client).find(incident, 1);
    expect(read?.rule_matches).toEqual(told.rule_matches);
  });

  it('gives an analyst whose tool sets how joins answer what it gives others', async () => {
    const views = [
      'incident_patients',
      `incident_accounts_of(incident_id = '${incident}')`,
      `incident_ledger_of(incident_id = '${incident}')`,
      "case_ledger_of(case_id = 'none')",
      "case_unnamed_of(case_id = 'none')",
      'rule_verdicts',
    ];
    for (const view of views) {
      const query = `SELECT * FROM vigie.${view} ORDER BY ALL`;
      const of = async (settings: ClickHouseSettings) =>
        (await store.client.query({ query, format: 'JSONCompactEachRow', clickhouse_settings: settings })).json();
      expect(await of({ join_use_nulls: 1 })).toEqual(await of({}));
    }
  });

  it('refuses a row that does not fit, where a profile would leave it out', async () => {
    const good = anAccessRow({ event_id: anEventId('good') });
    const bad = { ...anAccessRow({ event_id: anEventId('bad') }), record_count: 'many' };
    const bytes = Buffer.from([good, bad].map((row) => `${JSON.stringify(row)}\n`).join(''));
    const outcome = await new ClickHouseStore(client, systemClock).insert('accesses', bytes, 2, 'unfit');
    expect(outcome).toMatchObject({ kind: 'rejected', field: 'record_count' });
  });

  it('takes lists that are longer than a value of a server and an address of a proxy', async () => {
    const ids = Array.from({ length: 9_000 }, (_, place) => anEventId(`long ${place}`));
    const odd = [
      "o'neill",
      'back\\slash',
      'two\tlines\nand more',
      'é',
      ...Array.from({ length: 300 }, (_, place) => `somebody.${place}@hospital.example`),
    ];
    const query =
      'SELECT length({ids:Array(String)}) AS ids, cityHash64({ids:Array(String)}) = cityHash64(arrayMap(one -> one, {ids:Array(String)})) AS same, {odd:Array(String)} AS odd';
    const answer = await client.query({ query, query_params: { ids, odd }, format: 'JSONEachRow' });
    expect(await answer.json()).toEqual([{ ids: 9_000, same: 1, odd }]);
    const { stream } = await client.exec({ query: `${query} FORMAT JSONEachRow`, query_params: { ids, odd } });
    expect(JSON.parse(await text(stream))).toEqual({ ids: 9_000, same: 1, odd });
    expect(await patientsOfIncidents(client, [...ids, incident])).toEqual({ total: 3, each: new Map([[incident, 3]]) });
    const accounts = { groupId: anAccessRow().group_id, actorIds: [...odd, anAccessRow().actor_id] };
    const rows = new ClickHouseHistory(client).rows({ fromMs: 0, toMs: Date.parse(anAccessRow().time), accounts });
    expect((await text(Readable.from(rows))).trim().split('\n')).toHaveLength(3);
  });

  it('ends no answer early: what is too long for its limits is an error', async () => {
    const asked = client.query({ query: 'SELECT number FROM numbers(200000)', format: 'JSONEachRow' });
    await expect(asked.then((answer) => answer.json())).rejects.toThrow(/Limit for result exceeded/);
  });
});

/** As much as nginx takes of a line that asks, and a server of a value. */
const [addressMax, valueMax] = [8_192, 131_072];

function tooLong(asked: IncomingMessage, body: Buffer): string | undefined {
  if ((asked.url ?? '').length > addressMax) return '414 Request-URI Too Large';
  const boundary = /boundary=(.+)$/.exec(asked.headers['content-type'] ?? '')?.[1];
  const isLong =
    boundary !== undefined &&
    body
      .toString('latin1')
      .split(boundary)
      .some((part) => part.length > valueMax);
  return isLong ? 'Code: 1000. HTML Form Exception: Field value too long' : undefined;
}

/** Hands every request on, with the settings of the profile that it has none of its own for. */
function profiled(url: string): Server {
  return createServer((asked, answer) => {
    const target = new URL(asked.url ?? '/', url);
    for (const [name, value] of Object.entries(profile)) if (!target.searchParams.has(name)) target.searchParams.set(name, value);
    const { host: _, ...headers } = asked.headers;
    void buffer(asked).then((body) => {
      const refused = tooLong(asked, body);
      if (refused !== undefined) return answer.writeHead(400).end(refused);
      const onward = request(target, { method: asked.method, headers }, (answered) => {
        answer.writeHead(answered.statusCode ?? 502, answered.headers);
        answered.pipe(answer);
      });
      onward.on('error', () => answer.destroy());
      return onward.end(body);
    });
  });
}
