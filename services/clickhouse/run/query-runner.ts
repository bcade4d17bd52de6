import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { type RunLimits, servicePlaces } from './run-limits.js';
import type { Engine, EngineConnection } from '../engine/engine.js';
import type { EngineRole } from '../engine/engine-config.js';
import { type ClickHouseException, exception } from '../engine/exception.js';
import { joiningOf, type Joining } from '../native/framing.js';
import { judged, type JudgedRequest } from '../sql/judge.js';
import { emptyNativeBlock } from '../native/native-block.js';
import { atRevision } from '../native/native-revision.js';
import { KeptConnections } from './kept-connections.js';
import { Lane } from './lane.js';
import type { Asker, Identity } from './who-asks.js';
import { precedence } from './precedence.js';
import { literal, prepare } from './prepare.js';
import type { QueryRequest } from '../sql/request.js';

/** Writes down who is shown patients, before they are. */
export interface Auditor {
  /** Runs `work` with an answer that holds back what it must until that is written down. Rejects as `work` does, and when it cannot be. */
  answering(
    request: JudgedRequest,
    asker: Asker | undefined,
    answer: Answer,
    work: (audited: Answer) => Promise<void>,
  ): Promise<void>;
}

export interface Summary {
  readonly readRows: number;
  readonly readBytes: number;
  readonly writtenRows: number;
  readonly writtenBytes: number;
}

/** Where an answer goes. `begin` comes before the first byte; `write` resolves when more may come. */
export interface Answer {
  begin(summary: Summary): void;
  /** `rows` of the result lie in these bytes. */
  write(bytes: Buffer, rows: number): Promise<void>;
}

/** How long past its own limit a query may run before it is killed from outside. Milliseconds. */
const graceMs = 5000;

/** Longer than the text of any query may be, so that the engine can be asked to parse it. Bytes. */
const querySizeMax = 16 * 1024 * 1024;

const nothing: Summary = { readRows: 0, readBytes: 0, writtenRows: 0, writtenBytes: 0 };

/** Runs queries on the engine: one at a time on a connection, in its lane, under its limits, killed when its client is gone. */
export class QueryRunner {
  readonly lanes: { readonly read: Lane; readonly service: Lane; readonly write: Lane };
  readonly #running = new Set<string>();
  readonly #kept = new KeptConnections();

  constructor(
    private readonly engine: Engine,
    private readonly config: RunLimits,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly auditor: Auditor,
  ) {
    this.lanes = {
      read: new Lane('read', config.readers, config.queueMax, placesOfOne(config.readers)),
      service: new Lane('service', servicePlaces, config.queueMax),
      write: new Lane('write', config.writers, config.queueMax),
    };
  }

  /** Closes what is kept between two requests; before the engine is closed. */
  close(): void {
    this.#kept.close();
  }

  /** Rejects with what the engine or a limit said. `gone` aborts when the client went away. */
  async run(request: QueryRequest, identity: Identity, answer: Answer, gone: AbortSignal): Promise<void> {
    if (this.#running.has(request.queryId))
      throw exception(216, 'QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING', `Query with id = ${request.queryId} is already running.`);
    this.#running.add(request.queryId);
    try {
      await this.#laneOf(request, identity.role).run(
        gone,
        () =>
          this.#kept.use(
            request,
            identity,
            () => this.engine.connect(identity.role, this.#settings(request), identity.name),
            (connection) => this.#onConnection(connection, request, identity, answer, gone),
          ),
        identity.owner,
      );
    } finally {
      this.#running.delete(request.queryId);
    }
  }

  /** Nothing that people ask for holds up a service, and nothing at all an insert. */
  #laneOf({ inspection }: QueryRequest, role: EngineRole): Lane {
    if (role === 'people') return this.lanes.read;
    return inspection.statement.kind === 'insert' ? this.lanes.write : this.lanes.service;
  }

  async #onConnection(
    connection: EngineConnection,
    asked: QueryRequest,
    { role, asker }: Identity,
    answer: Answer,
    gone: AbortSignal,
  ): Promise<void> {
    const limits = { secondsMax: this.config.readSecondsMax, memoryMax: this.config.readMemoryMax };
    const request = await judged(connection, asked, role, limits);
    const isInsert = request.inspection.statement.kind === 'insert';
    await prepare(connection, request, isInsert ? {} : precedence(this.clock.monotonic()));
    // An insert whose client is gone is finished all the same: it is all or nothing, and its token makes the next try harmless.
    if (isInsert) return insert(connection, request, answer);
    await this.#killing(request, gone, (signal) =>
      this.auditor.answering(request, asker, answer, (audited) => read(connection, request, audited, signal)),
    );
  }

  #settings({ inspection, format }: QueryRequest): Readonly<Record<string, string | number>> {
    const common = { max_threads: this.config.threadsPerQuery, max_insert_threads: 1, max_query_size: querySizeMax };
    if (inspection.statement.kind === 'insert') return common;
    const limits = {
      ...common,
      max_execution_time: this.config.readSecondsMax,
      max_memory_usage: this.config.readMemoryMax,
    };
    return joiningOf(format) ? limits : { ...limits, max_result_bytes: this.config.documentBytesMax };
  }

  /** Kills the query when its client goes or its time is over; waits until the engine has let go of it. */
  async #killing(request: QueryRequest, gone: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const finished = new AbortController();
    const stop = new AbortController();
    const kill = (reason: unknown): void => {
      stop.abort(reason);
      void this.#killUntil(finished.signal, request.queryId);
    };
    const leave = (): void => kill(gone.reason);
    gone.addEventListener('abort', leave, { once: true });
    this.clock
      .sleep(this.config.readSecondsMax * 1000 + graceMs, finished.signal)
      .then(() => kill(this.#overtime()))
      .catch(() => {});
    if (gone.aborted) leave();
    try {
      await work(stop.signal);
      // What was killed may have ended without an error of its own: it is not whole all the same.
      stop.signal.throwIfAborted();
    } finally {
      finished.abort();
      gone.removeEventListener('abort', leave);
    }
  }

  #overtime(): ClickHouseException {
    const { readSecondsMax } = this.config;
    return exception(159, 'TIMEOUT_EXCEEDED', `Timeout exceeded: killed after ${readSecondsMax} s; ask for less, or in parts`);
  }

  /** The query may not have begun when its client goes: KILL is said again until it is over. */
  async #killUntil(finished: AbortSignal, queryId: string): Promise<void> {
    while (!finished.aborted) {
      const connection = await this.engine.connect('services');
      try {
        await connection.query(`KILL QUERY WHERE Settings['log_comment'] = ${literal(queryId)} ASYNC`, 'Null');
      } catch (cause) {
        this.log.warn('a query could not be killed', { cause });
      } finally {
        connection.close();
      }
      await this.clock.sleep(200, finished).catch(() => {});
    }
  }
}

/** Two places stay free of whoever has the most, so that another person's short question is answered beside the long ones. */
function placesOfOne(places: number): number {
  return Math.max(1, places - 2);
}

async function insert(connection: EngineConnection, request: JudgedRequest, answer: Answer): Promise<void> {
  const { rowsWritten, bytesWritten } =
    request.data.length === 0
      ? { rowsWritten: 0, bytesWritten: 0 }
      : await connection.insert(request.sql, request.targetEnd, request.data);
  answer.begin({ ...nothing, writtenRows: rowsWritten, writtenBytes: bytesWritten });
}

async function read(connection: EngineConnection, request: JudgedRequest, answer: Answer, stop: AbortSignal): Promise<void> {
  const isSelect = request.inspection.statement.kind === 'select';
  const joining = isSelect ? joiningOf(request.format) : undefined;
  if (joining) return stream(connection, request, answer, joining, stop);
  const { bytes, rowsRead, bytesRead } = await connection.query(request.sql, request.format);
  const isNative = request.format.toLowerCase() === 'native';
  const blocks = isNative && isSelect && bytes.length === 0 ? await emptyNativeBlock(connection, request.sql) : bytes;
  const told = isNative ? atRevision(blocks, request.clientRevision) : blocks;
  answer.begin({ ...nothing, readRows: rowsRead, readBytes: bytesRead });
  if (told.length) await answer.write(told, rowsRead);
}

async function stream(
  connection: EngineConnection,
  request: JudgedRequest,
  answer: Answer,
  joining: Joining,
  stop: AbortSignal,
): Promise<void> {
  let begun = false;
  for await (const { bytes, rows } of connection.stream(withoutEnd(request.sql), request.format)) {
    stop.throwIfAborted();
    if (!begun) answer.begin(nothing);
    await answer.write(begun ? bytes.subarray(joining(bytes)) : bytes, rows);
    begun = true;
  }
  if (!begun) answer.begin(nothing);
}

/** The streaming call takes no semicolon. */
function withoutEnd(sql: string): string {
  return sql.replace(/[\s;]+$/, '');
}
