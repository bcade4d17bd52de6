/** What OpenSSL says of a certificate, and what to do. */
const certificates: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate, or one above it, has expired: renew it at the sender',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: look at the clocks of both sides',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'no authority of client_ca has signed its certificate; where another one stands between, the sender must send that along',
  UNABLE_TO_GET_ISSUER_CERT: 'the authority above its certificates is not in client_ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the authority above its certificates is not in client_ca',
  SELF_SIGNED_CERT_IN_CHAIN: 'the authority that it sends along is not in client_ca',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself, and is not in client_ca',
  INVALID_PURPOSE: 'its certificate is not for clients: its extended key usage must hold clientAuth',
};

/** The same of a handshake, by the code of the error. */
const handshakes: Readonly<Record<string, string>> = {
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'it shows no certificate: give the sender one that client_ca has signed',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'it speaks no TLS 1.2 or 1.3',
  ERR_SSL_NO_SHARED_CIPHER: 'it has no cipher in common with this listener',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS: switch it on at the sender, or send to a listener with the transport tcp',
  ERR_SSL_HTTP_REQUEST: 'it speaks HTTP: send to the port of the ingestor',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA:
    'it does not trust the certificate of this listener: give the sender the authority that has signed it',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE:
    'it does not take the certificate of this listener: its names must hold the one that the sender calls',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'the certificate of this listener has expired: renew it',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'it does not take the certificate of this listener',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'it did not end its handshake in ten seconds',
  ECONNRESET: 'it broke off within the handshake',
};

/** Codes of handshakes whose cause is the certificate of the sender. */
export const noCertificate = 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE';

export function certificateWords(code: string): string {
  return certificates[code] ?? `its certificate cannot be verified (${code})`;
}

export function handshakeWords(code: string): string {
  return handshakes[code] ?? `its handshake failed (${code})`;
}
