import { userInfo } from 'node:os';
import { commandAddressOf } from '#libs/access-store/clickhouse/address.js';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import type { CommonConfig } from '#libs/runtime/config.js';
import { messageOf } from '#libs/runtime/outcome.js';

export type StoreClient = ReturnType<typeof createStoreClient>;

/**
 * Lends a client of the configured ClickHouse, or of the embedded one of this machine, and closes it. Failures name the address. A command that shows
 * patients says so: the embedded ClickHouse writes that down, a server of one's own keeps its queries by itself. One whose statements
 * take longer than any other's says how long, in milliseconds.
 */
export async function withStore<T>(
  config: CommonConfig,
  use: (client: StoreClient) => Promise<T>,
  how?: 'patients' | { readonly requestMs: number },
): Promise<T> {
  const given = how === 'patients' ? { by: userInfo().username } : how;
  const address = { ...commandAddressOf(config), ...given };
  const client = createStoreClient(address);
  try {
    return await use(client);
  } catch (cause) {
    const message = messageOf(cause);
    if (!/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT/.test(message)) throw cause;
    throw new Error(`ClickHouse does not answer at ${address.url}: start Vigie, or set CLICKHOUSE_URL`, { cause });
  } finally {
    await client.close();
  }
}
