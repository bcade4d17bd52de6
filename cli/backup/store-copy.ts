import { createReadStream, createWriteStream, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';
import { z } from 'zod';
import { jsonRows } from '#libs/access-store/clickhouse/json-rows.js';
import type { StoreClient } from '../with-store.js';
import { storedTables } from './store-figures.js';

export interface StoreAddress {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

const ending = '.native.zst';

/**
 * Writes every table into a folder, one file for each of its partitions, in ClickHouse's own format: `<table>.<partition>.native.zst`. Rows that are
 * added meanwhile may be in it or not. Rejects when the store does not answer.
 */
export async function copyTables(client: StoreClient, address: StoreAddress, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const { name } of await storedTables(client)) {
    const query = `SELECT DISTINCT _partition_id AS id FROM vigie.${name} ORDER BY id`;
    const partitions = await jsonRows(client, { query, params: {}, shape: z.object({ id: z.string() }), failure: `${name} cannot be copied` });
    for (const { id } of partitions) {
      const answer = await ask(address, `SELECT * FROM vigie.${name} WHERE _partition_id = '${id}' FORMAT Native`);
      if (!answer.body) continue;
      await pipeline(answer.body, createZstdCompress(), createWriteStream(join(folder, `${name}.${id}${ending}`), { mode: 0o600 }));
    }
  }
} // prettier-ignore

/** Adds what `copyTables` wrote to the tables of another store, which have no rows yet. */
export async function fillTables(address: StoreAddress, folder: string): Promise<void> {
  for (const file of readdirSync(folder).filter((name) => name.endsWith(ending)).toSorted()) {
    const data = Readable.toWeb(createReadStream(join(folder, file)).pipe(createZstdDecompress()));
    await ask(address, `INSERT INTO vigie.${file.split('.')[0]} FORMAT Native`, data);
  }
} // prettier-ignore

async function ask({ url, user, password }: StoreAddress, query: string, data?: ReadableStream): Promise<Response> {
  const headers = { 'x-clickhouse-user': user, 'x-clickhouse-key': password };
  const answer = await fetch(`${url}/?query=${encodeURIComponent(query)}`, {
    method: 'POST',
    headers,
    ...(data && { body: data, duplex: 'half' }),
  });
  if (!answer.ok) throw new Error(`ClickHouse answers ${answer.status} to ${query.slice(0, 100)}: ${(await answer.text()).slice(0, 300)}`);
  return answer;
} // prettier-ignore
