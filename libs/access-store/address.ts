import { portOffsets } from '#libs/contracts/vocabulary.js';
import type { CommonConfig } from '#libs/runtime/config.js';
import type { StoreAddress } from './client.js';

/** Where ClickHouse is: the configured server, else the embedded one of this machine. */
export function storeAddressOf(config: CommonConfig): StoreAddress {
  const anywhere = config.VIGIE_HOST === '0.0.0.0' || config.VIGIE_HOST === '::';
  const host = anywhere ? '127.0.0.1' : config.VIGIE_HOST.includes(':') ? `[${config.VIGIE_HOST}]` : config.VIGIE_HOST;
  return {
    url: config.CLICKHOUSE_URL ?? `http://${host}:${config.VIGIE_PORT_BASE + portOffsets.clickhouse}`,
    user: config.CLICKHOUSE_USER,
    password: config.CLICKHOUSE_PASSWORD,
  };
}
