import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IngestorUnderTest } from '../ingestor.fixture.js';
import { systemClock } from '#libs/runtime/clock.js';
import { canMakeCertificates, TestAuthority } from '#libs/testkit/tls/certificates.js';

let ingestor: IngestorUnderTest;
const certificates = mkdtempSync(join(tmpdir(), 'vigie-inlets-'));
const authority = canMakeCertificates ? new TestAuthority(certificates) : undefined;
const [server, sender, other] = ['server', 'pacs.hospital.example', 'other'].map((name) => authority?.issue(name));
const offsets = { tcp: 1, udp: 2, gelfTcp: 3, gelfUdp: 4, tls: 5, guarded: 6, balanced: 7, balancedTls: 9 };
const at = (name: keyof typeof offsets) => ingestor.port + offsets[name];

beforeAll(async () => {
  ingestor = await IngestorUnderTest.start((folder, port) => {
    const path = join(folder, 'sources.yml');
    const tls =
      server && authority
        ? `\n  - { name: tls, kind: syslog, transport: tls, port: ${port + offsets.tls}, tls: { certificate: '${server.certificate}', key: '${server.key}', client_ca: '${authority.certificate}' } }
  - { name: balanced-tls, kind: syslog, transport: tls, port: ${port + offsets.balancedTls}, proxies: 127.0.0.1, tls: { certificate: '${server.certificate}', key: '${server.key}', client_ca: '${authority.certificate}' } }`
        : '';
    const pacs = tls ? '\n  - { name: pacs, group: helix, certificate: { subject: pacs.hospital.example } }' : '';
    writeFileSync(
      path,
      `listeners:
  - { name: tcp, kind: syslog, transport: tcp, port: ${port + offsets.tcp} }
  - { name: udp, kind: syslog, transport: udp, port: ${port + offsets.udp} }
  - { name: gelf-tcp, kind: gelf, transport: tcp, port: ${port + offsets.gelfTcp} }
  - { name: gelf-udp, kind: gelf, transport: udp, port: ${port + offsets.gelfUdp} }
  - { name: guarded, kind: syslog, transport: tcp, port: ${port + offsets.guarded} }
  - { name: balanced, kind: syslog, transport: tcp, port: ${port + offsets.balanced}, proxies: [127.0.0.1] }${tls}
sources:
  - { name: dpi, group: helix, listener: [tcp, udp] }
  - { name: gray, group: helix, listener: [gelf-tcp, gelf-udp], senders: [127.0.0.0/8] }
  - { name: nobody, group: helix, listener: guarded, senders: [192.0.2.0/24] }
  - { name: nord, group: helix, listener: balanced, senders: [10.4.1.0/24] }
  - { name: sud, group: helix, listener: balanced, senders: ['2001:db8:2::/48'] }${pacs}
`,
    );
    return { VIGIE_SOURCES_FILE: path };
  });
});
afterAll(async () => {
  await ingestor.stop();
  rmSync(certificates, { recursive: true, force: true });
});

let number = 0;
function event(): string {
  number += 1;
  return JSON.stringify({
    time: '2026-11-28T08:12:03.120Z',
    clinic_id: 'nord',
    actor_id: `account.${number}`,
    action: 'read',
    patient_id: `IPP-${number}-4711`,
  });
}
const syslog = (text: string) => `<85>1 2026-11-28T08:12:03Z dpi-1 dpi 1 - - ${text}`;
const gelf = (text: string) => JSON.stringify({ version: '1.1', host: 'dpi-1', short_message: text, timestamp: 1_764_316_800 });

/** Sends bytes over TCP and closes; resolves when the other side has closed, too. */
function sendTcp(port: number, ...chunks: readonly (string | Uint8Array)[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      for (const chunk of chunks) socket.write(chunk);
      socket.end();
    });
    socket
      .on('error', reject)
      .on('close', () => resolve())
      .resume();
  });
}

function sendUdp(port: number, ...datagrams: readonly (string | Uint8Array)[]): Promise<void> {
  const socket = createSocket('udp4');
  const sent = datagrams.map(
    (one) =>
      new Promise<void>((resolve, reject) => socket.send(one, port, '127.0.0.1', (cause) => (cause ? reject(cause) : resolve()))),
  );
  return Promise.all(sent).then(() => void socket.close());
}

/** Waits until so many rows have come in all since `from`, and gives them. */
async function rowsSince(from: number, count: number): Promise<readonly Record<string, unknown>[]> {
  while (ingestor.log.lines.length < from + count) await systemClock.sleep(5);
  return ingestor.log.lines.slice(from).map((line) => JSON.parse(line));
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.sleep(5);
}

describe('syslog over TCP', () => {
  it('takes messages with counts, and lines, however they are cut into chunks', async () => {
    const from = ingestor.log.lines.length;
    const counted = [event(), event()].map((one) => `${Buffer.byteLength(syslog(one))} ${syslog(one)}`).join('');
    await sendTcp(at('tcp'), counted.slice(0, 50), counted.slice(50));
    await sendTcp(at('tcp'), `${syslog(event())}\n${syslog(event())}\n`);
    expect(await rowsSince(from, 4)).toMatchObject(Array.from({ length: 4 }, () => ({ source: 'dpi', clinic_id: 'nord' })));
  });

  it('takes the last line of a sender that closes behind it', async () => {
    const from = ingestor.log.lines.length;
    await sendTcp(at('tcp'), syslog(event()));
    expect(await rowsSince(from, 1)).toHaveLength(1);
  });

  it('keeps what it cannot read in quarantine, and goes on behind it', async () => {
    const from = ingestor.log.lines.length;
    await sendTcp(at('tcp'), `${syslog('hello')}\n${syslog(event())}\n`);
    expect(await rowsSince(from, 1)).toMatchObject([{ clinic_id: 'nord' }]);
    expect(ingestor.log.quarantined.map((line) => JSON.parse(line))).toMatchObject([
      {
        reason: 'unknown_format',
        source: 'dpi',
        step: 'admit',
        origin: expect.stringMatching(/^inlet:tcp\/2\d{3}-.*Z\/[0-9a-f]{8}\/0#0$/),
        content: '{"text":5}',
      },
    ]);
    expect(await ingestor.figure('vigie_events_quarantined_total', 'source="dpi"')).toBe(1);
  });

  it.each(['[]', '{"Records":[]}', '{"op":"d","before":{},"after":null,"source":{}}'])(
    'goes on behind a message that holds no record: %s',
    async (empty) => {
      const from = ingestor.log.lines.length;
      const before = await ingestor.figure('vigie_inlet_messages_total', 'inlet="tcp"');
      const socket = connect(at('tcp'), '127.0.0.1');
      socket.write(`${syslog(empty)}\n`);
      await until(async () => (await ingestor.figure('vigie_inlet_messages_total', 'inlet="tcp"')) > before);
      socket.end(`${syslog(event())}\n`);
      expect(await rowsSince(from, 1)).toHaveLength(1);
    },
  );

  it('closes to a sender that no source names', async () => {
    const from = ingestor.log.lines.length;
    await sendTcp(at('guarded'), `${syslog(event())}\n`).catch(() => {});
    await until(async () => (await ingestor.figure('vigie_inlet_dropped_total', 'inlet="guarded",reason="unknown_sender"')) > 0);
    expect(ingestor.log.lines).toHaveLength(from);
  });

  it('does not count who looks whether the port is open', async () => {
    const before = await ingestor.figure('vigie_inlet_dropped_total', 'inlet="guarded"');
    for (let look = 0; look < 3; look += 1) await sendTcp(at('guarded'));
    expect(await ingestor.figure('vigie_inlet_dropped_total', 'inlet="guarded"')).toBe(before);
  });

  it('has the system ask whether a silent sender is still there', async () => {
    const socket = connect(at('tcp'), '127.0.0.1');
    await once(socket, 'connect');
    // Of the side that accepted: the port, established, and in the column of timers the kind that keeps alive.
    const port = at('tcp').toString(16).toUpperCase().padStart(4, '0');
    const line = new RegExp(`^ *\\d+: 0100007F:${port} \\S+ 01 \\S+ 02:`, 'm');
    if (existsSync('/proc/net/tcp')) await until(async () => line.test(readFileSync('/proc/net/tcp', 'utf8')));
    else process.stdout.write('not looked at: this system has no /proc/net/tcp\n');
    socket.destroy();
  });

  it('keeps what came while the log is away, reads no more, and loses nothing', async () => {
    ingestor.log.failing = true;
    const from = ingestor.log.lines.length;
    const events = Array.from({ length: 3000 }, event);
    const sent = sendTcp(at('tcp'), events.map((one) => `${syslog(one)}\n`).join(''));
    await until(async () => (await ingestor.figure('vigie_inlet_messages_total', 'inlet="tcp"')) > 4);
    ingestor.log.failing = false;
    await sent;
    const rows = await rowsSince(from, 3000);
    expect(new Set(rows.map((row) => row['event_id'])).size).toBe(3000);
  });
});

const dropped = (reason: string, inlet = 'balanced') =>
  ingestor.figure('vigie_inlet_dropped_total', `inlet="${inlet}",reason="${reason}"`);

describe('behind a balancer', () => {
  const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
  it('senders are told apart by what it says of them, wherever its header is cut', async () => {
    const from = ingestor.log.lines.length;
    const six = '20010db8000200000000000000000005';
    const header = Buffer.concat([signature, Buffer.from(`21210024${six}${six}d4310202`, 'hex')]);
    await sendTcp(at('balanced'), `PROXY TCP4 10.4.1.7 192.0.2.1 54321 514\r\n${syslog(event())}\n`);
    await sendTcp(at('balanced'), header.subarray(0, 5), header.subarray(5, 30), header.subarray(30), `${syslog(event())}\n`);
    const rows = await rowsSince(from, 2);
    expect(new Set(rows.map((row) => row['source']))).toEqual(new Set(['nord', 'sud']));
  });

  it('whoever it names that no source does is turned away, and so is what has no header', async () => {
    const from = ingestor.log.lines.length;
    await sendTcp(at('balanced'), `PROXY TCP4 10.9.9.9 192.0.2.1 54321 514\r\n${syslog(event())}\n`).catch(() => {});
    await sendTcp(at('balanced'), `${syslog(event())}\n`).catch(() => {});
    await until(async () => (await dropped('unknown_sender')) === 1 && (await dropped('bad_proxy_header')) === 1);
    expect(ingestor.log.lines).toHaveLength(from);
  });

  it('a header from anywhere else is no header', async () => {
    const [from, kept] = [ingestor.log.lines.length, ingestor.log.quarantined.length];
    await sendTcp(at('tcp'), `PROXY TCP4 10.4.1.7 192.0.2.1 54321 514\r\n${syslog(event())}\n`);
    expect(await rowsSince(from, 1)).toMatchObject([{ source: 'dpi' }]);
    expect(ingestor.log.quarantined).toHaveLength(kept + 1);
  });

  it('its own looks count for nothing', async () => {
    const before = [await dropped('unknown_sender'), await dropped('bad_handshake', 'balanced-tls')];
    for (const port of server ? [at('balanced'), at('balancedTls')] : [at('balanced')]) {
      await sendTcp(port);
      await sendTcp(port, 'PROXY UNKNOWN\r\n');
      await sendTcp(port, Buffer.concat([signature, Buffer.from('20000000', 'hex')]));
    }
    expect([await dropped('unknown_sender'), await dropped('bad_handshake', 'balanced-tls')]).toEqual(before);
    expect(await dropped('bad_certificate', 'balanced-tls')).toBe(0);
  });
});

describe('datagrams', () => {
  it('of syslog are one message each, and one without any is none', async () => {
    const from = ingestor.log.lines.length;
    const kept = ingestor.log.quarantined.length;
    await sendUdp(at('udp'), '', '\0', ' \r\n', syslog(event()), syslog(event()));
    expect(await rowsSince(from, 2)).toMatchObject([{ source: 'dpi' }, { source: 'dpi' }]);
    expect(ingestor.log.quarantined).toHaveLength(kept);
  });

  it('of GELF are plain, packed, or in chunks in any order', async () => {
    const from = ingestor.log.lines.length;
    const long = Buffer.from(gelf(event()));
    const chunk = (index: number) =>
      Buffer.concat([
        Buffer.from([0x1e, 0x0f, 1, 2, 3, 4, 5, 6, 7, 8, index, 3]),
        long.subarray(index * 60, index === 2 ? long.length : (index + 1) * 60),
      ]);
    await sendUdp(
      at('gelfUdp'),
      gelf(event()),
      gzipSync(gelf(event())),
      deflateSync(gelf(event())),
      chunk(2),
      chunk(0),
      chunk(0),
      chunk(1),
    );
    expect(await rowsSince(from, 4)).toHaveLength(4);
  });
});

describe('GELF over TCP', () => {
  it('ends every message with NUL', async () => {
    const from = ingestor.log.lines.length;
    await sendTcp(at('gelfTcp'), `${gelf(event())}\0${gelf(event())}\0`);
    expect(await rowsSince(from, 2)).toMatchObject([{ source: 'gray' }, { source: 'gray' }]);
  });
});

const dial = (own?: { readonly certificate: string; readonly key: string }) =>
  new Promise<string>((resolve) => {
    const ca = authority ? readFileSync(authority.certificate) : '';
    const proof = own ? { cert: readFileSync(own.certificate), key: readFileSync(own.key) } : {};
    const socket = connectTls({ host: '127.0.0.1', port: at('tls'), ca, ...proof }, () => socket.end(`${syslog(event())}\n`));
    socket.on('error', () => resolve('broken'));
    socket.on('close', () => resolve('closed'));
    socket.resume();
  });

const isOpen = (port: number) =>
  sendTcp(port).then(
    () => true,
    () => false,
  );

(canMakeCertificates ? describe : describe.skip)('syslog over TLS (needs openssl)', () => {
  it('knows its senders by their certificates', async () => {
    const from = ingestor.log.lines.length;
    await dial(sender);
    expect(await rowsSince(from, 1)).toMatchObject([{ source: 'pacs' }]);
  });

  it('knows them behind a balancer that passes TLS on', async () => {
    const from = ingestor.log.lines.length;
    const carrier = connect(at('balancedTls'), '127.0.0.1');
    carrier.write('PROXY TCP4 10.4.1.7 192.0.2.1 54321 6514\r\n');
    const [ca, cert, key] = [authority?.certificate, sender?.certificate, sender?.key].map((path) => readFileSync(path ?? ''));
    const socket = connectTls({ socket: carrier, ca, cert, key, host: '127.0.0.1' }, () => socket.end(`${syslog(event())}\n`));
    expect(await rowsSince(from, 1)).toMatchObject([{ source: 'pacs' }]);
  });

  it('counts who does not speak TLS, and not who looks whether the port is open', async () => {
    await sendTcp(at('tls'));
    await sendTcp(at('tls'), `${syslog(event())}\n`).catch(() => {});
    await until(async () => (await dropped('bad_handshake', 'tls')) === 1);
  });

  it('turns away who has none, or one that no source names', async () => {
    const from = ingestor.log.lines.length;
    await dial();
    await dial(other);
    await until(async () => (await ingestor.figure('vigie_inlet_dropped_total', 'inlet="tls",reason="unknown_sender"')) > 0);
    await until(async () => (await ingestor.figure('vigie_inlet_dropped_total', 'inlet="tls",reason="bad_certificate"')) > 0);
    expect(ingestor.log.lines).toHaveLength(from);
  });
});

describe('listeners that change', () => {
  it('are closed and opened with their file', async () => {
    const path = join(ingestor.folder, 'sources.yml');
    const text = readFileSync(path, 'utf8');
    const moved = text.replace(`transport: tcp, port: ${at('tcp')}`, `transport: tcp, port: ${ingestor.port + 8}`);
    writeFileSync(path, moved);
    process.emit('SIGHUP');
    await until(() => isOpen(ingestor.port + 8));
    expect(await isOpen(at('tcp'))).toBe(false);
    expect(await ingestor.ask('/health/ready', {})).toMatchObject({ status: 200, body: { checks: { inlets: 'ok' } } });
  });
});

it('a message that holds more than one request may is taken whole', async () => {
  const small = await IngestorUnderTest.start((folder, port) => {
    const path = join(folder, 'sources.yml');
    writeFileSync(
      path,
      `listeners: [{ name: tcp, kind: syslog, transport: tcp, port: ${port + 1} }]\nsources: [{ name: dpi, group: helix, listener: tcp }]\n`,
    );
    return { VIGIE_SOURCES_FILE: path, VIGIE_INGEST_ITEMS: '7' };
  });
  try {
    await sendTcp(small.port + 1, `${syslog(`[${Array.from({ length: 40 }, event).join(',')}]`)}\n`);
    const events = () => new Set(small.log.lines.map((line) => JSON.parse(line).event_id)).size;
    await until(async () => events() >= 40);
    expect(events()).toBe(40);
    expect(await small.figure('vigie_inlet_dropped_total', 'inlet="tcp"')).toBe(0);
  } finally {
    await small.stop();
  }
});
