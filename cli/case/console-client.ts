import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { seenRow, type SeenRow } from '#libs/contracts/seen-case.js';
import { printable } from '#libs/contracts/visible-text.js';
import { type Clock, systemClock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { ackSecondsMax } from '#services/console/config.js';
import { existingConsoleToken } from '#services/console/users/development-token.js';
import { isError } from '#libs/runtime/outcome.js';
import { addressOf, type CommandConfig } from '../config.js';

/** Waits for an answer, in milliseconds: to a question, and to an action, which the console may itself wait for. */
const answerMsMax = 30_000;
const actedMsMax = ackSecondsMax * 1_000 + answerMsMax;
/** How often an action is asked for that is not known to be taken, and the pause between, in milliseconds. */
const triesMax = 3;
const pauseMs = 1000;
/** How often a list is asked to be frozen of which the store has not heard yet. */
const freezesMax = 30;

const refusal = z.object({
  error: z.string(),
  message: z.string(),
  case: seenRow.optional(),
  cases: z.array(z.string()).optional(),
});
const shown = z.looseObject({ case: seenRow });
const page = z.object({ cases: z.array(seenRow), next: z.string().nullable() });
const timeline = z.object({
  lines: z.array(
    z.looseObject({
      at: z.string(),
      what: z.string(),
      by: z.string(),
      effect: z.string(),
      before: z.string(),
      after: z.string(),
      patients: z.number().nullable(),
    }),
  ),
});
const clinics = z.object({
  clinics: z.array(z.looseObject({ clinic_id: z.string(), controller_id: z.string(), patients: z.number() })),
});
const frozen = z.object({
  snapshot: z.looseObject({ snapshot_id: z.string(), list_sha256: z.string(), patients: z.number(), exposed: z.number() }),
});
const attributed = z.looseObject({
  leak_id: z.string(),
  verdict: z.string(),
  findings: z.array(z.looseObject({ kind: z.string(), actor_id: z.string(), share: z.number(), support: z.string() })),
  controls: z.looseObject({ samples: z.number(), named: z.number() }),
});
const attempts = z.object({ notifications: z.array(z.looseObject({ kind: z.string(), outcome: z.string() })) });
export type ShownCase = z.infer<typeof shown>;
export type ShownTimeline = z.infer<typeof timeline>;

/** The console's API as commands use it. Every method rejects with an `Error` that says what to do. */
export class ConsoleClient {
  constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly clock: Clock = systemClock,
  ) {}

  /** At most `max` cases, the newest first. */
  async list(filters: Readonly<Record<string, string | undefined>>, max: number): Promise<readonly SeenRow[]> {
    const rows: SeenRow[] = [];
    for (let cursor: string | undefined; rows.length < max;) {
      const given = new URLSearchParams();
      for (const [name, value] of Object.entries({ ...filters, cursor })) if (value !== undefined) given.set(name, value);
      const { cases, next } = page.parse(await this.#ask(`/v1/cases?${given.toString()}`));
      rows.push(...cases);
      if (next === null) break;
      cursor = next;
    }
    return rows.slice(0, max);
  }

  async show(id: string): Promise<ShownCase> {
    return shown.parse(await this.#ask(`/v1/cases/${encodeURIComponent(id)}`));
  }

  /** Each attempt to tell somebody of it, as the store has them. */
  async notifications(id: string): Promise<z.infer<typeof attempts>['notifications']> {
    return attempts.parse(await this.#ask(`/v1/cases/${encodeURIComponent(id)}/notifications`)).notifications;
  }

  async timeline(id: string): Promise<ShownTimeline> {
    return timeline.parse(await this.#ask(`/v1/cases/${encodeURIComponent(id)}/timeline`));
  }

  /**
   * Does it on the case as it stands now, once, however often that must be asked for, and once for the same key. Where it never became known
   * whether it was done, the error names the key.
   */
  async act(id: string, body: object, key: string = randomUUID()): Promise<SeenRow> {
    const { case: before } = await this.show(id);
    for (let tries = 1; ; tries += 1)
      try {
        const wish = { ...body, seen_version: before.version };
        return shown.parse(await this.#ask(`/v1/cases/${before.case_id}/actions`, wish, key)).case;
      } catch (cause) {
        if (!(cause instanceof NotKnown)) throw cause;
        if (tries >= triesMax)
          throw new Error(
            `${cause.message}\nWhether it was done is not known. Asked again with the same Idempotency-Key it is done once: ${key}`,
            { cause },
          );
        await this.clock.sleep(pauseMs);
      }
  }

  /** The clinics of a case, most patients first, and who answers for each. */
  async clinics(id: string): Promise<z.infer<typeof clinics>['clinics']> {
    return clinics.parse(await this.#ask(`/v1/cases/${encodeURIComponent(id)}/clinics`)).clinics;
  }

  /** Freezes the list of a controller, once for the same key, however often the store has not heard of the case yet. */
  async freeze(id: string, controllerId: string, key: string): Promise<z.infer<typeof frozen>['snapshot']> {
    const path = `/v1/cases/${encodeURIComponent(id)}/dossier/${encodeURIComponent(controllerId)}/freeze`;
    for (let tries = 1; ; tries += 1)
      try {
        return frozen.parse(await this.#ask(path, {}, key)).snapshot;
      } catch (cause) {
        if (!(cause instanceof NotKnown || cause instanceof StoreAway) || tries >= freezesMax) throw cause;
        await this.clock.sleep(pauseMs);
      }
  }

  /** A file of what is frozen. */
  async file(snapshotId: string, name: string): Promise<Buffer> {
    const { status, bytes } = await this.#bytesOf(`/v1/snapshots/${snapshotId}/files/${name}`);
    if (status === 200) return bytes;
    throw new Error(`the console gives no ${name} of ${snapshotId}: it answered ${status}`);
  }

  /** Whose leak a sample is; the body of `POST /v1/leaks`. */
  async leak(question: object): Promise<z.infer<typeof attributed>> {
    return attributed.parse(await this.#ask('/v1/leaks', question));
  }

  async #ask(path: string, body?: object, key?: string): Promise<unknown> {
    const { status, content } = await this.#answerTo(path, body, key).catch((cause: unknown) => {
      const text = `the console at ${this.url} does not answer (${reasonOf(cause)}). Is the system running? VIGIE_CONSOLE_URL says where it is`;
      throw body ? new NotKnown(text) : new Error(text);
    });
    if (status < 300 && content !== undefined) return content;
    throw refusalOf(status, content, body !== undefined);
  }

  /** `content` is undefined where it is no JSON, or was cut off. */
  async #answerTo(path: string, body?: object, key?: string): Promise<{ readonly status: number; readonly content: unknown }> {
    const { status, bytes } = await this.#bytesOf(path, body, key);
    return { status, content: jsonOf(bytes) };
  }

  /** `bytes` are empty where the answer was cut off. */
  async #bytesOf(path: string, body?: object, key?: string): Promise<{ readonly status: number; readonly bytes: Buffer }> {
    const headers = {
      authorization: `Bearer ${this.token}`,
      'vigie-via': 'cli',
      ...(body && { 'content-type': 'application/json' }),
      ...(key && { 'idempotency-key': key }),
    };
    const late = new AbortController();
    const ended = new AbortController();
    const ms = body ? actedMsMax : answerMsMax;
    this.clock.sleep(ms, ended.signal).then(
      () => late.abort(new Error(`nothing came for ${ms / 1_000} s`)),
      () => {},
    );
    try {
      const answer = await fetch(`${this.url}${path}`, {
        method: body ? 'POST' : 'GET',
        headers,
        ...(body && { body: JSON.stringify(body) }),
        signal: late.signal,
      });
      return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer().catch(() => new ArrayBuffer(0))) };
    } finally {
      ended.abort();
    }
  }
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** Not known to have happened: it may be asked for again under the same key. */
class NotKnown extends Error {
  override readonly name = 'NotKnown';
}

/** The store did not answer, or has not heard of a case yet. */
class StoreAway extends Error {
  override readonly name = 'StoreAway';
}

/** Answers of the console that take the place of one that may have said that an action was taken. */
const notKnown: readonly string[] = ['not_known', 'not_audited'];

function refusalOf(status: number, content: unknown, acted: boolean): Error {
  const read = refusal.safeParse(content);
  // Nothing that the console says: its answer was lost on the way, and perhaps only the answer.
  if (!read.success) return new (acted && (status < 300 || status >= 500) ? NotKnown : Error)(`the console answered ${status}`);
  const { error, message, case: now, cases = [] } = printable(read.data);
  const state = now ? `; it is ${now.status}${now.verdict && ` (${now.verdict})`}${now.owner && `, owner ${now.owner}`}` : '';
  const text = [`${message}${state}`, ...cases.map((id) => `  ${id}`)].join('\n');
  if (acted && notKnown.includes(error)) return new NotKnown(text);
  return error === 'store_away' ? new StoreAway(text) : new Error(text);
}

/** The client that the environment asks for. Throws `ConfigError` where no token is known. */
export function consoleClient(config: CommandConfig): ConsoleClient {
  const own = config.VIGIE_CONSOLE_USERS_FILE || config.KAFKA_BROKERS ? undefined : existingConsoleToken(config.VIGIE_DATA_DIR);
  const token = config.VIGIE_CONSOLE_TOKEN ?? own;
  if (!token)
    throw new ConfigError('VIGIE_CONSOLE_TOKEN (or VIGIE_CONSOLE_TOKEN_FILE) is needed: the token of a user of the console');
  return new ConsoleClient((config.VIGIE_CONSOLE_URL ?? addressOf(config, 'console')).replace(/\/$/, ''), token);
}

function reasonOf(cause: unknown): string {
  if (!isError(cause)) return String(cause);
  return isError(cause.cause) ? cause.cause.message || cause.message : cause.message;
}
