import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { KafkaSecurity } from './granted/compose-kafka.js';
import { freePortBase } from './free-ports.js';
import { kafkaClassPath } from './kafka-jars.js';

export interface KafkaClusterOptions {
  /** 1, or 3 to see leaders change. */
  readonly brokers: number;
  /** Broker `i` (from 0) answers clients on `portBase + 2 i` of loopback, controllers on the port above. */
  readonly portBase: number;
  /**
   * The controller is a process of its own, so that it outlives brokers: with one in each broker, two that are gone take the majority with
   * them, and no set of in-sync replicas ever changes.
   */
  readonly controllerApart?: boolean;
  /** Keeps the data between runs; without it a temporary directory is used and removed. */
  readonly directory?: string;
  /** Who is let in, and what they may do; without it everybody, and everything. */
  readonly security?: KafkaSecurity;
  readonly onProgress?: (message: string) => void;
}

/** How long a broker may take to answer, in milliseconds. */
const startMsMax = 300_000;
/** Only so that what hangs ends: one that writes down its classes takes some seconds, more on a busy machine. */
const stopMsMax = 60_000;
const heap = '-Xmx384m';

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

  get brokers(): readonly string[] {
    return this.brokerIds.map((id) => `127.0.0.1:${this.#port(id)}`);
  }

  /** Brokers are numbered from 1, as Kafka's metadata shows them. */
  get brokerIds(): readonly number[] {
    return Array.from({ length: this.#options.brokers }, (_, index) => index + 1);
  }

  /** Starts what does not run, a controller apart included. */
  async startAll(): Promise<void> {
    const missing = this.#ids().filter((id) => !this.#running.has(id));
    await Promise.all(missing.map((id) => this.startBroker(id)));
  }

  /** `kill -9` of everything, a controller apart included. */
  async killAll(): Promise<void> {
    await Promise.all(this.#ids().map((id) => this.killBroker(id)));
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
    await Promise.all(this.#ids().map((id) => this.#end(id, this.#options.directory ? 'SIGTERM' : 'SIGKILL')));
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

  async #format(): Promise<void> {
    const uuid = Buffer.from(`0${randomUUID().replaceAll('-', '').slice(1)}`, 'hex').toString('base64url'); // never with a dash first, as an option
    await Promise.all(
      this.#ids().map(async (id) => {
        await mkdir(join(this.#directory, `broker-${id}`), { recursive: true });
        await writeFile(this.#file(id), this.#properties(id));
        const args = ['format', '-t', uuid, '-c', this.#file(id), '--ignore-formatted'];
        await promisify(execFile)('java', this.#java('kafka.tools.StorageTool', ...args), { timeout: startMsMax });
      }),
    );
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

  /** Every process: the brokers, and after them the controller where it is apart. */
  #ids(): readonly number[] {
    return this.#options.controllerApart ? [...this.brokerIds, this.#options.brokers + 1] : this.brokerIds;
  }

  #controllers(): readonly number[] {
    return this.#options.controllerApart ? [this.#options.brokers + 1] : this.brokerIds;
  }

  #rolesOf(id: number): readonly ('broker' | 'controller')[] {
    if (!this.#options.controllerApart) return ['broker', 'controller'];
    return this.brokerIds.includes(id) ? ['broker'] : ['controller'];
  }

  #port(id: number): number {
    return this.#options.portBase + 2 * (id - 1);
  }

  #file(id: number): string {
    return join(this.#directory, `broker-${id}.properties`);
  }

  #properties(id: number): string {
    const protocol = this.#options.security ? 'SASL_PLAINTEXT' : 'PLAINTEXT';
    const replicas = Math.min(3, this.#options.brokers);
    const voters = this.#controllers().map((voter) => `${voter}@127.0.0.1:${this.#port(voter) + 1}`);
    const roles = this.#rolesOf(id);
    const listeners = {
      broker: `PLAINTEXT://127.0.0.1:${this.#port(id)}`,
      controller: `CONTROLLER://127.0.0.1:${this.#port(id) + 1}`,
    };
    return Object.entries({
      'process.roles': roles.join(','),
      'node.id': id,
      'controller.quorum.voters': voters.join(','),
      listeners: roles.map((role) => listeners[role]).join(','),
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': `PLAINTEXT:${protocol},CONTROLLER:${protocol}`,
      'inter.broker.listener.name': 'PLAINTEXT',
      ...this.#options.security?.properties,
      'log.dirs': join(this.#directory, `broker-${id}`),
      'auto.create.topics.enable': false,
      'offsets.topic.replication.factor': replicas,
      'offsets.topic.num.partitions': 4,
      'transaction.state.log.replication.factor': replicas,
      'transaction.state.log.min.isr': 1,
      'group.initial.rebalance.delay.ms': 0,
      'group.min.session.timeout.ms': 1000,
      // A killed broker is noticed after 3 s instead of 9.
      'broker.session.timeout.ms': 3000,
      'broker.heartbeat.interval.ms': 500,
    })
      .map(([key, value]) => `${key}=${value}\n`)
      .join('');
  }
}
