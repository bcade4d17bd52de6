import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { silentLog } from '#libs/runtime/log.js';
import { createMemoryLog } from '#libs/event-log/memory/memory-log.js';
import { systemClock } from '#libs/runtime/clock.js';
import { canMakeCertificates, TestAuthority } from '#libs/testkit/tls/certificates.js';
import { fetchPost } from '../http/http-post.js';
import { aCase, aManner, aMessage } from '../told/example.fixture.js';
import { told } from '../told/told.js';
import { syslogSender, type SyslogReceiver } from './syslog.js';

const servers: Server[] = [];
/** What servers have accepted: a socket that nobody reads does not notice that the other side is gone. */
const accepted: Socket[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  for (const socket of accepted.splice(0)) socket.destroy();
});

async function listening(server: Server): Promise<number> {
  servers.push(server.on('connection', (socket) => accepted.push(socket)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Reads frames by their count of octets until the other side ends. */
function reading(got: string[]): (socket: Socket) => void {
  return (socket) => {
    const chunks: Buffer[] = [];
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => {
      for (let rest = Buffer.concat(chunks); rest.length > 0;) {
        const blank = rest.indexOf(' ');
        const end = blank + 1 + Number(rest.toString('utf8', 0, blank));
        got.push(rest.toString('utf8', blank + 1, end));
        rest = rest.subarray(end);
      }
    });
  };
}

function sending(receiver: Partial<SyslogReceiver> & { readonly port: number }) {
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
  };
  const sender = syslogSender({ host: '127.0.0.1', tls: 'none', facility: 10, ...receiver }, tools);
  return (given: Parameters<typeof aMessage>[0] = {}, signal = new AbortController().signal) =>
    sender.send(told(aMessage(given), manner), signal);
}

describe('syslog', () => {
  it('has a frame a case, by its count of octets, once the receiver has read to the end', async () => {
    const got: string[] = [];
    const send = sending({ port: await listening(createServer(reading(got))) });
    expect(await send({ case: aCase({ actor_id: 'éric' }) })).toEqual({ kind: 'delivered', status: 0 });
    expect(await send({ kind: 'muted_end', case: undefined, cases: [aCase(), aCase({ level: 'critical' })] })).toMatchObject({
      kind: 'delivered',
    });
    expect(got).toHaveLength(3);
    expect(got[0]).toMatch(
      /^<83>1 2026-11-23T08:31:10\.655Z vigie-1 vigie - grew - CEF:0\|Vigie\|Vigie\|0\.1\.0\|mass-access-10m\|.*suser=éric/,
    );
    expect(got[2]).toMatch(/^<82>1 /);
  });

  it('is later when nobody listens, and when the other side breaks off', async () => {
    expect(await sending({ port: 1 })()).toMatchObject({ kind: 'later', status: 0 });
    const port = await listening(createServer((socket) => socket.resetAndDestroy()));
    expect(await sending({ port })()).toMatchObject({ kind: 'later' });
  });

  it('lets go of a receiver that neither reads nor closes when it is broken off', async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => {}));
    const stop = new AbortController();
    const verdict = sending({ port: await listening(server) })({}, stop.signal);
    if (accepted.length === 0) await once(server, 'connection');
    stop.abort();
    expect(await verdict).toMatchObject({ kind: 'later', reason: 'the delivery was broken off' });
  });
});

(canMakeCertificates ? describe : describe.skip)('syslog over TLS (needs openssl)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-syslog-'));
  const authority = canMakeCertificates ? new TestAuthority(folder) : undefined;
  const issued = authority?.issue('siem');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const secure = (got: string[]) =>
    createTlsServer({ cert: readFileSync(issued?.certificate ?? ''), key: readFileSync(issued?.key ?? '') }, reading(got)).on(
      'tlsClientError',
      () => {},
    );

  it('says it to a receiver that the authority vouches for', async () => {
    const got: string[] = [];
    const port = await listening(secure(got));
    expect(await sending({ port, tls: 'tls', ca: readFileSync(authority?.certificate ?? '', 'utf8') })()).toEqual({
      kind: 'delivered',
      status: 0,
    });
    expect(got).toHaveLength(1);
  });

  it('says nothing to one that nobody vouches for', async () => {
    const got: string[] = [];
    const port = await listening(secure(got));
    expect(await sending({ port, tls: 'tls' })()).toMatchObject({ kind: 'later' });
    expect(got).toEqual([]);
  });
});
