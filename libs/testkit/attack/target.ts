import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { portOffsets } from '#libs/contracts/vocabulary.js';
import { compiledModule } from '#libs/runtime/paths.js';
import { freePortBase } from '../free-ports.js';
import { RunningVigie } from '../running-vigie.js';
import { WebhookEar } from './webhook-ear.js';

export type ServiceName = keyof typeof portOffsets;
export const services: readonly ServiceName[] = ['ingestor', 'scorer', 'archiver', 'notifier', 'console', 'clickhouse'];

/** The groups that feed it, by a source of the same name each. */
export type Group = 'helix' | 'aleo';

export interface Fed {
  readonly status: number;
  readonly accepted: number;
  readonly text: string;
}

export interface HttpRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** What is waited for at most, milliseconds; on a machine without other work it is there within seconds. */
export const patienceMs = 90_000;

const lookEveryMs = 900;
const looks = 3;

/** A running system of its own, as an attacker sees it from outside: ports, a token for each group, its files, its commands. */
export class Target {
  #names = 0;

  private constructor(
    readonly vigie: RunningVigie,
    readonly tokens: Readonly<Record<Group, string>>,
    readonly ear: WebhookEar,
    readonly portBase: number,
    /** A folder beside the data, for what must not be read or written. */
    readonly folder: string,
  ) {}

  /** `prepare` may fill the folder of data before anything starts over it. */
  static async start(prepare: (dataDir: string) => Promise<void> = async () => {}): Promise<Target> {
    const folder = await mkdtemp(join(tmpdir(), 'vigie-attack-'));
    const tokens = { helix: aToken(), aleo: aToken() };
    const portBase = await freePortBase();
    const ear = new WebhookEar();
    const env = {
      VIGIE_INGEST_TOKENS: `test@helix=${tokens.helix},test@aleo=${tokens.aleo}`,
      VIGIE_SNAPSHOT_SECONDS: '2',
      VIGIE_WEBHOOK_URL: await ear.start(),
      VIGIE_WEBHOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
    };
    try {
      const dataDir = join(folder, 'data');
      await prepare(dataDir);
      const vigie = await RunningVigie.start({ portBase, dataDir, env });
      return new Target(vigie, tokens, ear, portBase, folder);
    } catch (cause) {
      ear.stop();
      await rm(folder, { recursive: true, force: true });
      throw cause;
    }
  }

  async stop(): Promise<void> {
    await this.vigie.stop();
    this.ear.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** An account that no other attack uses. */
  account(kind: string): string {
    this.#names += 1;
    return `${kind}.${this.#names}`;
  }

  /** Events as NDJSON under the group's token, once; what the ingestor answered. */
  async feed(events: readonly object[], group: Group = 'helix'): Promise<Fed> {
    const body = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    return this.post('/v1/events', 'application/x-ndjson', body, group);
  }

  async post(path: string, type: string, body: string | Buffer, group: Group = 'helix', encoding?: string): Promise<Fed> {
    const headers = {
      authorization: `Bearer ${this.tokens[group]}`,
      'content-type': type,
      ...(encoding && { 'content-encoding': encoding }),
    };
    const { status, text } = await this.http('ingestor', { method: 'POST', path, headers, body });
    const accepted = /"accepted":(\d+)/.exec(text)?.[1];
    return { status, text, accepted: Number(accepted ?? 0) };
  }

  /** Any request at all, `Host` and other headers that browsers do not let pages choose included. Status 0 when no answer came. */
  http(
    service: ServiceName,
    { method = 'GET', path = '/', headers = {}, body }: HttpRequest,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const { promise, resolve } = Promise.withResolvers<{ status: number; text: string }>();
    const sent = request(`${this.vigie.url(service)}${path}`, { method, headers }, (answer) => {
      let text = '';
      answer.on('data', (bytes: Buffer) => (text += bytes.toString()));
      answer.once('close', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.once('error', (cause) => resolve({ status: 0, text: cause.message }));
    sent.end(body);
    return promise;
  }

  /** A statement of somebody without a password. */
  ask(sql: string, parameters = ''): Promise<{ readonly status: number; readonly text: string }> {
    return this.http('clickhouse', { method: 'POST', path: `/?${parameters}`, body: sql });
  }

  /** The first column of the only row, as a number. */
  async figure(sql: string): Promise<number> {
    const [row] = await this.vigie.sql(sql);
    return Number(Object.values(row ?? {})[0] ?? 0);
  }

  /** Latest states of an account's incidents. */
  incidentsOf(actor: string): Promise<readonly Record<string, unknown>[]> {
    return this.vigie.sql(`SELECT * FROM vigie.incident_latest WHERE actor_id = ${literal(actor)}`);
  }

  /** False when it did not come about within `withinMs`. */
  async comes(done: () => Promise<boolean>, withinMs = patienceMs): Promise<boolean> {
    return this.vigie.until(done, (yes) => yes, withinMs).catch(() => false);
  }

  /**
   * Everything that was acknowledged has been judged and stored, and what was decided of it too. Figures are published twice a second, so that
   * only several looks in a row say so.
   */
  async settled(): Promise<boolean> {
    let quiet = 0;
    for (const from = performance.now(); quiet < looks;) {
      if (performance.now() - from >= patienceMs) return false;
      await sleep(lookEveryMs);
      const lag = await Promise.all(
        (['scorer', 'archiver', 'notifier'] as const).map((name) => this.metric(name, 'vigie_log_uncommitted_frames')),
      );
      quiet = lag.every((frames) => frames === 0) ? quiet + 1 : 0;
    }
    return true;
  }

  /** The sum of a metric over its labels; not a number where it is not published. */
  async metric(service: ServiceName, name: string): Promise<number> {
    const { text } = await this.http(service, { path: '/metrics' });
    const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].map(([, value]) => Number(value));
    return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0);
  }

  /** Seconds of processor that a service has used so far. Linux only: not a number elsewhere. */
  cpuSeconds(service: ServiceName): number {
    const pid = this.vigie.pidOf(service);
    try {
      const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
        .slice(11, 13)
        .map(Number);
      return ((user ?? Number.NaN) + (system ?? Number.NaN)) / 100;
    } catch {
      return Number.NaN;
    }
  }

  /** A command of `vigie` on this system: what it printed. */
  async command(...args: readonly string[]): Promise<string> {
    const env = { ...process.env, NODE_OPTIONS: '', VIGIE_PORT_BASE: String(this.portBase), VIGIE_DATA_DIR: this.vigie.dataDir };
    const child = spawn(process.execPath, [compiledModule('cli/vigie'), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (text += bytes.toString()));
    await once(child, 'close');
    return text;
  }
}

function aToken(): string {
  return randomBytes(32).toString('base64url');
}

export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
