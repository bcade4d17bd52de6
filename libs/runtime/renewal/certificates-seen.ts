// renewal/: what has an end and is renewed while a process runs: certificates, tokens, and the texts of files that hold them.
// Ends are metrics, so that somebody is told before.

import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { certificatesOf } from '../config.js';
import { messageOf } from '../outcome.js';

const answerMsMax = 5_000;

/** A certificate and where it stands, or why it cannot be said. */
export interface Seen {
  readonly where: string;
  readonly certificate: Pick<X509Certificate, 'validFrom' | 'validTo'> | string;
}

/** So many in one text are the authorities of a system, of which some have always ended, and nobody here renews any. */
const bundleMin = 10;

/** Those of a PEM text, each with its place where there are several; of the bundle of a system the one that ends last. */
export function seenIn(where: string, read: () => string): readonly Seen[] {
  try {
    const found = certificatesOf(read());
    if (found.length === 0) return [{ where, certificate: 'there is no certificate in it' }];
    const last = found.toSorted((one, other) => Date.parse(other.validTo) - Date.parse(one.validTo))[0];
    if (found.length >= bundleMin && last) return [{ where: `${where}, the last of ${found.length} to end,`, certificate: last }];
    return found.map((certificate, index) => ({
      where: found.length > 1 ? `${where}, certificate ${index + 1},` : where,
      certificate,
    }));
  } catch (cause) {
    return [{ where, certificate: `it cannot be read (${messageOf(cause)})` }];
  }
}

/** What a port shows, whoever signed it: the services refuse a stranger's by themselves, and here its end is asked for. */
export function shownAt(where: string, address: string, ca: string | undefined): Promise<Seen> {
  const { hostname, port } = new URL(`tls://${address}`);
  const host = hostname.replaceAll(/[[\]]/g, '');
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(port || 443),
      rejectUnauthorized: false,
      timeout: answerMsMax,
      ...(!isIP(host) && { servername: host }),
      ...(ca && { ca }),
    });
    const end = (certificate: Seen['certificate']) => {
      socket.destroy();
      resolve({ where, certificate });
    };
    socket.once('timeout', () => end(`it did not answer within ${answerMsMax / 1000} s`));
    socket.once('error', (cause) => end(`it does not speak TLS there (${cause.message})`));
    socket.once('secureConnect', () => end(socket.getPeerX509Certificate() ?? 'it shows no certificate'));
  });
}
