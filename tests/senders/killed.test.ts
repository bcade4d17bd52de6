import { createHash, randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTopics } from '#libs/event-log/kafka/topics/create-topics.js';
import { systemClock } from '#libs/runtime/clock.js';
import { compiledModule } from '#libs/runtime/paths.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { type KafkaForTests, kafkaForTests, whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';
import { isLongRun } from '#libs/testkit/measures/long-run.js';
import { RunningVigie, startMsMax } from '#libs/testkit/running-vigie.js';
import { canMakeCertificates } from '#libs/testkit/tls/certificates.js';
import { certificatesIn } from './certificates.js';
import { type Place, recordOf, type Running, type Sender } from './sender.js';

const noKafka = isLongRun
  ? await whyNoKafkaTests(process.env)
  : 'npm run test:long and npm run shippers: a Kafka, the whole of Vigie and twenty senders take minutes';
const reason = noKafka ?? (canMakeCertificates ? undefined : 'openssl is needed for certificates');
/** Nothing is fetched, unpacked or installed for a run that only says why it does not run. */
const senders: readonly Sender[] = reason === undefined ? await everySender() : [];
/** Without those that give up what a busy machine answers them; the shorter test has them. */
const able = senders.filter((sender) => sender.reason === undefined && !sender.givesUp);
const unable = senders.filter((sender) => sender.reason !== undefined);

/** Records of each sender before the ingestor is killed, while it is away, and behind it. */
const share = 200;
const token = randomBytes(32).toString('base64url');
/** Until all of a part is stored, milliseconds: senders wait some seconds before they come again, and a machine has other work. */
const storedMsMax = 240_000;
const topic = 'raw.dpi';

const accountsOf = (index: number, part: string) => Array.from({ length: share }, (_, number) => `s${index}.${part}.${number}`);

const answers = ({ road }: Sender) => road === 'http' || road === 'topic';
const all = () => true;

(reason === undefined ? describe : describe.skip)(
  `real senders and a killed ingestor${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'vigie-senders-'));
    const certificates = join(folder, 'certificates');
    const running = new Map<Sender, Running>();
    let kafka: KafkaForTests;
    let vigie: RunningVigie;

    beforeAll(async () => {
      certificatesIn(certificates);
      kafka = await kafkaForTests(process.env, await freePortBase());
      const [portBase, inlets] = [await freePortBase(), await freePortBase()];
      const ports = { http: portBase, tcp: inlets, tls: inlets + 1, udp: inlets + 2, gelf: inlets + 3 };
      const env = await environment(kafka.brokers, ports, { folder, certificates });
      vigie = await RunningVigie.start({ portBase, env });
      for (const [index, sender] of able.entries()) {
        const place: Place = {
          folder: join(folder, `sender-${index}`),
          certificates,
          ports,
          token,
          broker: kafka.brokers[0] ?? '',
        };
        running.set(sender, await sender.start(place));
      }
    }, 3 * startMsMax);
    afterAll(async () => {
      await Promise.all([...running.values()].map((one) => one.stop()));
      await vigie?.stop();
      await kafka?.stop();
      rmSync(folder, { recursive: true, force: true });
    }, 3 * startMsMax);

    const send = (part: string, which: (sender: Sender) => boolean) =>
      Promise.all(
        able.map((sender, index) =>
          which(sender) ? running.get(sender)?.send(accountsOf(index, part).map(recordOf)) : undefined,
        ),
      );
    const missingOf = async (parts: readonly string[], which: (sender: Sender) => boolean) => {
      const wanted = able.flatMap((sender, index) =>
        which(sender) ? parts.map((part) => [sender.title, `s${index}.${part}`] as const) : [],
      );
      const query =
        "SELECT arrayStringConcat(arrayPopBack(splitByChar('.', actor_id)), '.') AS part, uniqExact(actor_id) AS n, uniqExact(event_id) AS events FROM vigie.accesses GROUP BY part";
      const rows = new Map((await vigie.sql(query)).map(({ part, n, events }) => [String(part), `${n} of ${events}`]));
      return wanted.flatMap(([title, part]) =>
        rows.get(part) === `${share} of ${share}` ? [] : [`${title}, ${part}: ${rows.get(part) ?? 'nothing'}`],
      );
    };
    const stored = async (parts: readonly string[], which: (sender: Sender) => boolean) => {
      await vigie.until(
        () => missingOf(parts, which),
        (left) => left.length === 0,
        storedMsMax,
      );
    };

    it(
      'everything is stored once',
      async () => {
        await send('first', all);
        await stored(['first'], all);
      },
      2 * storedMsMax,
    );

    it(
      'and so is what was under way when the ingestor was killed, and what came while it was away, where somebody acknowledges',
      async () => {
        const under = send('under', answers);
        vigie.kill('ingestor');
        await under;
        await send('away', (sender) => sender.road !== 'datagram');
        await stored(['under'], answers);
        await stored(['first', 'away'], answers);
        // Over a socket nobody acknowledges: what was written before its sender saw that nobody was there is lost, and what comes behind is not.
        await send('behind', all);
        await stored(['behind'], all);
        const lost = await missingOf(['away'], (sender) => sender.road === 'socket');
        process.stderr.write(
          `of ${share} records written to a socket right behind the kill: ${lost.join('; ') || 'none is missing'}\n`,
        );
      },
      4 * storedMsMax,
    );

    it('nothing of it is in quarantine', async () => {
      expect(await vigie.sql('SELECT reason, source, count() AS n FROM vigie.quarantine GROUP BY reason, source')).toEqual([]);
    });
  },
);

for (const { title, reason: why } of reason === undefined ? unable : []) it.skip(`${title} (${why})`, () => {});

/** What Vigie is started with: topics made, and one source for each road. */
async function environment(
  brokers: readonly string[],
  ports: Place['ports'],
  { folder, certificates }: { readonly folder: string; readonly certificates: string },
) {
  const path = join(folder, 'sources.yml');
  const tls = ['certificate', 'key', 'client_ca']
    .map((name, at) => `${name}: '${certificates}/${['server.pem', 'server.key', 'ca.pem'][at]}'`)
    .join(', ');
  writeFileSync(
    path,
    `listeners:
  - { name: tcp, kind: syslog, transport: tcp, port: ${ports.tcp} }
  - { name: tls, kind: syslog, transport: tls, port: ${ports.tls}, tls: { ${tls} } }
  - { name: udp, kind: syslog, transport: udp, port: ${ports.udp} }
  - { name: gelf, kind: gelf, transport: tcp, port: ${ports.gelf} }
  - { name: gelf-udp, kind: gelf, transport: udp, port: ${ports.gelf} }
sources:
  - { name: syslog, group: aleo, listener: [tcp, udp] }
  - { name: pacs, group: aleo, certificate: { subject: dpi.aleo.example } }
  - { name: gelf, group: aleo, listener: [gelf, gelf-udp] }
  - { name: bus, group: aleo, topic: ${topic} }
`,
  );
  const keys = `aleo:k1=${createHash('sha256').update('real senders').digest('base64')}`;
  const env = {
    KAFKA_BROKERS: brokers.join(','),
    VIGIE_PSEUDONYM_KEYS: keys,
    VIGIE_SOURCES_FILE: path,
    VIGIE_INGEST_TOKENS: `siem@aleo=${token}`,
  };
  const create = [compiledModule('cli/vigie'), 'topics', 'create', '--partitions', '2', '--replication', '1'];
  await promisify(execFile)(process.execPath, create, { env: { ...process.env, ...env, NODE_OPTIONS: '' } });
  const options = { brokers, clientId: 'vigie-test', clock: systemClock, sessionTimeoutMs: 6000 };
  await createTopics(options, { [topic]: { partitions: 2, replicationFactor: 1 } });
  return env;
}

async function everySender(): Promise<readonly Sender[]> {
  const { clientSenders } = await import('./client-senders.js');
  const { debianSenders } = await import('./debian-senders.js');
  const { longSenders } = await import('./long-senders.js');
  return [...debianSenders, ...clientSenders, ...longSenders()];
}
