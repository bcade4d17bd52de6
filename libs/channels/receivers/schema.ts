// receivers/: what the routing file says of who can be told, read with every mistake at once; and the channel of each.
// A secret is never in that file: it is in a file of its own, which is named there, or a signing secret.
import { domainToASCII } from 'node:url';
import { IANAZone } from 'luxon';
import { z } from 'zod';
import { levels } from '#libs/contracts/incident.js';
import { messageOf } from '#libs/runtime/outcome.js';
import { isPlaceholder, type SecretReach } from '#libs/runtime/secret-strength.js';
import { locales } from '#libs/texts/texts.js';
import { isOnThisMachine, receiverHost, receiverUrl, signingSecret } from '../http/receiver-url.js';
import { actorViews } from '../told/actor-name.js';

/** Mail addresses that one receiver has. */
const addressesMax = 50;

export interface ReadingTools {
  /** The text of a file. Throws where it cannot be read. */
  readonly readFile: (path: string) => string;
  readonly reach: SecretReach;
}

/** A file with a secret as its text, without the line end. Quotes nothing of it. */
export const textFile = ({ readFile }: ReadingTools) =>
  z.string().transform((path, context) => {
    try {
      const text = readFile(path).trim();
      const wrong = text === '' ? 'is empty' : isPlaceholder(text) ? 'holds a placeholder that was never replaced' : '';
      if (!wrong) return text;
      context.addIssue(`${path} ${wrong}`);
    } catch (cause) {
      context.addIssue(`${path} cannot be read (${messageOf(cause)})`);
    }
    return z.NEVER;
  });

/** A secret that goes into a header: one word of printable ASCII, or the client would refuse it in words that quote it. */
const tokenFile = (tools: ReadingTools) =>
  textFile(tools).refine((text) => /^[\x21-\x7e]+$/.test(text), 'must hold one word of letters, digits and signs, on one line');

/** The address in a file, for receivers whose address is itself the secret: over TLS, but for what listens on this machine. */
const urlFile = (tools: ReadingTools, inside: 'tls' | 'any') =>
  textFile(tools).transform((text, context) => {
    const parsed = receiverUrl.safeParse(text);
    const mistakes = parsed.success ? [] : parsed.error.issues.map(({ message }) => message);
    if (parsed.success && inside === 'tls' && !text.startsWith('https:') && !isOnThisMachine(new URL(text).hostname))
      mistakes.push('must be https, because whoever has the address can write there');
    for (const message of mistakes) context.addIssue(`the address in it ${message}`);
    return mistakes.length === 0 ? text : z.NEVER;
  });

const onlyHere = {
  path: ['tls'],
  error: 'may be none on loopback only: everybody between would read who is suspected, and of what',
};

/** Who gives access tokens for mail: its secret is in every request, so that it goes over TLS, but for what listens on this machine. */
const tokenSource = (tools: ReadingTools) =>
  z
    .strictObject({
      token_url: receiverUrl.refine(
        (text) => text.startsWith('https:') || isOnThisMachine(new URL(text).hostname),
        'must be https, because the secret of the client goes there',
      ),
      client_id: z.string().min(1),
      client_secret_file: textFile(tools),
      scope: z.string().min(1).optional(),
    })
    .transform(({ token_url: endpoint, client_id: clientId, client_secret_file: clientSecret, scope }) => ({
      endpoint,
      clientId,
      secret: () => clientSecret,
      scope,
    }));

/** A mail server: with TLS, unless it is on this machine. */
export const mailServer = (tools: ReadingTools) =>
  z
    .strictObject({
      host: receiverHost,
      port: z.int().min(1).max(65_535).optional(),
      tls: z.enum(['starttls', 'implicit', 'none']).default('starttls'),
      user: z.string().min(1).optional(),
      password_file: textFile(tools).optional(),
      /** In place of a password: Exchange Online takes none any more. */
      oauth: tokenSource(tools).optional(),
      ca_file: textFile(tools).optional(),
    })
    .refine(({ tls, host }) => tls !== 'none' || isOnThisMachine(host), onlyHere)
    .refine(
      ({ user, password_file, oauth }) =>
        (user === undefined) === (password_file === undefined && oauth === undefined) && !(password_file && oauth),
      { path: ['password_file'], error: 'or oauth, one of them, belongs to user: give both or neither' },
    )
    .transform(({ password_file: password, ca_file: ca, port, ...rest }) => ({
      ...rest,
      port: port ?? { starttls: 587, implicit: 465, none: 25 }[rest.tls],
      password,
      ca,
    }));

const zone = z.string().refine((name) => IANAZone.isValidZone(name), 'is no time zone of the IANA list, such as Europe/Paris');

/** A host of its own letters is called by the name that mail goes by (`xn--`). Letters like that before the `@` would need servers that speak SMTPUTF8: one address that a server does not take so would keep the mail from all others. */
export const mailAddress = z
  .string()
  .transform((text) => text.replace(/@(.*[^ -~].*)$/, (_, host: string) => `@${domainToASCII(host)}`))
  .pipe(z.email('is no mail address that every server takes: before the @ stand letters without accents, digits and signs'));

/** What receivers of mail and texts have in common, beside the list of receivers. */
export const receiverDefaults = (tools: ReadingTools) =>
  z.strictObject({
    mail: z.strictObject({ from: mailAddress, server: mailServer(tools) }).optional(),
    locale: z.enum(locales).default('en'),
    timezone: zone.default('Europe/Paris'),
  });
export type ReceiverDefaults = z.infer<ReturnType<typeof receiverDefaults>>;

const common = ({ locale, timezone }: ReceiverDefaults, actor: (typeof actorViews)[number]) => ({
  name: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'must be 1 to 40 of a-z, 0-9 and -')
    .refine((name) => name !== 'log', 'log is taken'),
  level_min: z.enum(levels).default('informational'),
  actor: z.enum(actorViews).default(actor),
  locale: z.enum(locales).default(locale),
  timezone: zone.default(timezone),
});

function emailSchema(tools: ReadingTools, defaults: ReceiverDefaults) {
  const { mail } = defaults;
  return z.strictObject({
    ...common(defaults, 'full'),
    type: z.literal('email'),
    to: z.array(mailAddress).min(1).max(addressesMax),
    from: mail ? mailAddress.default(mail.from) : mailAddress,
    server: mail ? mailServer(tools).default(mail.server) : mailServer(tools),
  });
}

function webhookSchema(tools: ReadingTools, defaults: ReceiverDefaults) {
  return z
    .strictObject({
      ...common(defaults, 'full'),
      type: z.literal('webhook'),
      url: receiverUrl,
      /** The newest first; several while they rotate. */
      secrets: z.array(signingSecret(tools.reach)).min(1).max(5).optional(),
      secret_file: textFile(tools).pipe(signingSecret(tools.reach)).optional(),
    })
    .refine(({ secrets, secret_file }) => (secrets === undefined) !== (secret_file === undefined), {
      path: ['secrets'],
      error: 'or secret_file, one of them, must be given',
    })
    .transform(({ secrets, secret_file, ...rest }) => ({ ...rest, secrets: secrets ?? (secret_file ? [secret_file] : []) }));
}

function alertmanagerSchema(tools: ReadingTools, defaults: ReceiverDefaults) {
  return z
    .strictObject({
      ...common(defaults, 'full'),
      type: z.literal('alertmanager'),
      url: receiverUrl.transform((text) => text.replace(/\/+$/, '')),
      token_file: tokenFile(tools).optional(),
      user: z.string().min(1).optional(),
      password_file: textFile(tools).optional(),
    })
    .refine(
      ({ token_file, user, password_file }) => (user === undefined) === (password_file === undefined) && !(token_file && user),
      {
        path: ['token_file'],
        error: 'or user with password_file: one way to prove who sends, whole',
      },
    )
    .transform(({ token_file, user, password_file, ...rest }) => ({
      ...rest,
      authorization: authorizationOf(token_file, user, password_file),
    }));
}

function chatSchema<T extends 'slack' | 'mattermost' | 'teams'>(type: T, tools: ReadingTools, defaults: ReceiverDefaults) {
  return z
    .strictObject({
      ...common(defaults, 'masked'),
      type: z.literal(type),
      url_file: urlFile(tools, type === 'mattermost' ? 'any' : 'tls'),
    })
    .transform(({ url_file: url, ...rest }) => ({ ...rest, url }));
}

function pagerDutySchema(tools: ReadingTools, defaults: ReceiverDefaults) {
  return z
    .strictObject({
      ...common(defaults, 'masked'),
      type: z.literal('pagerduty'),
      /** Another for accounts of the region EU. */
      url: receiverUrl.default('https://events.pagerduty.com/v2/enqueue'),
      routing_key_file: textFile(tools),
    })
    .transform(({ routing_key_file: routingKey, ...rest }) => ({ ...rest, routingKey }));
}

function syslogSchema(tools: ReadingTools, defaults: ReceiverDefaults) {
  return z
    .strictObject({
      ...common(defaults, 'full'),
      type: z.literal('syslog'),
      host: receiverHost,
      port: z.int().min(1).max(65_535).default(6514),
      tls: z.enum(['tls', 'none']).default('tls'),
      ca_file: textFile(tools).optional(),
      /** 10: security and authorisation. */
      facility: z.int().min(0).max(23).default(10),
    })
    .refine(({ tls, host }) => tls !== 'none' || isOnThisMachine(host), onlyHere)
    .transform(({ ca_file: ca, ...rest }) => ({ ...rest, ca }));
}

/** One receiver. What is outside of the hospital's network sees masked accounts unless somebody decides otherwise. */
export function receiverSchema(tools: ReadingTools, defaults: ReceiverDefaults) {
  return z.discriminatedUnion(
    'type',
    [
      emailSchema(tools, defaults),
      webhookSchema(tools, defaults),
      alertmanagerSchema(tools, defaults),
      chatSchema('slack', tools, defaults),
      chatSchema('mattermost', tools, defaults),
      chatSchema('teams', tools, defaults),
      pagerDutySchema(tools, defaults),
      syslogSchema(tools, defaults),
      z.strictObject({ ...common(defaults, 'full'), type: z.literal('ocsf') }),
      z.strictObject({ ...common(defaults, 'none'), type: z.literal('log') }),
    ],
    { error: `must be one of ${receiverTypes.join(', ')}` },
  );
}
export type Receiver = z.infer<ReturnType<typeof receiverSchema>>;

export const receiverTypes = [
  'email',
  'webhook',
  'alertmanager',
  'slack',
  'mattermost',
  'teams',
  'pagerduty',
  'syslog',
  'ocsf',
  'log',
] as const;
export type ReceiverType = (typeof receiverTypes)[number];

function authorizationOf(token: string | undefined, user: string | undefined, password: string | undefined): string | undefined {
  if (token !== undefined) return `Bearer ${token}`;
  return user === undefined ? undefined : `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`;
}
