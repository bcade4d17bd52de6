import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { systemClock } from '#libs/runtime/clock.js';
import { Transient } from '#libs/runtime/outcome.js';
import { ClickHouseHistory } from '../history/clickhouse-history.js';
import { ClickHouseLists } from '../lists/clickhouse-lists.js';
import { ClickHouseStore } from './clickhouse-store.js';
import { createStoreClient } from './client.js';
import { IncidentReader } from '../incidents/incident-reader.js';
import { appliedMigrations } from '../tables/applied-migrations.js';
import { toldIncidents } from '../incidents/told-incidents.js';

/** Sends one whole line, which every reader below could take for the whole answer, and closes the connection within the transfer. */
let server: Server;
let client: ClickHouseClient;
let line = '';
beforeAll(async () => {
  server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    response.write(line, () => response.socket?.destroySoon());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  client = createStoreClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, user: '', password: '' });
});
afterAll(async () => {
  await client.close();
  server.close();
});

const window = { fromMs: 0, toMs: 86_400_000 };
const readers: Readonly<Record<string, { readonly line?: string; readonly read: () => Promise<unknown> }>> = {
  'the incidents that were told': { read: () => toldIncidents(client, window) },
  "an account's history": {
    line: '{"time":"x"}\n',
    read: () => Readable.from(new ClickHouseHistory(client).rows(window)).toArray(),
  },
  'the count of a history': { line: '{"rows":1}\n', read: () => new ClickHouseHistory(client).count(window) },
  'what is stored of a partition': {
    line: '{"through":7}\n',
    read: () => new ClickHouseHistory(client).storedThrough({ topic: 't', partition: 0 }),
  },
  'a list': { read: () => new ClickHouseLists(client).entries('service_accounts') },
  'the register of clinics': { read: () => new ClickHouseLists(client).clinics() },
  'the fingerprint of the lists': { line: '{"fingerprint":"1"}\n', read: () => new ClickHouseLists(client).fingerprint() },
  'an incident': { read: () => new IncidentReader(client).find('0', 1) },
  'the rows found by their ids': {
    line: '{"found":1}\n',
    read: () => new ClickHouseStore(client, systemClock).found('accesses', ['a']),
  },
  'the ledger of batches': {
    line: '{"first":0,"last":1,"rows":1,"refused":0,"token":"t"}\n',
    read: () => new ClickHouseStore(client, systemClock).batches({ topic: 't', partition: 0 }, 0, 10),
  },
};

describe('an answer of the store that is broken off behind a whole line', () => {
  it.each(Object.keys(readers))('is never taken for all of it: %s', async (name) => {
    const { line: sent = '', read } = readers[name] ?? { read: () => Promise.resolve() };
    line = sent;
    await expect(read()).rejects.toBeInstanceOf(Transient);
  });

  it('does not let migrations run that may be applied', async () => {
    line = '{"name":"0001_accesses","checksum":"x"}\n';
    await expect(appliedMigrations(client)).rejects.toThrow();
  });
});
