import { createReadStream, createWriteStream, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';
import { z } from 'zod';
import { jsonRows } from '#libs/access-store/clickhouse/json-rows.js';
import type { StoreClient } from '../with-store.js';
import { writeRetention } from './retention.js';
import { rowPieces } from './row-pieces.js';
import { storedTables } from './store-figures.js';

export interface StoreAddress {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

const ending = '.tsv.zst';
/** Counting and hashing all rows takes 5 s a million on a loaded machine: how long a question of a backup may take, milliseconds. The engine has a limit of its own. */
export const questionMsMax = 1_800_000;
/** Of versions that wrote a partition as one document of ClickHouse's own format, which the engine gives up to 256 MiB. */
const olderEnding = '.native.zst';
/** Bytes of one insert: a quarter of what the engine takes in one body by default, so that smaller limits are met too. */
const pieceBytes = 64 * 1024 * 1024;

/**
 * Writes every table into a folder, one file for each of its partitions: `<table>.<partition>.tsv.zst`, lines of values behind a line with their names. Formats
 * of lines come without limit, and may be put back in pieces. Rows that are added meanwhile may be in it or not. Rejects when the store does not answer.
 */
export async function copyTables(client: StoreClient, address: StoreAddress, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await writeRetention(client, folder);
  for (const { name } of await storedTables(client)) {
    const query = `SELECT DISTINCT _partition_id AS id FROM vigie.${name} ORDER BY id`;
    const partitions = await jsonRows(client, {
      query,
      params: {},
      shape: z.object({ id: z.string() }),
      failure: `${name} cannot be copied`,
    });
    for (const { id } of partitions) {
      const answer = await ask(address, `SELECT * FROM vigie.${name} WHERE _partition_id = '${id}' FORMAT TabSeparatedWithNames`);
      if (!answer.body) continue;
      await pipeline(
        answer.body,
        createZstdCompress(),
        createWriteStream(join(folder, `${name}.${id}${ending}`), { mode: 0o600 }),
      );
    }
  }
}

/** Adds what `copyTables` wrote to the tables of another store, which have no rows yet. */
export async function fillTables(address: StoreAddress, folder: string, bytesMax = pieceBytes): Promise<void> {
  for (const file of readdirSync(folder).toSorted()) {
    const [table = ''] = file.split('.');
    const unpacked = (): Readable => createReadStream(join(folder, file)).pipe(createZstdDecompress());
    if (file.endsWith(olderEnding)) await ask(address, `INSERT INTO vigie.${table} FORMAT Native`, Readable.toWeb(unpacked()));
    if (!file.endsWith(ending)) continue;
    // Two pieces that happen to be alike are two pieces.
    for await (const { names, rows } of rowPieces(unpacked(), bytesMax))
      await ask(
        address,
        `INSERT INTO vigie.${table} (${names.join(', ')}) SETTINGS insert_deduplicate = 0 FORMAT TabSeparated`,
        rows,
      );
  }
}

async function ask(
  { url, user, password }: StoreAddress,
  query: string,
  data?: ReadableStream | Buffer<ArrayBuffer>,
): Promise<Response> {
  const headers = { 'x-clickhouse-user': user, 'x-clickhouse-key': password };
  const answer = await fetch(`${url}/?query=${encodeURIComponent(query)}`, {
    method: 'POST',
    headers,
    ...(data && { body: data, duplex: 'half' }),
  });
  if (!answer.ok)
    throw new Error(`ClickHouse answers ${answer.status} to ${query.slice(0, 100)}: ${(await answer.text()).slice(0, 300)}`);
  return answer;
}
