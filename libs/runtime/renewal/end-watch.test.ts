import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { afterAll, describe, expect, it } from '@jest/globals';
import { tlsOf } from '#libs/event-log/open.js';
import { Door } from '#libs/event-log/kafka/reach/door.js';
import { canMakeCertificates, TestAuthority } from '#libs/testkit/tls/certificates.js';
import { systemClock } from '../clock.js';
import { silentLog } from '../log.js';
import { Metrics } from '../metrics.js';
import { seenIn, shownAt } from './certificates-seen.js';
import { type End, endsOf, EndWatch } from './end-watch.js';
import { renewedText } from './renewed-text.js';

function text(path: string): string {
  return readFileSync(path, 'utf8');
}

const folder = mkdtempSync(join(tmpdir(), 'vigie-ends-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function told(metrics: Metrics): Promise<Record<string, number>> {
  const gauge = metrics.registry.getSingleMetric('vigie_credential_end_time_seconds');
  const { values } = (await gauge?.get()) ?? { values: [] };
  return Object.fromEntries(values.map(({ labels, value }) => [`${labels['kind']} ${labels['name']}`, value]));
}

describe('what has an end', () => {
  it('is told with it, is renewed under its name, and is told no more when it is gone', async () => {
    const metrics = new Metrics('test');
    const watch = new EndWatch({ clock: systemClock, metrics, log: silentLog });
    let ends: readonly End[] | Error = [
      { kind: 'token', name: 'laptop', endsMs: 5000 },
      { kind: 'certificate', name: 'inlet', endsMs: 7000 },
    ];
    await watch.add(() => {
      if ('length' in ends) return ends;
      throw ends;
    });
    await watch.add(() => [{ kind: 'certificate', name: 'other', endsMs: 1000 }]);
    expect(await told(metrics)).toEqual({ 'token laptop': 5, 'certificate inlet': 7, 'certificate other': 1 });
    ends = [{ kind: 'certificate', name: 'inlet', endsMs: 9000 }];
    await watch.look();
    expect(await told(metrics)).toEqual({ 'certificate inlet': 9, 'certificate other': 1 });
    // What cannot be seen for a while keeps the end that it had.
    ends = new Error('the file is not there');
    await watch.look();
    expect(await told(metrics)).toEqual({ 'certificate inlet': 9, 'certificate other': 1 });
    watch.close();
  });
});

describe('a text that is renewed', () => {
  it('is what its file has, and the last that fits while the file has none', () => {
    const path = join(folder, 'text');
    writeFileSync(path, 'a\n');
    const now = renewedText(path, 'first', (text) => text !== 'wrong');
    expect(now()).toBe('a');
    writeFileSync(path, 'wrong');
    expect(now()).toBe('a');
    rmSync(path);
    expect(now()).toBe('a');
    writeFileSync(path, 'b');
    expect([now(), renewedText(undefined, 'first', () => true)()]).toEqual(['b', 'first']);
  });
});

(canMakeCertificates ? describe : describe.skip)('certificates (needs openssl)', () => {
  it('are seen on a port and in a file, and the authority of brokers is another from the next connection on', async () => {
    const before = new TestAuthority(folder, 'before');
    const after = new TestAuthority(folder, 'after');
    const [first, second] = [before.issue('first'), after.issue('second')];
    const file = join(folder, 'authority.pem');
    copyFileSync(before.certificate, file);
    const server = createServer({ cert: text(first.certificate), key: text(first.key) }, (socket) => socket.resume());
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const ssl = tlsOf({ KAFKA_TLS: true, KAFKA_TLS_CA: text(file), KAFKA_TLS_CA_FILE: file });
    /** As kafkajs connects: by the same sockets, and with the same options each time. */
    const connects = () =>
      new Promise<string>((resolve) => {
        const door = new Door();
        const onConnect = () => {
          door.shut();
          resolve('connected');
        };
        const socket = door.socketFactory({ host: '127.0.0.1', port, ssl, onConnect } as Parameters<Door['socketFactory']>[0]);
        socket.once('error', (cause: NodeJS.ErrnoException) => resolve(cause.code ?? 'failed'));
      });
    const shown = async () => endsOf([await shownAt('the broker', `127.0.0.1:${port}`, undefined)])[0]?.endsMs;
    expect(await shown()).toBe(Date.parse(new X509Certificate(text(first.certificate)).validTo));
    expect(endsOf(seenIn('authority', () => text(file)))[0]?.endsMs).toBe(Date.parse(new X509Certificate(text(file)).validTo));
    expect(await connects()).toBe('connected');
    server.setSecureContext({ cert: text(second.certificate), key: text(second.key) });
    expect(await connects()).not.toBe('connected');
    copyFileSync(after.certificate, `${file}.new`);
    renameSync(`${file}.new`, file);
    expect(await connects()).toBe('connected');
    await new Promise((resolve) => server.close(resolve));
  });

  it('that cannot be seen are no end', () => {
    expect(() => endsOf(seenIn('x', () => 'no certificate'))).toThrow('x: there is no certificate in it');
  });
});
