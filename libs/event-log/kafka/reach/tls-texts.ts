/** What OpenSSL says of an alert of the other side, between names of its own functions and files. */
const openSslText = /[\dA-F]{8,}:error:[\dA-F]+:[^:]*:[^:]*:([^:]*):[^:]*:\d+:(SSL alert number \d+)\s*/;

/** What is wrong, by what a connection over TLS ends with. The numbers are alerts of RFC 8446, section 6.2. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /SSL alert number (?:4[1-6]|48|49|116)\b/,
    'the broker asks for a certificate and does not take what this process shows: KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE must hold one that has not ended, of an authority that the broker trusts',
  ],
  [/SSL alert number (?:40|70|71)\b/, 'broker and process have no version or cipher of TLS in common'],
  [
    /unable to (?:verify the first|get (?:local )?issuer) certificate|self-signed certificate/,
    'KAFKA_TLS_CA_FILE must hold the authority of the brokers, and those between it and their certificates where brokers do not send them',
  ],
  [
    /does not match certificate's altnames/,
    'KAFKA_BROKERS, and the listeners that brokers advertise, must be names that their certificates have',
  ],
  [/certificate (?:has expired|is not yet valid)/, 'it is that of the broker, unless the clock of this machine is wrong'],
  [
    /disconnected before secure TLS connection|wrong version number|packet length too long/,
    'the listener speaks no TLS: see KAFKA_TLS and its port',
  ],
];

/** A message of a connection that failed, and what to do where it is TLS that failed. */
export function tlsText(message: string): string {
  const said = message.replace(openSslText, '$1 ($2)');
  const remedy = remedies.find(([pattern]) => pattern.test(said))?.[1];
  return remedy === undefined ? said : `${said}: ${remedy}`;
}
