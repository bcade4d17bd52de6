// clickhouse/: the client and how it is reached, the schema, and storing.
// What a failed request means is failure.ts.

import { portOffsets } from '#libs/contracts/vocabulary.js';
import type { CommonConfig } from '#libs/runtime/config.js';
import type { StoreAddress } from './client.js';
import { existingServicesPassword, servicesPassword, servicesUser } from './services-credential.js';

/** Where ClickHouse is, for a service: the configured server with its user, else the embedded one of this machine with ours. */
export function storeAddressOf(config: CommonConfig): StoreAddress {
  const { CLICKHOUSE_URL: url, CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password } = config;
  if (url !== undefined) return { url, user, password };
  return { url: embeddedUrl(config), user: servicesUser, password: servicesPassword(config.VIGIE_DATA_DIR) };
}

/** The same for a command: where the data folder has no key for services yet, it is one of the people. */
export function commandAddressOf(config: CommonConfig): StoreAddress {
  const { CLICKHOUSE_URL: url, CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password } = config;
  const key = url === undefined ? existingServicesPassword(config.VIGIE_DATA_DIR) : undefined;
  if (key === undefined) return { url: url ?? embeddedUrl(config), user, password };
  return { url: embeddedUrl(config), user: servicesUser, password: key };
}

function embeddedUrl(config: CommonConfig): string {
  const anywhere = config.VIGIE_HOST === '0.0.0.0' || config.VIGIE_HOST === '::';
  const host = anywhere ? '127.0.0.1' : config.VIGIE_HOST.includes(':') ? `[${config.VIGIE_HOST}]` : config.VIGIE_HOST;
  return `http://${host}:${config.VIGIE_PORT_BASE + portOffsets.clickhouse}`;
}
