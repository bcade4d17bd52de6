import { expect, it } from '@jest/globals';
import { tlsText } from './tls-texts.js';

const alert = (words: string, number: number) =>
  `Connection error: 40BD0BFFB47F0000:error:0A000412:SSL routines:ssl3_read_bytes:ssl/tls alert ${words}:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:918:SSL alert number ${number}\n`;

/** As Node 24 and Kafka 4.3 ended such connections. */
it.each([
  [
    'no certificate is shown',
    alert('bad certificate', 42),
    /^Connection error: ssl\/tls alert bad certificate \(SSL alert number 42\): .*KAFKA_TLS_CERT_FILE/,
  ],
  ['one is shown that has ended', alert('certificate unknown', 46), /KAFKA_TLS_CERT_FILE.*not ended/],
  ['one is asked for by TLS 1.3', alert('certificate required', 116), /KAFKA_TLS_CERT_FILE/],
  [
    'the authority is missing',
    'Connection error: unable to verify the first certificate; if the root CA is installed locally',
    /KAFKA_TLS_CA_FILE/,
  ],
  [
    'the name is another',
    "Connection error: Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in",
    /KAFKA_BROKERS/,
  ],
  ['the broker’s has ended', 'Connection error: certificate has expired', /that of the broker/],
  [
    'the port speaks no TLS',
    'Connection error: Client network socket disconnected before secure TLS connection was established',
    /speaks no TLS/,
  ],
])('%s: what to do is said', (_, message, says) => {
  expect(tlsText(message)).toMatch(says);
});

it('says nothing more of other failures', () => {
  expect(tlsText('connect ECONNREFUSED 127.0.0.1:9092')).toBe('connect ECONNREFUSED 127.0.0.1:9092');
});
