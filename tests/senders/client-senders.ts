import { Client } from '@elastic/elasticsearch';
import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  type LogRecordExporter,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs';
import gelf from 'gelf-pro';
import { setTimeout as sleep } from 'node:timers/promises';
import splunk from 'splunk-logging';
import { sourcesOf } from './page.js';
import { type Place, type Running, type Sender } from './sender.js';

/** Before something that a client gave up is given to it again, as whoever uses it has to. Milliseconds. */
const againAfterMs = 200;

/** Does it until it is done; ends with its sender. */
class Errands {
  readonly #all: Promise<void>[] = [];
  #isOver = false;

  add(work: () => Promise<boolean>): void {
    this.#all.push(this.#until(work));
  }
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#all);
  }
  async #until(work: () => Promise<boolean>): Promise<void> {
    while (!this.#isOver && !(await work().catch(() => false))) await sleep(againAfterMs);
  }
}

function running(errands: Errands, send: Running['send'], close: () => Promise<unknown> = async () => {}): Running {
  return {
    send,
    stop: async () => {
      await errands.end();
      await close();
    },
  };
}

/** Elastic's own bulk helper, which sends again by itself what it is asked to. */
async function startElastic({ ports, token }: Place): Promise<Running> {
  const node = `http://127.0.0.1:${ports.http}`;
  const client = new Client({ node, auth: { username: 'vigie', password: token }, compression: true, maxRetries: 10 });
  const errands = new Errands();
  const send = async (lines: readonly string[]) =>
    errands.add(async () => {
      const { failed, aborted } = await client.helpers.bulk({
        datasource: lines.map((line): unknown => JSON.parse(line)),
        flushBytes: 5_000,
        onDocument: () => ({ create: { _index: 'logs-vigie' } }),
      });
      return failed === 0 && !aborted;
    });
  return running(errands, send, () => client.close());
}

/** OpenTelemetry's exporter, with records that its own SDK has made. It sends again a few times, and then says that it could not. */
function openTelemetry(Exporter: new (options: object) => LogRecordExporter): Sender['start'] {
  return async ({ ports, token }) => {
    const url = `http://127.0.0.1:${ports.http}/v1/logs`;
    const exporter = new Exporter({ url, headers: { Authorization: `Bearer ${token}` }, compression: 'gzip' });
    const errands = new Errands();
    const send = async (lines: readonly string[]) => {
      const made = new InMemoryLogRecordExporter();
      const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: made })] });
      for (const line of lines) provider.getLogger('audit').emit({ body: line, attributes: { 'host.name': 'dpi-1' } });
      await provider.forceFlush();
      const records = made.getFinishedLogRecords();
      errands.add(() => new Promise((resolve) => exporter.export(records, ({ code }) => resolve(code === 0))));
    };
    return running(errands, send, () => exporter.shutdown());
  };
}

/** Splunk's own logging client, with its own way to put an event. It sends again where no answer came, and says what was answered otherwise. */
async function startSplunk({ ports, token }: Place): Promise<Running> {
  const logger = new splunk.Logger({ token, url: `http://127.0.0.1:${ports.http}`, maxBatchCount: 0, maxRetries: 3 });
  logger.error = () => {};
  const errands = new Errands();
  const send = async (lines: readonly string[]) =>
    errands.add(() => {
      for (const line of lines) logger.send({ message: line, metadata: { host: 'dpi-1', source: 'audit' } });
      return new Promise((resolve) => logger.flush((fault, _, body) => resolve(!fault && body?.code === 0)));
    });
  return running(errands, send);
}

/** A client of GELF, a connection for each message. */
function startGelf(adapter: 'tcp' | 'udp'): Sender['start'] {
  return async ({ ports }) => {
    const options = { host: '127.0.0.1', port: ports.gelf };
    // The package is one client with one adapter: this one has its own.
    const client: typeof gelf = Object.create(gelf);
    client.setConfig({ adapterName: adapter, adapterOptions: adapter === 'udp' ? { ...options, protocol: 'udp4' } : options });
    const errands = new Errands();
    const send = async (lines: readonly string[]) => {
      for (const line of lines)
        errands.add(() => new Promise((resolve) => client.message(line, 6, {}, (fault) => resolve(!fault))));
    };
    return running(errands, send);
  };
}

/** Libraries that programs send with, from the registry of npm. */
export const clientSenders: readonly Sender[] = [
  { title: '@elastic/elasticsearch, its bulk helper', road: 'http', start: startElastic },
  { title: '@opentelemetry/exporter-logs-otlp-http', road: 'http', start: openTelemetry(JsonExporter) },
  { title: '@opentelemetry/exporter-logs-otlp-proto', road: 'http', start: openTelemetry(ProtobufExporter) },
  { title: 'splunk-logging', road: 'http', start: startSplunk },
  { title: 'gelf-pro over TCP', road: 'socket', sources: sourcesOf('graylog', 'TCP'), start: startGelf('tcp') },
  { title: 'gelf-pro over UDP', road: 'datagram', sources: sourcesOf('graylog', 'UDP'), start: startGelf('udp') },
];
