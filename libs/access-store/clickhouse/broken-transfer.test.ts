import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Transient } from '#libs/runtime/outcome.js';
import { SnapshotStore } from '../dossiers/snapshot-store.js';
import { ClickHouseLists } from '../lists/clickhouse-lists.js';
import { CasePatients } from '../patients/case-patients.js';
import { createStoreClient } from './client.js';
import { IncidentReader } from '../incidents/incident-reader.js';
import { toldIncidents } from '../incidents/told-incidents.js';

const entry = { list_name: 'l', value: 'v', group_id: '', valid_from: null, valid_until: null, owner: '', reason: '' };

/** How an answer ends that has begun well: after whole rows, so that nothing in the text tells. */
const ends: readonly (readonly [string, string, boolean])[] = [
  ['the connection breaks', '', true],
  ['a proxy that was cut off itself ends it well', '{"list_na', false],
  [
    'the server says in the text that it failed',
    'Code: 241. DB::Exception: Memory limit exceeded (MEMORY_LIMIT_EXCEEDED)\n',
    false,
  ],
];

describe.each(ends)('a list that is not whole because %s', (_, tail, breaks) => {
  let server: Server;
  let client: ClickHouseClient;
  let rows = '';
  beforeEach(async () => {
    server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write(`${rows}${tail}`, () => (breaks ? response.destroy() : response.end()));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    client = createStoreClient({ url: `http://127.0.0.1:${port}`, user: 'default', password: '' });
  });
  afterEach(async () => {
    await client.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is an error to who reads incidents, what was told of them, and lists; never a shorter list', async () => {
    rows = `${JSON.stringify(entry)}\n`;
    await expect(new ClickHouseLists(client).entries()).rejects.toThrow(Transient);
    rows = '';
    await expect(new IncidentReader(client).find('a', 10)).rejects.toThrow(Transient);
    await expect(toldIncidents(client, { fromMs: 0, toMs: 1 })).rejects.toThrow(Transient);
  });

  it('is an error to who freezes a list of patients or takes one home', async () => {
    rows = `${['c', 'p', 'listed', 'lab', 'f', 'l', '1', 'k', 'r'].join('\t')}\n`;
    await expect(new SnapshotStore(client).digest('a')).rejects.toThrow(Transient);
    await expect(new CasePatients(client).csv({ caseId: 'a', clinics: [], certainty: undefined }, 9).toArray()).rejects.toThrow();
  });
});

describe('a page of something else in the place of ClickHouse', () => {
  it('is an error, and no empty list', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<html><body>Sign in to go on</body></html>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = createStoreClient({ url: `http://127.0.0.1:${port}`, user: 'default', password: '' });
    await expect(new ClickHouseLists(client).entries()).rejects.toThrow(/does not end as rows do/);
    await expect(new SnapshotStore(client).snapshots('a')).rejects.toThrow(/does not end as rows do/);
    await client.close();
    await new Promise((resolve) => server.close(resolve));
  });
});
