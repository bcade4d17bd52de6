import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type EngineRole, type NamedRights, writeEngineConfig } from './engine-config.js';
import { withNamelessFile } from './nameless-file.js';

/** What a query that is not streamed gave. */
export interface EngineResult {
  readonly bytes: Buffer;
  /** Of the result. */
  readonly rowsRead: number;
  readonly bytesRead: number;
}
export interface EngineChunk {
  readonly bytes: Buffer;
  readonly rows: number;
}
export interface EngineInsert {
  readonly rowsWritten: number;
  readonly bytesWritten: number;
}

/**
 * One connection to the engine: its own settings, parameters and temporary tables. One call at a time.
 * Calls reject with an `Error` whose message is ClickHouse's own (`Code: 60. DB::Exception: ...`).
 */
export interface EngineConnection {
  query(sql: string, format: string): Promise<EngineResult>;
  /**
   * `head` is an INSERT without its data (`INSERT INTO t FORMAT JSONEachRow`), the first `targetEnd` characters of which name the target.
   * The bytes are parsed by the engine as they are, in the format and as nothing else.
   */
  insert(head: string, targetEnd: number, data: Buffer): Promise<EngineInsert>;
  /** Chunks of a SELECT, each one a whole document of the format: headers come again with every chunk. */
  stream(sql: string, format: string): AsyncGenerator<EngineChunk, void>;
  close(): void;
}

/** The addon of chdb, below its JavaScript face. See docs/decisions/clickhouse.md for why. */
interface Addon {
  CreateConnection(directory: string, args: readonly string[]): object;
  CloseConnection(connection: object): void;
  QueryAsyncConnection(connection: object, sql: string, format: string): Promise<EngineResult>;
  InsertRawAsyncConnection(connection: object, head: string, data: Buffer, countLines: boolean): Promise<EngineInsert>;
  StreamQuery(connection: object, sql: string, format: string): object;
  StreamFetch(stream: object): Promise<{ readonly bytes?: Buffer; readonly numRows: number; readonly done: boolean }>;
  StreamCancel(stream: object): void;
}

/** ClickHouse inside this process, on one directory. A process can open one directory only. */
export class Engine {
  readonly #addon = loadAddon();
  /** Keeps the engine and its background merges running while no query does. */
  readonly #keeper: object;

  constructor(
    private readonly directory: string,
    serverArgs: readonly string[],
    named?: ReadonlyMap<string, NamedRights>,
  ) {
    mkdirSync(directory, { recursive: true });
    const config = writeEngineConfig(directory, named);
    this.#keeper = this.#addon.CreateConnection(directory, [`--config-file=${config}`, ...serverArgs]);
  }

  /**
   * `settings` hold from the first query on. Opening takes about half a millisecond, so every request has its own. The role is taken before
   * anything else runs: a connection that cannot take it is not given out. `name` is a further role, which is taken instead.
   */
  async connect(
    role: EngineRole,
    settings: Readonly<Record<string, string | number>> = {},
    name?: string,
  ): Promise<EngineConnection> {
    const args = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
    const opened = connection(this.#addon, this.#addon.CreateConnection(this.directory, args), this.directory);
    try {
      await opened.query(`SET ROLE ${name ?? role}`, 'Null');
    } catch (cause) {
      opened.close();
      throw cause;
    }
    return opened;
  }

  /** Every other connection must be closed before. */
  close(): void {
    this.#addon.CloseConnection(this.#keeper);
  }
}

function connection(addon: Addon, handle: object, directory: string): EngineConnection {
  return {
    query: (sql, format) => addon.QueryAsyncConnection(handle, sql, format),
    insert: (head, targetEnd, data) =>
      withNamelessFile(directory, data, (path) => {
        const sql = `${head.slice(0, targetEnd)} FROM INFILE '${path}'${head.slice(targetEnd)}`;
        return addon.InsertRawAsyncConnection(handle, sql, nothing, false);
      }),
    async *stream(sql, format) {
      const stream = addon.StreamQuery(handle, sql, format);
      try {
        for (;;) {
          const { bytes, numRows, done } = await addon.StreamFetch(stream);
          if (done) return;
          if (bytes) yield { bytes, rows: numRows };
        }
      } finally {
        addon.StreamCancel(stream);
      }
    },
    close: () => addon.CloseConnection(handle),
  };
}

const nothing = Buffer.alloc(0);

function loadAddon(): Addon {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('chdb/package.json'));
  const loader = require(join(folder, 'dist', 'loader.js')) as { loadNative(): Addon };
  return loader.loadNative();
}
