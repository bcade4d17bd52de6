import type { EngineRole } from '../engine/engine-config.js';

/** Who asks. */
export interface Identity {
  readonly role: EngineRole;
  /** Its own role of the engine, where it has one. */
  readonly name?: string;
  /** Whose share of the places it takes: a user at an address. Users of people are as they say, and part those who mean no harm. */
  readonly owner: string;
  /** Who is shown the answer, for the audit; nobody where a service asks for itself. */
  readonly asker?: Asker;
}

export interface Asker {
  readonly by: string;
  /** Whether the name is known to be theirs: by a password of their own, or as an account of the machine. */
  readonly isProven: boolean;
  readonly door: 'clickhouse' | 'cli';
  readonly remoteAddress: string;
}
