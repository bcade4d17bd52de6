/** Ingestor, scorer and notifier in this process, over one embedded log and a rule that two patients meet: what one more event sets off. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { madeTopics } from '#libs/contracts/topics.js';
import { openEmbeddedLog } from '#libs/event-log/embedded/embedded-log.js';
import { EVENT_LOG } from '#libs/event-log/nest/event-log.module.js';
import { LogStrategy } from '#libs/event-log/nest/log-strategy.js';
import { isoOf, systemClock } from '#libs/runtime/clock.js';
import { readConfig } from '#libs/runtime/config.js';
import { RuntimeModule } from '#libs/runtime/runtime.module.js';
import { Shutdown } from '#libs/runtime/shutdown.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { readIngestorConfig } from '#services/ingestor/config.js';
import { ingestorAdapter } from '#services/ingestor/http-adapter.js';
import { IngestService } from '#services/ingestor/ingest.service.js';
import { IngestorModule } from '#services/ingestor/ingestor.module.js';
import { readNotifierConfig } from '#services/notifier/config.js';
import { NotifierModule } from '#services/notifier/notifier.module.js';
import { scorerConfig } from '#services/scorer/config.js';
import { ScorerModule } from '#services/scorer/scorer.module.js';

const rule = `title: A look
id: 4d9c2c52-6f0a-4f0e-8a1b-0a5c2f3d7e11
name: a_look
logsource: {product: ehr}
detection: {looking: {action: [read], patient_id|exists: true}, condition: looking}
---
title: Two patients in ten minutes
id: 4d9c2c52-6f0a-4f0e-8a1b-0a5c2f3d7e12
name: two_patients
level: high
correlation: {type: value_count, rules: [a_look], group-by: [group_id, actor_id], timespan: 10m, condition: {field: patient_id, gte: 2}}
`;

export interface World {
  /** Sends an access to one patient; resolves with the answer. */
  readonly send: (patient: string) => Promise<number>;
  /** Bodies that the receiver of the webhook was given. */
  readonly told: () => readonly string[];
  readonly end: () => Promise<void>;
}

/** Starts everything. What waits for a store waits on: nobody listens where it is looked for. */
export async function startWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-walk-'));
  const rulesDir = join(folder, 'rules');
  mkdirSync(rulesDir);
  writeFileSync(join(rulesDir, 'two-patients.yml'), rule);
  const log = await openEmbeddedLog({
    directory: join(folder, 'log'),
    topics: Object.fromEntries(madeTopics.map((topic) => [topic, 1])),
  } as Parameters<typeof openEmbeddedLog>[0]);
  const received: string[] = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => (body += String(piece)));
    request.on('end', () => {
      received.push(body);
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const [port, nobody] = [await freePortBase(), await freePortBase()];
  const token = randomBytes(32).toString('base64url');
  const env = { VIGIE_DATA_DIR: folder, VIGIE_RULES_DIR: rulesDir, CLICKHOUSE_URL: `http://127.0.0.1:${nobody}` };
  const apps: INestApplication[] = [];
  const made = async (name: string, module: DynamicModule) =>
    Test.createTestingModule({ imports: [RuntimeModule.forService(name, 'error'), module] })
      .overrideProvider(EVENT_LOG)
      .useValue(log)
      .compile();

  const ingestorConfig = readIngestorConfig({ ...env, VIGIE_PORT_BASE: String(port), VIGIE_INGEST_TOKENS: `dpi@helix=${token}` });
  const ingestor = (
    await made('ingestor', IngestorModule.forConfig(ingestorConfig))
  ).createNestApplication<NestFastifyApplication>(ingestorAdapter(60_000), { logger: false, bodyParser: false });
  await ingestor.listen(port, '127.0.0.1');
  await ingestor.get(IngestService).taking;
  apps.push(ingestor);
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  for (const [name, module] of [
    ['scorer', ScorerModule.forConfig(readConfig(scorerConfig, env))],
    ['notifier', NotifierModule.forConfig(readNotifierConfig({ ...env, VIGIE_WEBHOOK_URL: url, VIGIE_WEBHOOK_SECRET: secret }))],
  ] as const) {
    const app = (await made(name, module)).createNestApplication(ingestorAdapter(60_000), { logger: false });
    app.connectMicroservice({ strategy: app.get(LogStrategy, { strict: false }) });
    await app.init();
    await app.startAllMicroservices();
    apps.push(app);
  }

  let sent = 0;
  const send = async (patient: string): Promise<number> => {
    // Without the patient in its id: a line that shows one elsewhere is not ordinary.
    const event = {
      time: isoOf(systemClock.now()),
      id: `walk-${(sent += 1)}`,
      clinic_id: '750300123',
      actor_id: 'dr.martin',
      action: 'read',
      patient_ids: [patient],
    };
    const answer = await fetch(`http://127.0.0.1:${port}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: `${JSON.stringify(event)}\n`,
    });
    return answer.status;
  };
  const end = async (): Promise<void> => {
    for (const app of apps) {
      await app.close();
      await app.get(Shutdown).run();
    }
    receiver.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { send, told: () => received, end };
}
