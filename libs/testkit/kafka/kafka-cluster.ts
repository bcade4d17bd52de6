import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { freePortBase } from '../free-ports.js';
import { brokerIds, type KafkaClusterOptions, portOf, processIds, propertiesOf, rolesOf } from './broker-properties.js';
import { kafkaClassPath } from './kafka-jars.js';

/** How long a broker may take to answer, in milliseconds. */
const startMsMax = 300_000;
/** Only so that what hangs ends: one that writes down its classes takes some seconds, more on a busy machine. */
const stopMsMax = 60_000;
const heap = '-Xmx384m';
/** Of every cluster: each has folders of its own. 16 bytes in base64url. */
const clusterId = 'dmlnaWUtdGVzdC1rYWZrYQ';

/** A real Apache Kafka on this machine, one JVM for each broker. */
export class KafkaCluster {
  readonly #options: KafkaClusterOptions;
  readonly #directory: string;
  readonly #classPath: string;
  /** For the JVM, about classes that it shares with others. */
  readonly #sharing: readonly string[];
  readonly #running = new Map<number, ChildProcess>();

  private constructor(options: KafkaClusterOptions, directory: string, classPath: string, sharing: readonly string[]) {
    this.#options = options;
    this.#directory = directory;
    this.#classPath = classPath;
    this.#sharing = sharing;
  }

  /** Resolves when every broker answers. Rejects, with the reason, when Java or Maven is missing or a broker does not come up. */
  static async start(options: KafkaClusterOptions): Promise<KafkaCluster> {
    const progress = options.onProgress ?? (() => {});
    const classPath = await kafkaClassPath(() => progress('fetching Kafka with Maven (once)'));
    const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'vigie-kafka-')));
    const sharing = await KafkaCluster.#sharedClasses(classPath);
    const cluster = new KafkaCluster(options, directory, classPath, sharing);
    await cluster.#begin(progress);
    return cluster;
  }

  /**
   * The classes of Kafka as a JVM wrote them down when it ended, beside the jars and for as long as these: who starts with them has half the
   * work. Written once, by a broker that does nothing else; an empty file says that this JVM cannot.
   */
  static async #sharedClasses(classPath: string): Promise<readonly string[]> {
    const kept = join(dirname(classPath), 'classes.jsa');
    if (!existsSync(kept)) {
      const directory = await mkdtemp(join(tmpdir(), 'vigie-kafka-classes-'));
      const written = join(directory, 'classes.jsa');
      const options = { brokers: 1, portBase: await freePortBase(), directory };
      const cluster = new KafkaCluster(options, directory, classPath, [`-XX:ArchiveClassesAtExit=${written}`]);
      await cluster.#begin(() => {});
      await cluster.stop();
      const own = `${kept}.${process.pid}`;
      await copyFile(written, own).catch(() => writeFile(own, ''));
      await rename(own, kept);
      await rm(directory, { recursive: true, force: true });
    }
    return (await stat(kept)).size > 0 ? [`-XX:SharedArchiveFile=${kept}`] : [];
  }

  async #begin(progress: (message: string) => void): Promise<void> {
    try {
      progress('formatting');
      await this.#format();
      progress(`starting ${this.#options.brokers} broker(s)`);
      await this.startAll();
    } catch (cause) {
      await this.stop();
      throw cause;
    }
  }

  /** Of the processes that run now. */
  get pids(): readonly number[] {
    return [...this.#running.values()].flatMap(({ pid }) => pid ?? []);
  }

  /** Where they keep what they have. */
  get directory(): string {
    return this.#directory;
  }

  get brokers(): readonly string[] {
    return this.brokerIds.map((id) => `127.0.0.1:${portOf(this.#options, id)}`);
  }

  /** Brokers are numbered from 1, as Kafka's metadata shows them. */
  get brokerIds(): readonly number[] {
    return brokerIds(this.#options);
  }

  /** Starts what does not run, a controller apart included. */
  async startAll(): Promise<void> {
    const missing = processIds(this.#options).filter((id) => !this.#running.has(id));
    await Promise.all(missing.map((id) => this.startBroker(id)));
  }

  /** `kill -9` of everything, a controller apart included. */
  async killAll(): Promise<void> {
    await Promise.all(processIds(this.#options).map((id) => this.killBroker(id)));
  }

  async startBroker(id: number): Promise<void> {
    const child = spawn('java', this.#java('kafka.Kafka', this.#file(id)), { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#running.set(id, child);
    const last: string[] = [];
    const started = Promise.withResolvers<void>();
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        last.splice(0, last.length - 15, line);
        if (line.includes('Kafka Server started')) started.resolve();
      });
    child.once('exit', (code) =>
      started.reject(new Error(`broker ${id} ended with ${code} while it started:\n${last.join('\n')}`)),
    );
    const late = () => started.reject(new Error(`broker ${id} did not start within ${startMsMax} ms:\n${last.join('\n')}`));
    const timeout = AbortSignal.timeout(startMsMax);
    timeout.addEventListener('abort', late);
    await started.promise;
  }

  /** `kill -9`, by process id. Resolves when it is gone. */
  async killBroker(id: number): Promise<void> {
    await this.#end(id, 'SIGKILL');
  }

  /** The broker is there and does nothing: connections stay open and nobody answers, until `resumeBroker`. */
  freezeBroker(id: number): void {
    this.#running.get(id)?.kill('SIGSTOP');
  }

  resumeBroker(id: number): void {
    this.#running.get(id)?.kill('SIGCONT');
  }

  /** Stops every broker and removes what they wrote, unless it was asked to be kept. */
  async stop(): Promise<void> {
    await Promise.all(processIds(this.#options).map((id) => this.#end(id, this.#options.directory ? 'SIGTERM' : 'SIGKILL')));
    if (!this.#options.directory) await rm(this.#directory, { recursive: true, force: true });
  }

  async #end(id: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#running.get(id);
    this.#running.delete(id);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    const timeout = AbortSignal.timeout(stopMsMax);
    timeout.addEventListener('abort', () => child.kill('SIGKILL'));
    await gone;
  }

  /**
   * Formats the folder of each broker. What that writes depends on its number and roles alone, so that it is kept beside the jars and copied: a
   * JVM for it is half of what starting a broker takes.
   */
  async #format(): Promise<void> {
    await Promise.all(
      processIds(this.#options).map(async (id) => {
        const folder = join(this.#directory, `broker-${id}`);
        await mkdir(folder, { recursive: true });
        await writeFile(this.#file(id), propertiesOf(this.#options, this.#directory, id));
        const kept = join(dirname(this.#classPath), `formatted-${id}-${rolesOf(this.#options, id).join('-')}`);
        if (existsSync(join(folder, 'meta.properties'))) return;
        if (!existsSync(kept)) await this.#formatAnew(id, kept);
        await cp(kept, folder, { recursive: true });
      }),
    );
  }

  async #formatAnew(id: number, kept: string): Promise<void> {
    const apart = await mkdtemp(`${kept}.`);
    const properties = join(apart, 'broker.properties');
    const folder = join(apart, 'data');
    await mkdir(folder);
    await writeFile(
      properties,
      propertiesOf(this.#options, this.#directory, id).replace(/^log\.dirs=.*$/m, `log.dirs=${folder}`),
    );
    const args = ['format', '-t', clusterId, '-c', properties];
    await promisify(execFile)('java', this.#java('kafka.tools.StorageTool', ...args), { timeout: startMsMax });
    // Another worker may have been faster: a folder that is not empty is not replaced, and says the same.
    await rename(folder, kept).catch((cause: unknown) => {
      if (!existsSync(kept)) throw cause;
    });
    await rm(apart, { recursive: true, force: true });
  }

  #java(main: string, ...args: readonly string[]): string[] {
    const logging = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dorg.slf4j.simpleLogger.log.kafka.server=info'];
    return [
      ...this.#sharing,
      heap,
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      ...logging,
      ...(this.#options.security ? [`-Djava.security.auth.login.config=${this.#options.security.jaas}`] : []),
      '-cp',
      this.#classPath,
      main,
      ...args,
    ];
  }

  #file(id: number): string {
    return join(this.#directory, `broker-${id}.properties`);
  }
}
