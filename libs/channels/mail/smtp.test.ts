import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { silentLog } from '#libs/runtime/log.js';
import { createMemoryLog } from '#libs/event-log/memory/memory-log.js';
import { systemClock } from '#libs/runtime/clock.js';
import { type TokenGiver, tokenGiver } from '#libs/testkit/token-giver.js';
import { canMakeCertificates, TestAuthority } from '#libs/testkit/tls/certificates.js';
import type { CaseMessage } from '#libs/contracts/case-message.js';
import { fetchPost } from '../http/http-post.js';
import { aCase, aManner, aMessage } from '../told/example.fixture.js';
import { hostileNames } from '../told/random-messages.fixture.js';
import { told } from '../told/told.js';
import type { SenderTools } from '../channel.js';
import { mailSender, type MailServer, restMsMax } from './smtp.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-smtp-'));
const authority = canMakeCertificates ? new TestAuthority(folder) : undefined;
const issued = authority?.issue('mail');
const tls = issued && { cert: readFileSync(issued.certificate), key: readFileSync(issued.key) };
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const servers: SMTPServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A real SMTP server that keeps what it is sent. */
async function mailbox(options: SMTPServerOptions = {}) {
  const mails: string[] = [];
  const envelopes: string[][] = [];
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, session, done) {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      stream.on('end', () => {
        mails.push(text);
        envelopes.push(session.envelope.rcptTo.map(({ address }) => address));
        done(null);
      });
    },
    ...options,
  });
  server.on('error', () => {});
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return { mails, envelopes, port: (server.server.address() as AddressInfo).port };
}

function sending(
  server: Partial<MailServer> & { readonly port: number },
  to: readonly string[] = ['soc@aleo.example'],
  more: Partial<SenderTools> = {},
) {
  const manner = aManner();
  const tools = {
    clock: systemClock,
    http: fetchPost,
    log: createMemoryLog({ topics: {} }),
    maskKey: manner.maskKey,
    hostname: 'vigie-1',
    logger: silentLog,
    version: '0.1.0',
    manner,
    ...more,
  };
  const sender = mailSender(
    { name: 'soc', from: 'vigie@aleo.example', to, server: { host: '127.0.0.1', tls: 'none', ...server } },
    tools,
  );
  return (given: Partial<CaseMessage> = {}) => sender.send(told(aMessage(given), manner), new AbortController().signal);
}

/** Header lines, unfolded, of a mail as it was sent; and the rest. */
function headersOf(mail: string): ReadonlyMap<string, string> {
  const head = mail.slice(0, mail.indexOf('\r\n\r\n')).replaceAll(/\r\n[ \t]+/g, ' ');
  return new Map(
    head.split('\r\n').map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
}

const delivered = { kind: 'delivered', status: 250 };
const code = (responseCode: number) => Object.assign(new Error('no, said soc@aleo.example'), { responseCode });

describe('mail', () => {
  it('is one thread a case, says that a machine wrote it, and is there as text and as HTML', async () => {
    const { mails, port } = await mailbox();
    const send = sending({ port });
    expect(await send({ kind: 'opening', send_id: '1'.repeat(32) })).toEqual({ kind: 'delivered', status: 250 });
    await send({ send_id: '2'.repeat(32) });
    await send({
      kind: 'ended',
      send_id: '3'.repeat(32),
      case: aCase({ status: 'resolved', verdict: 'true_positive', level: 'critical' }),
    });
    const heads = mails.map(headersOf);
    expect(heads.map((head) => head.get('message-id'))).toEqual(
      ['1', '2', '3'].map((digit) => `<${digit.repeat(32)}@aleo.example>`),
    );
    for (const name of ['references', 'in-reply-to', 'subject', 'list-id'])
      expect(new Set(heads.map((head) => head.get(name)))).toEqual(new Set([heads[0]?.get(name)]));
    expect(heads[0]?.get('references')).toBe(`<${aCase().case_id}@aleo.example>`);
    for (const head of heads) expect(head.get('auto-submitted')).toBe('auto-generated');
    expect(heads[2]?.get('x-vigie-level')).toBe('critical');
    expect(mails[0]).toContain('text/plain');
    expect(mails[0]).toContain('text/html');
  });

  it.each(hostileNames)('has the same headers whatever the account is called: %j', async (name) => {
    const { mails, envelopes, port } = await mailbox();
    const row = aCase({ actor_id: name, title: `Read by ${name}`, owner: name, rules: [name], clinics: [name], group_id: name });
    expect(await sending({ port })({ case: row })).toMatchObject({ kind: 'delivered' });
    await sending({ port })({});
    const [hostile, honest] = mails.map((mail) => [...headersOf(mail).keys()]);
    expect(hostile).toEqual(honest);
    expect(envelopes).toEqual([['soc@aleo.example'], ['soc@aleo.example']]);
  });

  it.each([
    ['later for a mailbox that is full now', 'onRcptTo', 452, { kind: 'later', status: 452 }],
    ['refused for an address that is none', 'onRcptTo', 550, { kind: 'refused', status: 550, scope: 'endpoint' }],
    ['refused for a sender that may not', 'onMailFrom', 553, { kind: 'refused', status: 553, scope: 'endpoint' }],
  ])('is %s, and quotes no answer', async (_what, step, status, verdict) => {
    const { port } = await mailbox({
      [step]: (_address: unknown, _session: unknown, done: (error: Error) => void) => done(code(status)),
    });
    const got = await sending({ port })();
    expect(got).toMatchObject(verdict);
    expect(JSON.stringify(got)).not.toContain('soc@aleo.example');
  });

  it('that the server read and does not want is about this message', async () => {
    const { port } = await mailbox({
      onData(stream, _session, done) {
        stream.resume();
        stream.on('end', () => done(code(554)));
      },
    });
    expect(await sending({ port })()).toMatchObject({ kind: 'refused', status: 554, scope: 'change' });
  });

  it('says the three numbers of an answer that say more, and where TLS begins otherwise', async () => {
    const { port } = await mailbox({
      onMailFrom: (_address, _session, done) => done(Object.assign(code(530), { message: '5.7.57 soc@aleo.example may not' })),
    });
    expect(await sending({ port })()).toMatchObject({ status: 530, reason: 'answered 530 5.7.57 to MAIL FROM' });
    expect(await sending({ port, tls: 'implicit' })()).toMatchObject({ reason: expect.stringContaining('give tls: starttls') });
  });

  it('is later when nobody answers', async () => {
    expect(await sending({ port: 1 })()).toMatchObject({ kind: 'later', status: 0 });
  });

  it('goes again only to the addresses that have not taken it', async () => {
    let full = true;
    const { envelopes, port } = await mailbox({
      onRcptTo: ({ address }, _session, done) => done(full && address.startsWith('full') ? code(452) : null),
    });
    const send = sending({ port }, ['soc@aleo.example', 'full@aleo.example']);
    expect(await send()).toMatchObject({
      kind: 'later',
      status: 452,
      scope: 'change',
      reason: expect.stringContaining('1 of 2 addresses'),
    });
    full = false;
    expect(await send()).toEqual({ kind: 'delivered', status: 250 });
    expect(envelopes).toEqual([['soc@aleo.example'], ['full@aleo.example']]);
  });

  it('is told where somebody of several has left the house: once, and the log says that it did not come to all', async () => {
    const { envelopes, port } = await mailbox({
      onRcptTo: ({ address }, _session, done) => done(address.startsWith('gone') ? code(550) : null),
    });
    const said: unknown[] = [];
    const logger = { ...silentLog, warn: (_message: string, fields?: object) => void said.push(fields) };
    const send = sending({ port }, ['soc@aleo.example', 'gone@aleo.example'], { logger });
    expect(await send()).toEqual({ kind: 'delivered', status: 250 });
    expect(envelopes).toEqual([['soc@aleo.example']]);
    expect(said).toEqual([expect.objectContaining({ endpoint: 'soc', count: 1, reason: expect.stringContaining('550') })]);
    expect(JSON.stringify(said)).not.toContain('gone@');
  });

  it('is told where a mailbox stays full, once the others have had it for a quarter of an hour', async () => {
    const { envelopes, port } = await mailbox({
      onRcptTo: ({ address }, _session, done) => done(address.startsWith('full') ? code(452) : null),
    });
    let ahead = 0;
    const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + ahead };
    const send = sending({ port }, ['soc@aleo.example', 'full@aleo.example'], { clock });
    for (let times = 0; times < 3; times += 1) expect(await send()).toMatchObject({ kind: 'later', scope: 'change' });
    ahead = restMsMax;
    expect(await send()).toEqual({ kind: 'delivered', status: 250 });
    expect(envelopes).toEqual([['soc@aleo.example']]);
  });
});

/** Takes tokens in place of passwords, and keeps what it was shown. */
async function serverOf(taken: (token: string | undefined) => boolean) {
  const shown: (string | undefined)[] = [];
  const { port } = await mailbox({
    ...tls,
    disabledCommands: [],
    authMethods: ['XOAUTH2'],
    onAuth: ({ method, username, accessToken }, _session, done) => {
      shown.push(`${method} ${username} ${accessToken}`);
      done(null, taken(accessToken) ? { user: username } : { data: { status: '400' } });
    },
  });
  return { port, shown };
}

(tls ? describe : describe.skip)('mail over TLS (needs openssl)', () => {
  const ca = authority && readFileSync(authority.certificate, 'utf8');

  it('is encrypted before it says anything, and proves who sends', async () => {
    let user: string | undefined;
    const { mails, port } = await mailbox({
      ...tls,
      disabledCommands: [],
      onAuth: ({ username }, session, done) => ((user = `${username} ${session.secure}`), done(null, { user: username })),
    });
    expect(await sending({ port, tls: 'starttls', ca, user: 'vigie', password: 'x' })()).toMatchObject({ kind: 'delivered' });
    expect(user).toBe('vigie true');
    expect(mails).toHaveLength(1);
  });

  it('does not go in clear to a server that offers no TLS', async () => {
    const { mails, port } = await mailbox();
    expect(await sending({ port, tls: 'starttls', ca })()).toMatchObject({ kind: 'refused', scope: 'endpoint' });
    expect(mails).toEqual([]);
  });

  it('does not go to a server that nobody vouches for', async () => {
    const { mails, port } = await mailbox({ ...tls, disabledCommands: ['AUTH'] });
    expect(await sending({ port, tls: 'starttls' })()).not.toMatchObject({ kind: 'delivered' });
    expect(mails).toEqual([]);
  });

  it('is refused when the password is wrong', async () => {
    const { port } = await mailbox({ ...tls, disabledCommands: [], onAuth: (_auth, _session, done) => done(code(535)) });
    expect(await sending({ port, tls: 'starttls', ca, user: 'vigie', password: 'x' })()).toMatchObject({
      kind: 'refused',
      status: 535,
    });
  });

  describe('by tokens in place of a password', () => {
    const secret = 'not-in-any-reason';
    const givers: TokenGiver[] = [];
    afterEach(async () => {
      for (const giver of givers.splice(0)) await giver[Symbol.asyncDispose]();
    });
    async function oauthFrom() {
      const giver = await tokenGiver();
      givers.push(giver);
      return { giver, oauth: { endpoint: giver.endpoint, clientId: 'vigie', secret: () => secret, scope: 'mail/.default' } };
    }

    it('shows one for as long as it counts', async () => {
      const { giver, oauth } = await oauthFrom();
      const { port, shown } = await serverOf(() => true);
      const send = sending({ port, tls: 'starttls', ca, user: 'vigie@aleo.example', oauth });
      expect([await send(), await send()]).toEqual([delivered, delivered]);
      expect(shown).toEqual(Array(2).fill('XOAUTH2 vigie@aleo.example token-1'));
      expect(giver.asked).toEqual([expect.objectContaining({ grant_type: 'client_credentials', scope: 'mail/.default' })]);
    });

    it('asks for another at once where the one that was kept is not taken any more, and no more often', async () => {
      const { giver, oauth } = await oauthFrom();
      let old: string | undefined;
      const { port } = await serverOf((token) => token !== old);
      const send = sending({ port, tls: 'starttls', ca, user: 'vigie', oauth });
      await send();
      old = 'token-1';
      expect([await send(), giver.asked.length]).toEqual([delivered, 2]);
      old = 'token-3';
      const fresh = sending({ port, tls: 'starttls', ca, user: 'vigie', oauth });
      expect([await fresh(), giver.asked.length]).toMatchObject([{ kind: 'refused', status: 535, scope: 'endpoint' }, 3]);
    });

    it.each([
      [
        401,
        { kind: 'refused', scope: 'endpoint', reason: expect.stringMatching(/^no token from http:.+: invalid_client: AADSTS/) },
      ],
      [503, { kind: 'later' }],
    ])('says with %i of who gives them why there is none', async (status, verdict) => {
      const { giver, oauth } = await oauthFrom();
      giver.refusal = [status, { error: 'invalid_client', error_description: 'AADSTS7000215' }];
      const { port, shown } = await serverOf(() => true);
      const got = await sending({ port, tls: 'starttls', ca, user: 'vigie', oauth })();
      expect(got).toMatchObject(verdict);
      expect(JSON.stringify(got)).not.toContain(secret);
      expect(shown).toEqual([]);
    });
  });
});
