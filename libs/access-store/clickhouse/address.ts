// clickhouse/: the client and how it is reached, the schema, and storing.
// What a failed request means is failure.ts.

import { portOffsets } from '#libs/contracts/vocabulary.js';
import { type CommonConfig, ConfigError } from '#libs/runtime/config.js';
import { ownCertificate } from '#libs/runtime/renewal/own-certificate.js';
import { renewedText } from '#libs/runtime/renewal/renewed-text.js';
import type { StoreAddress } from './client.js';
import { existingServicesPassword, servicesPassword, servicesUser } from './services-credential.js';

/** Where ClickHouse is, for a service: the configured server with its user, else the embedded one of this machine with ours. */
export function storeAddressOf(config: CommonConfig): StoreAddress {
  const { CLICKHOUSE_URL: url, CLICKHOUSE_USER: user } = config;
  if (url !== undefined) return { url, user, ...givenPassword(config), ...givenCertificate(config, url) };
  return { url: embeddedUrl(config), user: servicesUser, password: servicesPassword(config.VIGIE_DATA_DIR) };
}

/** The same for a command: where the data folder has no key for services yet, it is one of the people. */
export function commandAddressOf(config: CommonConfig): StoreAddress {
  const { CLICKHOUSE_URL: url, CLICKHOUSE_USER: user } = config;
  const key = url === undefined ? existingServicesPassword(config.VIGIE_DATA_DIR) : undefined;
  if (url !== undefined) return { url, user, ...givenPassword(config), ...givenCertificate(config, url) };
  if (key === undefined) return { url: embeddedUrl(config), user, ...givenPassword(config) };
  return { url: embeddedUrl(config), user: servicesUser, password: key };
}

/** A password of a file is read at each request, so that another one counts without a restart. */
function givenPassword({
  CLICKHOUSE_PASSWORD: password,
  CLICKHOUSE_PASSWORD_FILE: path,
}: CommonConfig): Pick<StoreAddress, 'password' | 'passwordNow'> {
  return {
    password,
    ...(path !== undefined && password !== '' && { passwordNow: renewedText(path, password, (text) => text !== '') }),
  };
}

/** Throws `ConfigError` for one that nobody would be shown. */
function givenCertificate(config: CommonConfig, url: string): Pick<StoreAddress, 'certificateNow'> {
  const {
    CLICKHOUSE_TLS_CERT: certificate,
    CLICKHOUSE_TLS_KEY: key,
    CLICKHOUSE_TLS_CERT_FILE: certificateFile,
    CLICKHOUSE_TLS_KEY_FILE: keyFile,
  } = config;
  const certificateNow = ownCertificate('CLICKHOUSE_TLS', { certificate, key, certificateFile, keyFile });
  if (certificateNow === undefined) return {};
  if (!url.startsWith('https:'))
    throw new ConfigError('CLICKHOUSE_TLS_CERT is shown over TLS alone: CLICKHOUSE_URL must begin with https:');
  return { certificateNow };
}

function embeddedUrl(config: CommonConfig): string {
  const anywhere = config.VIGIE_HOST === '0.0.0.0' || config.VIGIE_HOST === '::';
  const host = anywhere ? '127.0.0.1' : config.VIGIE_HOST.includes(':') ? `[${config.VIGIE_HOST}]` : config.VIGIE_HOST;
  return `http://${host}:${config.VIGIE_PORT_BASE + portOffsets.clickhouse}`;
}
