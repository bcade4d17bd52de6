import type { CommonConfig } from '#libs/runtime/config.js';
import { noSources, readSources, type SourcesFile } from '#libs/sources/read-sources.js';
import { operatorFileText } from '#libs/runtime/files/operator-file.js';
import { type Seen, seenIn, shownAt } from '#libs/runtime/renewal/certificates-seen.js';
import { advice, type Finding, fine, wrong } from './finding.js';

const dayMs = 86_400_000;
/** Days before the end of a certificate at which it is time to renew it, and at which it is late. */
const renewDays = 30;
const lateDays = 7;

/** How many days each certificate has left; `now` is in milliseconds. */
export function certificateFindings(seen: readonly Seen[], now: number): readonly Finding[] {
  return seen.map(({ where, certificate }) => {
    if (typeof certificate === 'string')
      return wrong('certificates', `${where}: ${certificate}`, 'see that the file or the port is there, and what it should be');
    const begins = Date.parse(certificate.validFrom);
    const days = Math.floor((Date.parse(certificate.validTo) - now) / dayMs);
    const says = `${where} has ${days} days left`;
    const renew = 'renew it, and put the new one in its place';
    if (begins > now)
      return wrong(
        'certificates',
        `${where} is not valid before ${certificate.validFrom}`,
        'see the clock of this machine, and who issued it',
      );
    if (days < 0) return wrong('certificates', `${where} ended ${-days} days ago`, renew);
    return days < lateDays
      ? wrong('certificates', says, renew)
      : days < renewDays
        ? advice('certificates', says, renew)
        : fine('certificates', says);
  });
}

/** The certificates that the configuration names: authorities, those of listeners, and what brokers and ClickHouse show. */
export async function certificatesSeen(
  config: CommonConfig,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly Seen[]> {
  const {
    KAFKA_TLS: tls,
    KAFKA_TLS_CA: authority,
    KAFKA_TLS_CERT: own,
    CLICKHOUSE_TLS_CERT: ownAtStore,
    KAFKA_BROKERS: brokers = [],
    CLICKHOUSE_URL: store,
  } = config;
  const extra = env['NODE_EXTRA_CA_CERTS'];
  const files = listenerFiles(env);
  const ports = [
    ...(tls ? brokers.map((broker) => [`the certificate of the broker ${broker}`, broker, authority] as const) : []),
    ...(store?.startsWith('https:') ? [[`the certificate of ${store}`, new URL(store).host, undefined] as const] : []),
  ];
  return [
    ...(authority ? seenIn('KAFKA_TLS_CA', () => authority) : []),
    ...(own ? seenIn('KAFKA_TLS_CERT', () => own) : []),
    ...(ownAtStore ? seenIn('CLICKHOUSE_TLS_CERT', () => ownAtStore) : []),
    ...[...(extra ? [extra] : []), ...files].flatMap((path) => seenIn(path, () => operatorFileText(path))),
    ...(await Promise.all(ports.map(([where, address, ca]) => shownAt(where, address, ca)))),
  ];
}

function listenerFiles(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const path = environment['VIGIE_SOURCES_FILE'];
  let file: SourcesFile = noSources;
  try {
    if (path) file = readSources(path, { environment, reach: 'machine', withoutTokens: true });
  } catch {
    // Mistakes of the file are told with the configuration.
  }
  return file.listeners.flatMap(({ tls }) => (tls ? [tls.certificate, tls.clientCa] : []));
}
