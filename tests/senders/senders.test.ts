import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { canMakeCertificates } from '#libs/testkit/tls/certificates.js';
import { IngestorUnderTest } from '#services/ingestor/ingestor.fixture.js';
import { certificatesIn } from './certificates.js';
import { clientSenders } from './client-senders.js';
import { debianSenders } from './debian-senders.js';
import { systemClock } from '#libs/runtime/clock.js';
import { atPlace, type Place, recordOf, type Running, type Sender } from './sender.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-senders-'));
const certificates = join(folder, 'certificates');
if (canMakeCertificates) certificatesIn(certificates);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const token = randomBytes(32).toString('base64url');
const count = 150;
const accounts = Array.from({ length: count }, (_, number) => `account.${number}`);

/** What keeps a sender from being run here; Kafka's are run where a broker is, in the longer test. */
function whyNot({ reason, title }: Sender): string | undefined {
  return reason ?? (/TLS/.test(title) && !canMakeCertificates ? 'openssl is needed for certificates' : undefined);
}

describe('real senders: what they sent is in the log, and counts once, after the ingestor had to refuse it for a while', () => {
  for (const sender of [...debianSenders, ...clientSenders].filter(({ road }) => road !== 'topic')) {
    const reason = whyNot(sender);
    (reason === undefined ? it : it.skip)(`${sender.title}${reason === undefined ? '' : ` (${reason})`}`, async () => {
      const [ingestor, place] = await anIngestor(sender);
      const running = await sender.start(place);
      try {
        await refusedForAWhile(sender, ingestor, running);
        await running.stop();
      } finally {
        await running.stop();
        await ingestor.stop();
      }
      const rows = ingestor.log.lines.map((line) => JSON.parse(line));
      expect(new Set(rows.map((row) => row.actor_id))).toEqual(new Set(accounts));
      expect(new Set(rows.map((row) => row.event_id)).size).toBe(count);
      expect(new Set(rows.map((row) => row.group_id))).toEqual(new Set(['aleo']));
      expect(ingestor.log.quarantined).toEqual([]);
    });
  }
});

/** Sends everything, while first the room of its source is taken and then the log is away, and waits until all of it came. */
async function refusedForAWhile({ road, givesUp }: Sender, ingestor: IngestorUnderTest, running: Running): Promise<void> {
  const { log } = ingestor;
  const crowd = road === 'http' && !givesUp ? await Crowd.at(ingestor.port) : undefined;
  if (road === 'socket') log.failing = true;
  await running.send(accounts.map(recordOf));
  if (crowd) {
    // Splunk's HTTP Event Collector says 503 where others say 429.
    await until(async () => (await answers(ingestor, '429')) + (await answers(ingestor, '503')) > 0);
    const before = await answers(ingestor, '503');
    log.failing = true;
    crowd.leave();
    await until(async () => (await answers(ingestor, '503')) > before);
  } else if (road !== 'http') await until(async () => (await ingestor.figure('vigie_inlet_messages_total', '')) > 0);
  log.failing = false;
  await until(async () => new Set(log.lines.map((line) => JSON.parse(line).actor_id)).size >= count);
}

/** An ingestor with the sources of a sender's page, over so little memory that one request of another sender of the same source fills it. */
async function anIngestor({ title, sources }: Sender): Promise<readonly [IngestorUnderTest, Place]> {
  let place: Place | undefined;
  const ingestor = await IngestorUnderTest.start((_, port) => {
    const own = join(folder, title.replaceAll(/\W+/g, '-'));
    const ports = { http: port, tcp: port + 1, tls: port + 2, udp: port + 3, gelf: port + 4 };
    place = { folder: own, certificates, ports, token };
    mkdirSync(own, { recursive: true });
    const path = join(own, 'sources.yml');
    if (sources) writeFileSync(path, atPlace(sources, place));
    return {
      VIGIE_INGEST_TOKENS: `siem@aleo=${token}`,
      VIGIE_INGEST_QUEUE_BYTES: String(queueBytes),
      ...(sources && { VIGIE_SOURCES_FILE: path }),
    };
  });
  if (!place) throw new Error('no place');
  return [ingestor, place];
}

/** One source may hold half of it: the buffer of one body of this length. */
const queueBytes = 1024 * 1024;
const announcedBytes = 400 * 1024;

/** A request that has begun and does not go on, and holds all that its source may have. */
class Crowd {
  private constructor(private readonly socket: Socket) {}

  static async at(port: number): Promise<Crowd> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      `POST /v1/events HTTP/1.1\r\nhost: vigie\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\n`,
    );
    socket.write(`content-length: ${announcedBytes}\r\n\r\n${' '.repeat(announcedBytes / 4)}`);
    const metrics = () => fetch(`http://127.0.0.1:${port}/metrics`).then((answer) => answer.text());
    await until(async () => Number(/^vigie_ingest_queue_bytes\S* (\d+)/m.exec(await metrics())?.[1] ?? 0) >= queueBytes / 2);
    return new Crowd(socket);
  }
  leave(): void {
    this.socket.destroy();
  }
}

function answers(ingestor: IngestorUnderTest, status: string): Promise<number> {
  return ingestor.figure('vigie_ingest_requests_total', `status="${status}"`);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.sleep(5);
}
