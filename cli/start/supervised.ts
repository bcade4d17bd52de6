import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Clock } from '#libs/runtime/clock.js';
import { listeningMessage } from '#libs/runtime/supervised/channel.js';
import { LogFile } from './log-file.js';
import type { ProcessDefinition } from './process-list.js';
import type { SharedPorts } from './workers/shared-ports.js';

/** First wait before a process that died is started again; doubled while it keeps dying young. Milliseconds. */
const firstRestartWaitMs = 100;
const restartWaitMsMax = 10_000;

/** A process that lived this long died of something new, so the wait begins anew. Milliseconds. */
const provenMs = 10_000;

/** An exit code that says: the configuration cannot be used, starting again will not help. */
const configurationExit = 2;

/** After SIGTERM a process drains for 20 s at most; this is when it is ended by force. Milliseconds. */
export const forceAfterMs = 23_000;

export interface SupervisedTools {
  readonly clock: Clock;
  /** Asked by processes that share ports with others. */
  readonly ports: SharedPorts;
}

export interface SupervisedEvents {
  /** A child runs, at first and after each restart. */
  readonly started: (pid: number) => void;
  readonly restarted: (name: string, cause: string, waitMs: number) => void;
  readonly misconfigured: (name: string, said: string) => void;
}

/** One child process: started, watched, started again when it dies, and stopped. */
export class Supervised {
  #child: ChildProcess | undefined;
  /** Of the child: resolves when it has ended and its last words were read. */
  #ended: Promise<void> = Promise.resolve();
  #stopping = false;
  #stopped: Promise<boolean> | undefined;
  #listens = false;
  #restarts = 0;
  #waitMs = firstRestartWaitMs;
  readonly #log: LogFile;

  constructor(
    readonly definition: ProcessDefinition,
    logPath: string,
    private readonly tools: SupervisedTools,
    private readonly events: SupervisedEvents,
  ) {
    this.#log = new LogFile(logPath);
  }

  /** Whether the child of this moment has its port; until then another process may answer there. */
  get listens(): boolean {
    return this.#listens;
  }

  get restarts(): number {
    return this.#restarts;
  }

  start(env: Readonly<Record<string, string | undefined>>): void {
    const { name, service, entry, env: own } = this.definition;
    const startedAt = this.tools.clock.monotonic();
    // Of several the name stands in lists of processes. An IPC channel tells the child when we are gone: nobody is left behind after `kill -9` of the supervisor.
    const child = spawn(process.execPath, ['--enable-source-maps', entry, ...(name === service ? [] : [name])], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...env, ...own, VIGIE_SUPERVISED: '1' },
    });
    this.#child = child;
    this.#ended = ended(child);
    const asker = { send: (answer: object) => void (child.connected && child.send(answer, () => {})) };
    child.on('message', (message) => {
      this.#listens ||= message === listeningMessage;
      this.tools.ports.hear(asker, message);
    });
    child.once('exit', () => this.tools.ports.forget(asker));
    if (child.pid !== undefined) this.events.started(child.pid);
    let said = '';
    child.stdout?.on('data', (bytes: Buffer) => this.#log.write(bytes));
    child.stderr?.on('data', (bytes: Buffer) => {
      this.#log.write(bytes);
      said = (said + bytes.toString()).slice(-2000);
    });
    child.once('exit', (code, signal) => void this.#gone(code, signal, said, startedAt, env));
  }

  async #gone(
    code: number | null,
    signal: string | null,
    said: string,
    startedAt: number,
    env: Readonly<Record<string, string | undefined>>,
  ): Promise<void> {
    this.#listens = false;
    if (this.#stopping) return;
    if (code === configurationExit) return this.events.misconfigured(this.definition.name, said);
    if (this.tools.clock.monotonic() - startedAt >= provenMs) this.#waitMs = firstRestartWaitMs;
    this.events.restarted(
      this.definition.name,
      signal ?? `exit code ${code}${reasonOf(this.definition.name, said)}`,
      this.#waitMs,
    );
    const waitMs = this.#waitMs;
    this.#waitMs = Math.min(restartWaitMsMax, waitMs * 2);
    this.#restarts += 1;
    await this.tools.clock.sleep(waitMs);
    if (!this.#stopping) this.start(env);
  }

  /** By SIGHUP, which would end one that has not begun. */
  lookAgain(): void {
    if (this.#listens) this.#child?.kill('SIGHUP');
  }

  /** From now on its end is expected: a signal to the whole process group may have reached it before our turn comes. */
  expectEnd(): void {
    this.#stopping = true;
  }

  /** Asks it to drain and waits for its end; by force when that takes too long. Resolves with false when force was needed. */
  stop(): Promise<boolean> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<boolean> {
    this.#stopping = true;
    const child = this.#child;
    let well = true;
    if (child) {
      const gone = this.#ended.then(() => true);
      const late = new AbortController();
      child.kill('SIGTERM');
      if (child.connected) child.disconnect();
      const forced = this.tools.clock.sleep(forceAfterMs, late.signal).then(
        () => child.kill('SIGKILL') && false,
        () => true,
      );
      well = await Promise.race([gone, forced]);
      await gone;
      late.abort();
    }
    this.#log.close();
    return well;
  }
}

/** What a service that could not begin said of it in its one line: by the log alone nobody would look. */
function reasonOf(name: string, said: string): string {
  const line = said.split('\n').findLast((one) => one.startsWith(`${name}: `));
  return line === undefined ? '' : `, ${line.slice(name.length + 2)}`;
}

/**
 * Listened to from the start: output may be closed long before the end is told. Not the child's 'close' event: that does not come after a
 * `disconnect`. One that could not be started has no end.
 */
async function ended(child: ChildProcess): Promise<void> {
  const emitters = [child, child.stdout, child.stderr];
  await Promise.all(emitters.map((one) => one && once(one, one === child ? 'exit' : 'close').catch(() => {})));
}
