import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { ComposeService } from './compose-service.js';

const execute = promisify(execFile);
const outputBytesMax = 64 * 1024 * 1024;

/** `docker` or `podman`, whichever answers; undefined where none does. */
export function containerEngine(): string | undefined {
  return ['docker', 'podman'].find((program) => spawnSync(program, ['info'], { stdio: 'ignore', timeout: 60_000 }).status === 0);
}

/** Containers of one run, of one image, each under the name of its service. */
export class Containers {
  #begun: string[] = [];
  readonly #volumes = new Set<string>();

  constructor(
    private readonly engine: string,
    private readonly image: string,
    private readonly run: string,
  ) {}

  /** Bytes of the image, unpacked. */
  async size(): Promise<number> {
    return Number(await this.#said(['image', 'inspect', '--format', '{{.Size}}', this.image]));
  }

  /** Runs a command in the image to its end, and resolves with what it said. Rejects with that when it fails. */
  once(command: readonly string[], options: readonly string[] = []): Promise<string> {
    return this.#said(['run', '--rm', ...options, this.image, ...command]);
  }

  /** Runs a job of the compose file to its end, and resolves with what it said. Rejects with that when it fails. */
  job({ name, options, command }: ComposeService): Promise<string> {
    this.#volumes.add(name);
    return this.once(command, options);
  }

  async start({ name, options, command }: ComposeService): Promise<void> {
    this.#begun = [...this.#begun.filter((one) => one !== name), name];
    this.#volumes.add(name);
    await this.#said(['run', '--detach', '--name', this.#nameOf(name), ...options, this.image, ...command]);
  }

  /** Ends a container at once, as a machine that fails does, and takes it away; its volume stays. */
  async kill(name: string): Promise<void> {
    await this.#said(['kill', '--signal', 'KILL', this.#nameOf(name)]);
    await this.remove(name);
  }

  /** Stops a container as `docker compose stop` does, and resolves with its exit code: 137 where it had to be killed. */
  async stop({ name, graceMs }: ComposeService): Promise<number> {
    await this.#said(['stop', '--time', String(graceMs / 1000), this.#nameOf(name)]);
    return Number(await this.#said(['inspect', '--format', '{{.State.ExitCode}}', this.#nameOf(name)]));
  }

  /** What a running container is: user, rights, and whether its root can be written. */
  inspect(name: string, format: string): Promise<string> {
    return this.#said(['inspect', '--format', format, this.#nameOf(name)]);
  }

  async within(name: string, command: readonly string[]): Promise<string> {
    return this.#said(['exec', this.#nameOf(name), ...command]);
  }

  async logs(name: string): Promise<string> {
    const { stdout, stderr } = await execute(this.engine, ['logs', this.#nameOf(name)], { maxBuffer: outputBytesMax });
    return stdout + stderr;
  }

  async remove(name: string): Promise<void> {
    await execute(this.engine, ['rm', '--force', this.#nameOf(name)]).catch(() => {});
    this.#begun = this.#begun.filter((one) => one !== name);
  }

  async removeAll(): Promise<void> {
    const begun = this.#begun;
    for (const name of begun) await this.remove(name);
    for (const name of this.#volumes) await execute(this.engine, ['volume', 'rm', '--force', this.#nameOf(name)]).catch(() => {});
  }

  #nameOf(name: string): string {
    return `${this.run}-${name}`;
  }

  async #said(words: readonly string[]): Promise<string> {
    try {
      return (await execute(this.engine, [...words], { maxBuffer: outputBytesMax })).stdout.trimEnd();
    } catch (cause) {
      const output = cause instanceof Error && 'stderr' in cause ? `${String(cause.stderr)}` : '';
      const whole = cause instanceof Error && 'stdout' in cause ? `${output}${String(cause.stdout)}` : output;
      throw new Error(`${this.engine} ${words.slice(0, 2).join(' ')} failed: ${whole.trim().slice(-2000) || String(cause)}`, {
        cause,
      });
    }
  }
}
