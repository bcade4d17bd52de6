import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { portOffsets } from '#libs/contracts/vocabulary.js';
import { servicesPassword, servicesUser } from '#libs/access-store/clickhouse/services-credential.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Asked } from '../faults/checks.js';
import { freePortBase } from '../free-ports.js';
import type { Tree } from './release-tree.js';

export type ProcessName = keyof typeof portOffsets;

/** Only so that what hangs ends, milliseconds. */
const readyMsMax = 300_000;
const stopMsMax = 60_000;
const lookEveryMs = 200;
/** One question to the store. */
const answerMsMax = 60_000;
/** libuv's threads must outnumber the sessions of the embedded ClickHouse. */
const clickhouseThreads = '24';

/** Where one of each service runs: a pod, or a machine. */
interface Place {
  readonly portBase: number;
  readonly dataDir: string;
  readonly asked: Asked;
}

interface Running {
  readonly child: ChildProcess;
  readonly tree: Tree;
}

export interface FleetOptions {
  /** How many of each service may run side by side. On the embedded log one: its processes share a folder. */
  readonly places: number;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** What a service or a job has besides, or otherwise. */
  readonly envFor?: (name: string) => Readonly<Record<string, string>>;
  /** The module below `dist/` that is the store, where it is another than the service `clickhouse`. */
  readonly store?: string;
  readonly clock: Clock;
}

/** Services of two versions as processes over one log and one store: each of any place can be replaced by that of another tree, as a rollout does. */
export class Fleet {
  readonly #running = new Map<string, Running>();
  /** The places as what must hold is asked of them. */
  readonly machines: readonly [Asked, ...Asked[]];
  /** Processes that ended although nobody asked them to, and the last they said. */
  readonly ended: string[] = [];
  /** Processes that did not drain in time when they were stopped: on a busy machine that is no fault. */
  readonly late: string[] = [];

  private constructor(
    private readonly options: FleetOptions,
    readonly places: readonly Place[],
  ) {
    const [first, ...rest] = places.map(({ asked }) => asked);
    if (!first) throw new Error('a fleet has one place at least');
    this.machines = [first, ...rest];
  }

  static async make(options: FleetOptions): Promise<Fleet> {
    const places: Place[] = [];
    for (let n = 0; n < options.places; n += 1) {
      const portBase = await freePortBase();
      const store = places[0]?.portBase ?? portBase;
      places.push({ portBase, dataDir: join(options.directory, `place-${n + 1}`), asked: askedAt(portBase, store) });
    }
    return new Fleet(options, places);
  }

  /** Starts the service of a tree in a place, and resolves when it is ready. Rejects with the last that it said. */
  async start(place: number, name: ProcessName, tree: Tree): Promise<void> {
    const env = { ...this.envOf(place), ...this.options.envFor?.(name) };
    const { portBase } = this.#place(place);
    const entry = (name === 'clickhouse' && this.options.store) || join('services', name, 'main');
    const child = spawn(process.execPath, ['--enable-source-maps', join(tree.root, 'dist', `${entry}.js`)], {
      cwd: tree.root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env, ...(name === 'clickhouse' && { UV_THREADPOOL_SIZE: clickhouseThreads }) },
    });
    const key = keyOf(place, name);
    this.#running.set(key, { child, tree });
    const said = this.#listen(child, `${name}-${place + 1}`, tree);
    child.once('exit', (code, signal) => {
      if (this.#running.get(key)?.child !== child) return;
      this.ended.push(`${name} of ${tree.name} in place ${place + 1} ended (${signal ?? code}): ${said().slice(-1500)}`);
    });
    const url = `http://127.0.0.1:${portBase + portOffsets[name]}/health/ready`;
    let why = 'no answer';
    const ready = async () => {
      const answer = await fetch(url).catch(() => undefined);
      if (answer?.ok) return true;
      why = answer ? (await answer.text()).slice(0, 500) : 'no answer';
      return false;
    };
    await this.#until(
      ready,
      () => `${name} of ${tree.name} does not get ready: ${why}\n${said().slice(-1500)}`,
      () => child.exitCode !== null,
    );
  }

  /**
   * As a rollout ends a pod: what does not drain in time is done again by others, and noted in `late`. The embedded store, which everybody goes on asking here, ends as a
   * machine that fails does: `npm start` stops it when nobody asks any more, and under questions its engine does not come to a clean end.
   */
  async stop(place: number, name: ProcessName): Promise<void> {
    const key = keyOf(place, name);
    const running = this.#running.get(key);
    if (!running) return;
    this.#running.delete(key);
    const { child, tree } = running;
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(name === 'clickhouse' ? 'SIGKILL' : 'SIGTERM');
      const forced = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
      await once(child, 'exit');
      clearTimeout(forced);
    }
    if (child.exitCode !== 0 && name !== 'clickhouse')
      this.late.push(`${name} of ${tree.name} ended with ${child.signalCode ?? child.exitCode} when it was stopped`);
  }

  /** Whether any place runs the service of a tree. */
  runs(name: ProcessName, tree: Tree['name']): boolean {
    return this.places.some((_, place) => this.#running.get(keyOf(place, name))?.tree.name === tree);
  }

  async replace(place: number, name: ProcessName, tree: Tree): Promise<void> {
    await this.stop(place, name);
    await this.start(place, name, tree);
  }

  /** Runs a command of a tree to its end; resolves with what it printed. */
  command(tree: Tree, ...args: readonly string[]): Promise<string> {
    return this.commandAs('', tree, args);
  }

  /** The same with what a service or a job has, and `input` to read. Rejects with what it said when it fails. */
  async commandAs(name: string, tree: Tree, args: readonly string[], input = ''): Promise<string> {
    const file = join(tree.root, 'dist', 'cli', 'vigie.js');
    const env = { ...this.envOf(0), ...this.options.envFor?.(name) };
    const running = promisify(execFile)(process.execPath, [file, ...args], { cwd: tree.root, env });
    running.child.stdin?.end(input);
    return (await running).stdout;
  }

  /** What processes of a service have printed so far, of every tree and place. */
  said(name: ProcessName): string {
    const logs = join(this.options.directory, 'logs');
    const own = readdirSync(logs).filter((file) => file.startsWith(`${name}-`));
    return own.map((file) => readFileSync(join(logs, file), 'utf8')).join('');
  }

  envOf(place: number): Record<string, string> {
    const { portBase, dataDir } = this.#place(place);
    const first = this.#place(0);
    const store = place > 0 && {
      CLICKHOUSE_URL: `http://127.0.0.1:${first.portBase + portOffsets.clickhouse}`,
      CLICKHOUSE_USER: servicesUser,
      CLICKHOUSE_PASSWORD: servicesPassword(first.dataDir),
    };
    const { PATH = '', NODE_COMPILE_CACHE } = process.env;
    const own = { PATH, ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }) };
    return { ...own, VIGIE_PORT_BASE: String(portBase), VIGIE_DATA_DIR: dataDir, ...store, ...this.options.env };
  }

  /** Ends everything, the store last. */
  async end(): Promise<void> {
    const order: readonly ProcessName[] = ['ingestor', 'console', 'notifier', 'scorer', 'archiver', 'clickhouse'];
    for (const name of order)
      await Promise.all(
        this.places.map((_, place) => this.stop(place, name).catch((cause: unknown) => this.ended.push(String(cause)))),
      );
  }

  #listen(child: ChildProcess, name: string, tree: Tree): () => string {
    const logs = join(this.options.directory, 'logs');
    mkdirSync(logs, { recursive: true });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (bytes: Buffer) => {
        said = (said + bytes.toString()).slice(-10_000);
        appendFileSync(join(logs, `${name}-${tree.name}.log`), bytes);
      });
    return () => said;
  }

  #place(place: number): Place {
    const found = this.places[place];
    if (!found) throw new Error(`there is no place ${place}`);
    return found;
  }

  async #until(holds: () => Promise<boolean>, why: () => string, over: () => boolean): Promise<void> {
    const { clock } = this.options;
    const deadline = clock.monotonic() + readyMsMax;
    while (!(await holds())) {
      if (over() || clock.monotonic() > deadline) throw new Error(why());
      await clock.sleep(lookEveryMs);
    }
  }
}

function keyOf(place: number, name: ProcessName): string {
  return `${name} ${place}`;
}

function askedAt(portBase: number, storePortBase: number): Asked {
  return {
    url: (name) => `http://127.0.0.1:${portBase + portOffsets[name]}`,
    sql: async (query) => {
      const url = `http://127.0.0.1:${storePortBase + portOffsets.clickhouse}/?default_format=JSON`;
      const answer = await fetch(url, { method: 'POST', body: query, signal: AbortSignal.timeout(answerMsMax) });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${answer.status} ${text.slice(0, 500)}`);
      return (JSON.parse(text) as { data: Record<string, unknown>[] }).data;
    },
  };
}
