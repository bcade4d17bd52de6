import { randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls, { createServer } from 'node:tls';
import { afterAll, describe, expect, it } from '@jest/globals';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { storeAddressOf } from '#libs/access-store/clickhouse/address.js';
import { tlsOf } from '#libs/event-log/open.js';
import { kafkaSigning } from '#libs/event-log/signing/signing-config.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { canMakeCertificates, TestAuthority } from '#libs/testkit/tls/certificates.js';
import { commonConfig, ConfigError, readConfig } from '../config.js';
import { silentLog } from '../log.js';
import { ExtraAuthorities } from './extra-authorities.js';

/* What a process proves itself by, and whom it believes, changed below it while it runs: no restart, and nothing between. */

const folder = mkdtempSync(join(tmpdir(), 'vigie-renewed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const read = (path: string): string => readFileSync(path, 'utf8');

(canMakeCertificates ? describe : describe.skip)('certificates (needs openssl)', () => {
  it('that a process shows to brokers are others from the next connection on, and stay as they were until key and certificate fit', async () => {
    const authority = new TestAuthority(folder, 'brokers');
    const [broker, before, after] = ['broker', 'before', 'after'].map((name) => authority.issue(name));
    if (!broker || !before || !after) throw new Error('no certificates');
    const [certificate, key] = [join(folder, 'own.pem'), join(folder, 'own.key')];
    copyFileSync(before.certificate, certificate);
    copyFileSync(before.key, key);
    const seen: (string | undefined)[] = [];
    const options = {
      cert: read(broker.certificate),
      key: read(broker.key),
      ca: read(authority.certificate),
      requestCert: true,
      rejectUnauthorized: true,
    };
    const server = createServer(options, (socket) => {
      seen.push(socket.getPeerX509Certificate()?.subject);
      socket.end('.');
    });
    const port = await listening(server);
    const ssl = tlsOf({
      KAFKA_TLS: true,
      KAFKA_TLS_CA: read(authority.certificate),
      KAFKA_TLS_CA_FILE: authority.certificate,
      KAFKA_TLS_CERT: read(certificate),
      KAFKA_TLS_CERT_FILE: certificate,
      KAFKA_TLS_KEY: read(key),
      KAFKA_TLS_KEY_FILE: key,
    });
    const connects = async () => {
      const socket = tls.connect({
        host: '127.0.0.1',
        port,
        ...(typeof ssl === 'object' && { ca: ssl.ca, cert: ssl.cert, key: ssl.key }),
      });
      await once(socket.resume(), 'end');
      return seen.at(-1);
    };
    expect(await connects()).toBe('CN=before');
    copyFileSync(after.certificate, certificate);
    expect(await connects()).toBe('CN=before');
    copyFileSync(after.key, key);
    expect(await connects()).toBe('CN=after');
    server.close();
  });

  it('that a process shows to ClickHouse says who the user is where there is no password, and is another one after it was renewed', async () => {
    const authority = new TestAuthority(folder, 'store');
    const [server, before, after] = ['clickhouse', 'vigie_scorer', 'vigie_scorer_2'].map((name) => authority.issue(name));
    if (!server || !before || !after) throw new Error('no certificates');
    const [certificate, key] = [join(folder, 'store-own.pem'), join(folder, 'store-own.key')];
    copyFileSync(before.certificate, certificate);
    copyFileSync(before.key, key);
    const seen: (string | undefined)[][] = [];
    const options = {
      cert: read(server.certificate),
      key: read(server.key),
      ca: read(authority.certificate),
      requestCert: true,
      rejectUnauthorized: true,
    };
    const store = createHttpsServer(options, (request, answer) => {
      const { authorization, 'x-clickhouse-user': user, 'x-clickhouse-ssl-certificate-auth': byCertificate } = request.headers;
      if (!(request.socket instanceof tls.TLSSocket)) throw new Error('no TLS');
      seen.push([request.socket.getPeerX509Certificate()?.subject, authorization, String(user), String(byCertificate)]);
      request.resume().on('end', () => answer.end(''));
    });
    const trusted = tls.getCACertificates('default');
    try {
      tls.setDefaultCACertificates([...trusted, read(authority.certificate)]);
      const variables = {
        CLICKHOUSE_URL: `https://127.0.0.1:${await listening(store)}`,
        CLICKHOUSE_USER: 'vigie_scorer',
        CLICKHOUSE_TLS_CERT_FILE: certificate,
        CLICKHOUSE_TLS_KEY_FILE: key,
      };
      const client = createStoreClient(storeAddressOf(readConfig(commonConfig, variables)));
      await client.command({ query: 'SELECT 1' });
      copyFileSync(after.certificate, certificate);
      await client.command({ query: 'SELECT 1' });
      copyFileSync(after.key, key);
      await client.command({ query: 'SELECT 1' });
      await client.insert({ table: 't', values: [{ a: 1 }], format: 'JSONEachRow' });
      expect(seen).toEqual(
        [before, before, after, after].map((one) => [subjectOf(one.certificate), undefined, 'vigie_scorer', 'on']),
      );
      await client.close();
      // Beside a password it is for the connection alone.
      const both = createStoreClient(
        storeAddressOf(readConfig(commonConfig, { ...variables, CLICKHOUSE_PASSWORD: 'the-password-7' })),
      );
      await both.command({ query: 'SELECT 1' });
      const basic = `Basic ${Buffer.from('vigie_scorer:the-password-7').toString('base64')}`;
      expect(seen.at(-1)).toEqual([subjectOf(after.certificate), basic, 'undefined', 'undefined']);
      await both.close();
    } finally {
      tls.setDefaultCACertificates(trusted);
      store.closeAllConnections();
      store.close();
    }
  });

  it('of further authorities count from the next connection on, beside all others, and tell their end', async () => {
    const [before, after] = [new TestAuthority(folder, 'first'), new TestAuthority(folder, 'second')];
    const path = join(folder, 'extra.pem');
    copyFileSync(before.certificate, path);
    const own = tls.getCACertificates('default');
    try {
      const authorities = new ExtraAuthorities(path);
      const { certificate, key } = after.issue('receiver');
      const server = createHttpsServer({ cert: read(certificate), key: read(key) }, (_, answer) => answer.end('taken'));
      const url = `https://127.0.0.1:${await listening(server)}/`;
      const endOf = (file: string) => Date.parse(new X509Certificate(read(file)).validTo);
      expect(authorities.look().map(({ endsMs }) => endsMs)).toEqual([endOf(before.certificate)]);
      await expect(fetch(url)).rejects.toThrow();
      writeFileSync(path, 'half a file');
      expect(authorities.look()).toHaveLength(1);
      writeFileSync(path, read(before.certificate) + read(after.certificate));
      expect(authorities.look().map(({ endsMs }) => endsMs)).toEqual([endOf(before.certificate), endOf(after.certificate)]);
      expect(await (await fetch(url)).text()).toBe('taken');
      writeFileSync(path, read(after.certificate));
      authorities.look();
      // One that has left the file counts no more, and all others of the process still do.
      expect(printsOf(tls.getCACertificates('default'))).toEqual(printsOf([...own, read(after.certificate)]));
      server.closeAllConnections();
      server.close();
    } finally {
      tls.setDefaultCACertificates(own);
    }
  });
});

describe('a certificate for ClickHouse', () => {
  it('is refused without its key, and where nothing would show it', () => {
    const config = readConfig(commonConfig, { CLICKHOUSE_URL: 'http://store:8123' });
    const pair = { CLICKHOUSE_TLS_CERT: 'a', CLICKHOUSE_TLS_KEY: 'b' };
    expect(() => storeAddressOf({ ...config, CLICKHOUSE_TLS_CERT: 'a' })).toThrow(/CLICKHOUSE_TLS_CERT and CLICKHOUSE_TLS_KEY/);
    expect(() => storeAddressOf({ ...config, ...pair })).toThrow(/CLICKHOUSE_URL must begin with https:/);
  });
});

describe('a certificate for brokers', () => {
  it('without its key is refused, and so is a key without it', () => {
    expect(() => tlsOf({ KAFKA_TLS: true, KAFKA_TLS_CERT: 'a' })).toThrow(ConfigError);
    expect(() => readConfig({ KAFKA_TLS_KEY: commonConfig.KAFKA_TLS_KEY }, { KAFKA_TLS_KEY: 'no key' })).toThrow(
      /KAFKA_TLS_KEY: is no private key in PEM/,
    );
  });
});

describe('the password of ClickHouse', () => {
  it('of a file is the one that the file has at a request, for questions, inserts and statements alike', async () => {
    const seen: string[] = [];
    const server = createHttpServer((request, answer) => {
      seen.push(Buffer.from(request.headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString());
      request.resume().on('end', () => answer.end(''));
    });
    const path = join(folder, 'clickhouse_password');
    const url = `http://127.0.0.1:${await listening(server)}`;
    writeFileSync(path, 'first-one\n');
    const config = readConfig(commonConfig, {
      CLICKHOUSE_URL: url,
      CLICKHOUSE_USER: 'vigie_scorer',
      CLICKHOUSE_PASSWORD_FILE: path,
    });
    const client = createStoreClient(storeAddressOf(config));
    await client.command({ query: 'SELECT 1' });
    writeFileSync(path, 'second-one\n');
    await client.command({ query: 'SELECT 1' });
    await (await client.query({ query: 'SELECT 1', format: 'JSONEachRow' })).text();
    await client.insert({ table: 't', values: [{ a: 1 }], format: 'JSONEachRow' });
    expect(seen).toEqual([
      'vigie_scorer:first-one',
      ...['second-one', 'second-one', 'second-one'].map((one) => `vigie_scorer:${one}`),
    ]);
    await client.close();
    server.close();
  });
});

describe('keys that sign frames', () => {
  it('are others some seconds after their file, and at once where a frame bears one that is new', async () => {
    const [old, young] = ['old', 'young'].map((id) => `${id}=${randomBytes(32).toString('base64')}`);
    const at = { topic: 'vigie.accesses.v1', partition: 1 };
    const frame = { ...at, offset: 0, bytes: Buffer.from('frame') };
    const clock = new FakeClock();
    const service = (name: string) => {
      const path = join(folder, `${name}_frame_keys`);
      writeFileSync(path, `${old}\n`);
      const config = {
        VIGIE_DATA_DIR: folder,
        VIGIE_FRAME_KEYS: `${old}`,
        VIGIE_FRAME_KEYS_FILE: path,
        VIGIE_FRAMES_SIGNED_SINCE: undefined,
      };
      const signing = kafkaSigning(config, { clock, log: silentLog });
      if (!signing) throw new Error('frames are not signed');
      return { signing, write: (text: string) => writeFileSync(path, text) };
    };
    const [writer, reader] = [service('writer'), service('reader')];
    const reads = () =>
      reader.signing.believed(at, frame, { signature: writer.signing.sign(at, frame.bytes) }).unreadable?.reason;
    expect(reads()).toBeUndefined();
    writer.write(`${young}\n${old}\n`);
    await clock.advance(11_000);
    // The reader's file has not been renewed: what it does not know, it does not believe.
    expect(reads()).toBe('unknown_key');
    reader.write(`${old}\n${young}\n`);
    await clock.advance(1_100);
    expect(reads()).toBeUndefined();
    reader.write('half a file');
    await clock.advance(11_000);
    expect(reads()).toBeUndefined();
  });
});

function subjectOf(path: string): string {
  return new X509Certificate(read(path)).subject;
}

async function listening(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

function printsOf(certificates: readonly string[]): ReadonlySet<string> {
  return new Set(certificates.map((one) => new X509Certificate(one).fingerprint256));
}
