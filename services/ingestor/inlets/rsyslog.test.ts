import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { IngestorUnderTest } from '../ingestor.fixture.js';

const rsyslogd = ['/usr/sbin/rsyslogd', '/sbin/rsyslogd'].find((path) => existsSync(path));
const events = 200;

const event = (number: number) =>
  JSON.stringify({
    time: '2026-11-28T08:12:03.120Z',
    clinic_id: 'nord',
    actor_id: `account.${number}`,
    action: 'read',
    patient_id: `IPP-${number}-4711`,
  });

/** The configuration of docs/shippers/rsyslog.md with the paths and ports of a test. */
const configuration = (folder: string, action: string) => `
global(workDirectory="${folder}/work" maxMessageSize="256k")
module(load="imfile")
input(type="imfile" File="${folder}/audit.log" Tag="dpi" Facility="local5" Severity="info" addMetadata="off")
action(${action})
`;

(rsyslogd ? describe : describe.skip)('rsyslog itself (needs rsyslogd)', () => {
  it.each([
    ['octet-counted TCP', 1, 'type="omfwd" protocol="tcp" TCP_Framing="octet-counted"'],
    ['TCP with line ends', 1, 'type="omfwd" protocol="tcp"'],
    ['UDP', 2, 'type="omfwd" protocol="udp"'],
  ])('feeds over %s', async (_what, offset, action) => {
    const ingestor = await IngestorUnderTest.start((folder, port) => {
      const path = join(folder, 'sources.yml');
      const listeners = ['tcp', 'udp'].map((transport, index) => `  - { name: ${transport}, kind: syslog, transport: ${transport}, port: ${port + 1 + index} }\n`);
      writeFileSync(path, `listeners:\n${listeners.join('')}sources:\n  - { name: dpi, group: helix, listener: [tcp, udp] }\n`);
      return { VIGIE_SOURCES_FILE: path };
    }); // prettier-ignore
    const { folder, port, log } = ingestor;
    mkdirSync(join(folder, 'work'));
    writeFileSync(join(folder, 'audit.log'), Array.from({ length: events }, (_, number) => `${event(number)}\n`).join(''));
    const target = `target="127.0.0.1" port="${port + offset}" template="RSYSLOG_SyslogProtocol23Format" action.resumeRetryCount="-1"`;
    const config = join(folder, 'rsyslog.conf');
    writeFileSync(config, configuration(folder, `${action} ${target}`));
    const child = spawn(rsyslogd ?? '', ['-n', '-f', config, '-i', join(folder, 'rsyslog.pid')], { stdio: 'ignore' });
    const exited = new Promise((resolve) => child.once('exit', resolve));
    while (log.lines.length < events) await new Promise(setImmediate);
    child.kill('SIGTERM');
    await exited;
    expect(new Set(log.lines.map((line) => JSON.parse(line).actor_id)).size).toBe(events);
    await ingestor.stop();
  });
});
