import { createPrivateKey } from 'node:crypto';
import { certificatesOf, ConfigError, isPem, isPrivateKey } from '../config.js';
import { renewedText } from './renewed-text.js';

/** What a process shows of itself over TLS, both PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

/** Variables of one certificate, as `KAFKA_TLS_CERT` and `KAFKA_TLS_CERT_FILE`, without what their names begin with. */
export interface GivenCertificate {
  readonly certificate: string | undefined;
  readonly certificateFile: string | undefined;
  readonly key: string | undefined;
  readonly keyFile: string | undefined;
}

/**
 * The certificate and the key of a process as their files have them when they are asked for, the ones of before until both fit: they are replaced one after the
 * other. Undefined where none is given. Throws `ConfigError` for one without the other; `prefix` is what their variables begin with.
 */
export function ownCertificate(prefix: string, given: GivenCertificate): (() => CertificatePair) | undefined {
  const { certificate, certificateFile, key, keyFile } = given;
  if ((certificate === undefined) !== (key === undefined))
    throw new ConfigError(
      `${prefix}_CERT and ${prefix}_KEY (or ${prefix}_CERT_FILE and ${prefix}_KEY_FILE) must be given together`,
    );
  if (certificate === undefined || key === undefined) return undefined;
  const certificateNow = renewedText(certificateFile, certificate, isPem);
  const keyNow = renewedText(keyFile, key, isPrivateKey);
  let pair = { certificate, key };
  return () => {
    const now = { certificate: certificateNow(), key: keyNow() };
    if (arePair(now)) pair = now;
    return pair;
  };
}

function arePair({ certificate, key }: CertificatePair): boolean {
  return certificatesOf(certificate)[0]?.checkPrivateKey(createPrivateKey(key)) ?? false;
}
