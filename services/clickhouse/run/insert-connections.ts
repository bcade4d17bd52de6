// run/: runs queries within limits: connections, places, precedence, time, memory, and their end.
// It knows no HTTP.

import type { EngineConnection } from '../engine/engine.js';
import type { QueryRequest } from '../sql/request.js';
import type { Identity } from './who-asks.js';

/**
 * Connections on which an INSERT went well, kept for the next of the same kind: opening one and taking its role costs as much as some
 * dozens of rows. A kind is a role, a database and the names of all settings, so that the next INSERT sets again whatever the one before has set.
 */
export class InsertConnections {
  readonly #idle: { readonly kind: string; readonly connection: EngineConnection }[] = [];
  #closed = false;

  /** How many are kept at most, of all kinds. */
  constructor(private readonly idleMax: number) {}

  /** Works on a connection that is kept, or on one that `open` gives; everything that is no INSERT of data has one of its own. */
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
    const at = this.#idle.findIndex((one) => one.kind === kind);
    return at < 0 ? undefined : this.#idle.splice(at, 1)[0]?.connection;
  }

  /** The one that has waited longest makes room. */
  #give(kind: string | undefined, connection: EngineConnection): void {
    if (kind === undefined || this.#closed) return connection.close();
    this.#idle.push({ kind, connection });
    if (this.#idle.length > this.idleMax) this.#idle.shift()?.connection.close();
  }
}

function kindOf({ inspection, settings, database, readOnly }: QueryRequest, { role, name, asker }: Identity): string | undefined {
  if (inspection.statement.kind !== 'insert' || role !== 'services' || asker || readOnly) return undefined;
  return JSON.stringify([name, database, ...[...settings.keys()].toSorted()]);
}
