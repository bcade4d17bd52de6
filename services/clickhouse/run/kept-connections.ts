// run/: runs queries within limits: connections, places, precedence, time, memory, and their end.
// It knows no HTTP.

import type { EngineConnection } from '../engine/engine.js';
import { joiningOf } from '../native/framing.js';
import type { QueryRequest } from '../sql/request.js';
import type { Identity } from './who-asks.js';

/** Of all kinds: services ask some dozens of questions, a handful of them again and again. */
const keptMax = 16;

/**
 * Connections on which an INSERT or a SELECT of a service went well, kept for the next of the same kind: opening one and taking its role costs as much as
 * some dozens of rows. A kind is a name, a database and the names of all settings, so that the next one sets again whatever the one before has set.
 */
export class KeptConnections {
  readonly #idle: { readonly kind: string; readonly connection: EngineConnection }[] = [];
  #closed = false;

  constructor(private readonly idleMax = keptMax) {}

  /** Works on a connection that is kept, or on one that `open` gives; people, and whatever else services say, have one of their own. */
  async use(
    request: QueryRequest,
    identity: Identity,
    open: () => Promise<EngineConnection>,
    work: (connection: EngineConnection) => Promise<void>,
  ): Promise<void> {
    const kind = kindOf(request, identity);
    const connection = this.#take(kind) ?? (await open());
    try {
      await work(connection);
    } catch (cause) {
      connection.close();
      throw cause;
    }
    this.#give(kind, connection);
  }

  /** Nothing is kept any more; whoever still works closes what it worked on. */
  close(): void {
    this.#closed = true;
    for (const { connection } of this.#idle.splice(0)) connection.close();
  }

  #take(kind: string | undefined): EngineConnection | undefined {
    const at = this.#idle.findLastIndex((one) => one.kind === kind);
    return at < 0 ? undefined : this.#idle.splice(at, 1)[0]?.connection;
  }

  /** The one that has waited longest makes room. */
  #give(kind: string | undefined, connection: EngineConnection): void {
    if (kind === undefined || this.#closed) return connection.close();
    this.#idle.push({ kind, connection });
    if (this.#idle.length > this.idleMax) this.#idle.shift()?.connection.close();
  }
}

/** What cannot be taken back, or sets more than its own name. */
const lasting = ['readonly', 'allow_ddl', 'profile'];

function kindOf(
  { inspection, format, settings, database, readOnly }: QueryRequest,
  { role, name, asker }: Identity,
): string | undefined {
  const { kind } = inspection.statement;
  if (kind === 'command' || role !== 'services' || asker || readOnly || lasting.some((name) => settings.has(name)))
    return undefined;
  const isWhole = kind === 'select' && !joiningOf(format);
  return JSON.stringify([kind, isWhole, name, database, ...[...settings.keys()].toSorted()]);
}
