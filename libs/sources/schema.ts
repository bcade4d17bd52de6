import { isIP } from 'node:net';
import { z } from 'zod';
import { isCharset } from '#libs/formats/csv/charset.js';
import { formats } from '#libs/formats/read/table.js';
import { columnField, eventFields } from '#libs/formats/record/fields.js';
import { weaknessOfDigest } from '#libs/runtime/secret-strength.js';
import { keyLengthMax, wrongFields } from './credentials.js';

/** Sources and listeners of one file. */
const sourcesMax = 500;
const listenersMax = 50;
/** Entries of the lists of one source; of its map of clinics. */
const listMax = 64;
const clinicsMax = 10_000;

/** The word that leaves the format to be found out, record by record. */
export const detect = 'detect';

/** One value, or a list of them. */
const listOf = <T extends z.ZodType>(one: T) =>
  z.preprocess(
    (given) => (given === undefined || Array.isArray(given) ? given : [given]),
    z.array(one).min(1).max(listMax).optional(),
  );

const name = z.string().regex(/^[^\s@=]{1,64}$/, 'must be 1 to 64 characters without blanks, @ and =');
const key = z.string().regex(/^\S.{0,255}$/, `must be 1 to ${keyLengthMax} characters`);
const path = z.string().min(1, 'must be a path');
const sha256 = z
  .string()
  .transform((text) => text.replaceAll(':', '').toLowerCase())
  .pipe(z.string().regex(/^[0-9a-f]{64}$/, 'must be the 64 hexadecimal digits of a SHA-256'));

/** Of a token: digests of certificates are no secrets, and stand beside these. */
const tokenSha256 = sha256.superRefine((hex, context) => {
  const weakness = weaknessOfDigest(hex);
  if (weakness)
    context.addIssue(
      `is ${weakness}; make a token with openssl rand -hex 32, and its digest with printf %s "$token" | sha256sum`,
    );
});

const format = z.string().refine((word) => word === detect || formats.some((one) => one.name === word), {
  error: `must be ${detect} or one of ${formats.map((one) => one.name).join(', ')}`,
});

const zone = z.string().refine(isZone, 'must be the IANA name of a time zone, such as Europe/Paris');

const extra = z.array(z.string().min(1)).transform((fields, context) => {
  const wrong = wrongFields(fields);
  if (wrong) context.addIssue(wrong);
  return fields;
});

const clinic = z.union(
  [
    key.transform((fixed) => ({ fixed })),
    z.strictObject({ map: z.record(z.string(), key).refine((map) => Object.keys(map).length <= clinicsMax) }),
  ],
  { error: 'must be the clinic of all records, or {map: {what the record says: clinic}}' },
);

/** A field of an event, for a patient's number with whose it is: `patient_id|ipp`. */
const column = z.string().refine((text) => columnField(text) !== undefined, {
  error: `must be a field of an event: ${eventFields.join(', ')}; or patient_id|AUTHORITY`,
});

/** An address, or a network as `10.4.0.0/16`. */
const sender = z.string().refine(isNetwork, 'must be an IP address or a network such as 10.4.0.0/16');

const source = z.strictObject({
  name,
  group: name,
  token_file: listOf(path),
  token_env: listOf(z.string().regex(/^[A-Za-z_]\w*$/, 'must be the name of a variable of the environment')),
  token_sha256: listOf(tokenSha256),
  token: z
    .undefined({
      error:
        'a token does not stand in this file; name its file (token_file), its variable (token_env) or its digest (token_sha256)',
    })
    .optional(),
  certificate: listOf(
    z.union([z.strictObject({ fingerprint: sha256 }), z.strictObject({ subject: key })], {
      error: 'must be {fingerprint: SHA-256 of the certificate} or {subject: its common name}',
    }),
  ),
  listener: listOf(name),
  senders: listOf(sender),
  topic: z
    .string()
    .regex(/^[\w.-]{1,249}$/, 'must be the name of a topic of Kafka')
    .optional(),
  folder: path.optional(),
  format: format.optional(),
  zone: zone.default('Europe/Paris'),
  authority: key.default('group'),
  authorities: listOf(key),
  clinic: clinic.optional(),
  columns: z.record(column, key).optional(),
  values: z.record(column, z.record(z.string(), z.string())).optional(),
  charset: z.string().refine(isCharset, 'must be the name of a character set, such as windows-1252').optional(),
  extra: extra.optional(),
});
export type SourceEntry = z.infer<typeof source>;

const listener = z
  .strictObject({
    name,
    kind: z.enum(['syslog', 'gelf']),
    transport: z.enum(['tcp', 'tls', 'udp']),
    host: z.string().min(1).default('127.0.0.1'),
    port: z.coerce.number().int().min(1).max(65_535),
    tls: z.strictObject({ certificate: path, key: path, client_ca: path }).optional(),
    proxies: listOf(sender),
  })
  .refine(({ transport, tls }) => (transport === 'tls') === (tls !== undefined), {
    error: 'tls: {certificate, key, client_ca} belongs to the transport tls, and to no other',
    path: ['tls'],
  })
  .refine(({ transport, proxies }) => transport !== 'udp' || proxies === undefined, {
    error: 'datagrams have no header of the PROXY protocol; it belongs to the transports tcp and tls',
    path: ['proxies'],
  });
export type ListenerEntry = z.infer<typeof listener>;

export const sourcesSchema = z.strictObject({
  listeners: z.array(listener).max(listenersMax).default([]),
  sources: z.array(source).max(sourcesMax),
});
export type SourcesDocument = z.infer<typeof sourcesSchema>;

function isZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== undefined;
  } catch {
    return false;
  }
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
