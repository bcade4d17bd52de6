import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { messageKinds } from '#libs/contracts/case-message.js';
import { takes } from './open-channel.js';
import { readReceivers } from './receivers.js';
import { type ReceiverType, receiverTypes } from './schema.js';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const files: Readonly<Record<string, string>> = {
  '/run/hook': 'https://chat.example/hook/s3cr3t\n',
  '/run/plain-hook': 'http://chat.example/hook/s3cr3t',
  '/run/key': 'R0UT1NGKEY\n',
  '/run/pw': 'pw-s3cr3t\n',
  '/run/whsec': secret,
  '/run/empty': '\n',
  '/run/example': 'replace-me',
  '/run/metadata': 'http://169.254.169.254/latest/s3cr3t',
};
const readFile = (path: string): string => {
  const text = files[path];
  if (text === undefined) throw new Error('ENOENT');
  return text;
};
const mail = { from: 'vigie@aleo.example', server: { host: 'mx.aleo.example' } };
const tokensFrom = (scheme: string) => ({
  token_url: `${scheme}://login.example/token`,
  client_id: 'vigie',
  client_secret_file: '/run/pw',
});
const read = (list: unknown, common: unknown = { mail }) => readReceivers(list, common, { readFile });

/** The least of each type. */
const least: Readonly<Record<ReceiverType, Readonly<Record<string, unknown>>>> = {
  email: { to: ['soc@aleo.example'] },
  webhook: { url: 'https://siem.example/vigie', secrets: [secret] },
  alertmanager: { url: 'http://10.0.0.5:9093/' },
  slack: { url_file: '/run/hook' },
  mattermost: { url_file: '/run/plain-hook' },
  teams: { url_file: '/run/hook' },
  pagerduty: { routing_key_file: '/run/key' },
  syslog: { host: 'siem.aleo.example' },
  ocsf: {},
  log: {},
};
const nameOf = (type: ReceiverType) => (type === 'log' ? 'case-log' : type);
const leastOf = (type: ReceiverType, given: object = {}) => ({ name: nameOf(type), type, ...least[type], ...given });
const mailTo = (...to: readonly string[]) => read([leastOf('email', { to })]);

describe('the receivers', () => {
  it.each(receiverTypes)('of type %s need little', (type) => {
    expect(read([leastOf(type)])).toMatchObject([
      { name: nameOf(type), type, level_min: 'informational', locale: 'en', timezone: 'Europe/Paris' },
    ]);
  });

  it('outside of the network see masked accounts unless somebody decides otherwise', () => {
    const actors = read(receiverTypes.map((type) => leastOf(type))).map(({ type, actor }) => `${type} ${actor}`);
    expect(actors).toEqual([
      'email full', 'webhook full', 'alertmanager full', 'slack masked', 'mattermost masked', 'teams masked', 'pagerduty masked',
      'syslog full', 'ocsf full', 'log none',
    ]); // prettier-ignore
    expect(read([leastOf('slack', { actor: 'none' })])).toMatchObject([{ actor: 'none' }]);
  });

  it('have hosts of their own letters by the name that mail goes by, and are told of addresses that few servers take', () => {
    expect(mailTo('soc@hôpital.example', 'Soc@Aleo.example')).toMatchObject([
      { to: ['soc@xn--hpital-ixa.example', 'Soc@Aleo.example'] },
    ]);
    expect(() => mailTo('sécurité@aleo.example')).toThrow(/before the @ stand letters without accents/);
    expect(() => mailTo('soc@hôpital.example\r\nBcc: x@y.example')).toThrow(/is no mail address/);
  });

  it('have their secrets out of files, without the line end', () => {
    expect(read([leastOf('slack'), leastOf('pagerduty')])).toMatchObject([
      { url: 'https://chat.example/hook/s3cr3t' },
      { url: 'https://events.pagerduty.com/v2/enqueue', routingKey: 'R0UT1NGKEY' },
    ]);
    expect(read([leastOf('webhook', { secrets: undefined, secret_file: '/run/whsec' })])).toMatchObject([
      { secrets: [expect.any(Buffer)] },
    ]);
    expect(read([leastOf('alertmanager', { token_file: '/run/pw' })])).toMatchObject([
      { url: 'http://10.0.0.5:9093', authorization: 'Bearer pw-s3cr3t' },
    ]);
    const basic = `Basic ${Buffer.from('vigie:pw-s3cr3t').toString('base64')}`;
    expect(read([leastOf('alertmanager', { user: 'vigie', password_file: '/run/pw' })])).toMatchObject([
      { authorization: basic },
    ]);
  });

  it('of mail take the server, the sender, the language and the place that all have in common', () => {
    const common = { mail: { ...mail, server: { host: '127.0.0.1', tls: 'none' } }, locale: 'fr', timezone: 'Indian/Reunion' };
    expect(
      read([leastOf('email'), leastOf('email', { name: 'own', from: 'own@aleo.example', locale: 'en' })], common),
    ).toMatchObject([
      { from: mail.from, locale: 'fr', timezone: 'Indian/Reunion', server: { host: '127.0.0.1', port: 25, tls: 'none' } },
      { from: 'own@aleo.example', locale: 'en', server: { port: 25 } },
    ]);
    expect(() => read([leastOf('email')], {})).toThrow(/from[^]*server/);
  });

  it.each([
    ['no list', 'hunter22', /the list: /],
    ['another type', [{ name: 'a', type: 'fax' }], /0\.type \(a\): must be one of email, webhook/],
    ['an unknown key', [leastOf('slack', { retries: 3 })], /retries/],
    ['two of one name', [leastOf('ocsf'), leastOf('ocsf')], /same name/],
    ['the name of the log channel', [leastOf('ocsf', { name: 'log' })], /log is taken/],
    [
      'a secret that is in no file',
      [leastOf('slack', { url_file: undefined, url: 'https://chat.example/s3cr3t' })],
      /url_file[^]*url/,
    ],
    [
      'a file that is not there',
      [leastOf('slack', { url_file: '/run/none' })],
      /0\.url_file \(slack\): \/run\/none cannot be read/,
    ],
    ['an empty file', [leastOf('pagerduty', { routing_key_file: '/run/empty' })], /is empty/],
    ['a file with an example', [leastOf('pagerduty', { routing_key_file: '/run/example' })], /placeholder/],
    ['a chat without TLS', [leastOf('teams', { url_file: '/run/plain-hook' })], /must be https/],
    ['an address of a cloud’s own', [leastOf('mattermost', { url_file: '/run/metadata' })], /no receiver has/],
    ['such a one for Alertmanager', [leastOf('alertmanager', { url: 'http://2852039166/' })], /no receiver has/],
    ['such a one for syslog', [leastOf('syslog', { host: '169.254.169.254' })], /no receiver has/],
    ['such a one for syslog, spelled otherwise', [leastOf('syslog', { host: '0xa9fea9fe' })], /no receiver has/],
    ['such a one for mail', [leastOf('email', { server: { host: 'fe80::1' } })], /no receiver has/],
    ['syslog in clear over a network', [leastOf('syslog', { tls: 'none' })], /loopback only/],
    ['mail in clear over a network', [leastOf('email', { server: { host: 'mx.aleo.example', tls: 'none' } })], /loopback only/],
    [
      'a name that only begins like loopback',
      [leastOf('syslog', { host: '127.0.0.1.evil.example', tls: 'none' })],
      /loopback only/,
    ],
    [
      'a user without a password',
      [leastOf('email', { server: { host: 'mx.aleo.example', user: 'hunter22' } })],
      /belongs to user/,
    ],
    [
      'a password and tokens',
      [
        leastOf('email', {
          server: { host: 'mx.aleo.example', user: 'a', password_file: '/run/pw', oauth: tokensFrom('https') },
        }),
      ],
      /one of them/,
    ],
    [
      'tokens that are asked for in clear',
      [leastOf('email', { server: { host: 'mx.aleo.example', user: 'a', oauth: tokensFrom('http') } })],
      /token_url[^]*must be https/,
    ],
    [
      'two ways to prove who sends',
      [leastOf('alertmanager', { user: 'a', password_file: '/run/pw', token_file: '/run/pw' })],
      /one way/,
    ],
    ['a webhook without a secret', [leastOf('webhook', { secrets: undefined })], /must be given/],
    ['a webhook with a weak one', [leastOf('webhook', { secrets: ['hunter22'] })], /must be whsec_/],
    ['a user in a URL', [leastOf('webhook', { url: 'https://a:hunter22@siem.example/' })], /must not hold a user/],
    ['an address that is none', [leastOf('email', { to: ['hunter22'] })], /0\.to\.0/],
    ['an address with a line end', [leastOf('email', { to: ['a@b.example\r\nBcc: x@y.example'] })], /0\.to\.0/],
    ['no address', [leastOf('email', { to: [] })], /0\.to/],
    ['a place that is none', [leastOf('ocsf', { timezone: 'Europe/Atlantis' })], /no time zone/],
  ])('refuse %s, and quote no value', (_name, list, message) => {
    expect(() => read(list)).toThrow(message);
    expect(() => read(list)).not.toThrow(/hunter22|s3cr3t/);
  });

  it('say every mistake at once, with its receiver', () => {
    const list = [leastOf('slack', { url_file: '/run/none' }), leastOf('syslog', { facility: 99 })];
    expect(() => read(list)).toThrow(/the receivers have 2 mistake\(s\):[^]*\(slack\)[^]*\(syslog\)/);
  });

  it('never read what is no receiver, and say so by one kind of error', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          expect(read(value)).toEqual([]);
        } catch (error) {
          expect((error as Error).name).toBe('ConfigError');
        }
      }),
    );
  });
});

describe('what a type takes', () => {
  it('is everything but lists for machines that want one thing at a time', () => {
    const refused = receiverTypes.flatMap((type) =>
      messageKinds.filter((kind) => !takes(type, kind)).map((kind) => `${type} ${kind}`),
    );
    expect(refused).toEqual(['alertmanager digest', 'pagerduty digest', 'syslog digest', 'ocsf digest']);
  });
});
