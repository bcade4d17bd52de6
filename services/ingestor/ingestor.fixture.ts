import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { EVENT_LOG } from '#libs/event-log/nest/event-log.module.js';
import { RuntimeModule } from '#libs/runtime/runtime.module.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { readIngestorConfig } from './config.js';
import { IngestService } from './ingest.service.js';
import { ingestorAdapter } from './http-adapter.js';
import { IngestorModule } from './ingestor.module.js';
import { MemoryLog } from './memory-log.fixture.js';

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed where it is JSON. */
  readonly body: unknown;
}

/** An ingestor on free ports over a log in memory, in this process. */
export class IngestorUnderTest {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly log: MemoryLog,
    readonly port: number,
    /** Where its files may lie. */
    readonly folder: string,
  ) {}

  /** `environment` may need the folder and the first of twenty free ports. */
  static async start(
    environment: (folder: string, port: number) => Readonly<Record<string, string>>,
  ): Promise<IngestorUnderTest> {
    const port = await freePortBase();
    const folder = mkdtempSync(join(tmpdir(), 'vigie-ingestor-'));
    const log = new MemoryLog();
    const config = readIngestorConfig({ VIGIE_PORT_BASE: String(port), VIGIE_DATA_DIR: folder, ...environment(folder, port) });
    const imports = [RuntimeModule.forService('ingestor', 'error'), IngestorModule.forConfig(config)];
    const module = await Test.createTestingModule({ imports }).overrideProvider(EVENT_LOG).useValue(log).compile();
    const app = module.createNestApplication<NestFastifyApplication>(ingestorAdapter(600_000), {
      logger: false,
      bodyParser: false,
    });
    await app.listen(port, '127.0.0.1');
    await app.get(IngestService).taking;
    return new IngestorUnderTest(app, log, port, folder);
  }

  get base(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async ask(path: string, init: RequestInit): Promise<Answered> {
    const answer = await fetch(`${this.base}${path}`, init);
    const bytes = Buffer.from(await answer.arrayBuffer());
    const isJson = answer.headers.get('content-type')?.includes('json') === true && bytes.length > 0;
    const body: unknown = isJson ? JSON.parse(bytes.toString()) : bytes;
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body };
  }

  async post(
    path: string,
    authorization: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<Answered> {
    return this.ask(path, { method: 'POST', body, headers: { authorization, ...headers } });
  }

  /** A figure of `/metrics`, 0 where it has none. */
  async figure(name: string, labels: string): Promise<number> {
    const text = await (await fetch(`${this.base}/metrics`)).text();
    const line = text.split('\n').find((one) => one.startsWith(`${name}{`) && one.includes(labels));
    return Number(line?.split(' ').at(-1) ?? 0);
  }

  async stop(): Promise<void> {
    await this.app.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
