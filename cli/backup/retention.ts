import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { StoreClient } from '../with-store.js';
import { storedTables } from './store-figures.js';

const fileName = 'retention.json';
/** Sums, intervals and names of columns; nothing that could be another statement. */
const ttlForm = /^[\w\s+(),.']{1,500}$/;
const retention = z.record(z.string(), z.string().regex(ttlForm));

/** Writes down beside the rows how long each table keeps them, as ClickHouse says it: whoever set it must find it again in another place. */
export async function writeRetention(client: StoreClient, folder: string): Promise<void> {
  const kept = (await storedTables(client)).filter(({ ttl }) => ttl !== '').map(({ name, ttl }) => [name, ttl]);
  writeFileSync(join(folder, fileName), `${JSON.stringify(Object.fromEntries(kept))}\n`, { mode: 0o600 });
}

/** Sets what `writeRetention` found, where the tables have another; a copy of before that has none changes nothing. What is too old goes by itself then. */
export async function setRetention(client: StoreClient, folder: string): Promise<void> {
  const file = join(folder, fileName);
  if (!existsSync(file)) return;
  const wanted = retention.parse(JSON.parse(readFileSync(file, 'utf8')));
  for (const { name, ttl } of await storedTables(client)) {
    const before = wanted[name];
    if (before !== undefined && before !== ttl) await client.command({ query: `ALTER TABLE vigie.${name} MODIFY TTL ${before}` });
  }
}
