// tls/: certificates of an authority of our own, for tests of whatever listens or speaks over TLS.
// Needs openssl; where there is none, tests say that they are skipped.
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whether this machine can make certificates. */
export const canMakeCertificates = ['/usr/bin/openssl', '/usr/local/bin/openssl', '/opt/homebrew/bin/openssl'].some((path) =>
  existsSync(path),
);

/** PEM files of one party. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority of its own in a folder, for tests. */
export class TestAuthority {
  readonly certificate: string;
  readonly #key: string;

  constructor(
    private readonly folder: string,
    name = 'ca',
  ) {
    this.certificate = join(folder, `${name}.pem`);
    this.#key = join(folder, `${name}.key`);
    const subject = ['-subj', `/CN=${name}`, '-days', '2', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    openssl('req', '-x509', ...subject, '-keyout', this.#key, '-out', this.certificate);
  }

  /** A certificate for 127.0.0.1 and localhost, with a common name. */
  issue(commonName: string): Certificate {
    const [key, request, certificate, extensions] = ['key', 'csr', 'pem', 'ext'].map((end) =>
      join(this.folder, `${commonName}.${end}`),
    );
    if (!key || !request || !certificate || !extensions) throw new Error('no path');
    writeFileSync(extensions, 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    openssl('req', '-new', '-nodes', '-subj', `/CN=${commonName}`, ...curve, '-keyout', key, '-out', request);
    const signed = ['-CA', this.certificate, '-CAkey', this.#key, '-CAcreateserial', '-days', '2', '-extfile', extensions];
    openssl('x509', '-req', '-in', request, ...signed, '-out', certificate);
    return { certificate, key };
  }
}

function openssl(...options: readonly string[]): void {
  execFileSync('openssl', options, { stdio: 'ignore' });
}
