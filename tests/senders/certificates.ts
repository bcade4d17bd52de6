import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { TestAuthority } from '#libs/testkit/tls/certificates.js';

/** Writes `ca.pem`, and `server` and `sender` with their keys, as the pages of shippers name them. */
export function certificatesIn(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const authority = new TestAuthority(folder);
  const issued = { server: authority.issue('127.0.0.1'), sender: authority.issue('dpi.aleo.example') };
  for (const [name, { certificate, key }] of Object.entries(issued)) {
    copyFileSync(certificate, join(folder, `${name}.pem`));
    copyFileSync(key, join(folder, `${name}.key`));
  }
}
