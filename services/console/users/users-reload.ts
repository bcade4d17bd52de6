import { hash } from 'node:crypto';
import { ConfigError } from '#libs/runtime/config.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { readUsers, usersTextOf } from './users-file.js';
import type { Users } from './users.js';

/** Time between two looks at the file, in milliseconds. */
export const lookEveryMs = 2_000;

export interface UsersReloadTools {
  /** Undefined where there is none: nothing is looked at. */
  readonly path: string | undefined;
  /** Whoever is let in by it. */
  readonly users: Users;
  /** Somebody may have been taken away, or see less. */
  readonly changed: () => void;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Takes up the file of users whenever it is another. A mistake, also that it is not there, leaves those before in use and is told. */
export class UsersReload {
  #seen: string | undefined;
  #refusedFor: string | undefined;

  constructor(private readonly tools: UsersReloadTools) {}

  look(): void {
    const { path, users, changed, log, metrics } = this.tools;
    if (path === undefined) return;
    try {
      const content = usersTextOf(path);
      const now = hash('sha256', content);
      if (now !== this.#seen) {
        users.use(readUsers(path, content));
        // At the first look, too: it may have been changed since the process read it.
        if (this.#seen !== undefined) log.info('the file of users was changed and is in use', { path });
        this.#seen = now;
        changed();
      }
      this.#refusedFor = undefined;
      metrics.set('vigie_console_users_reload_failed', 0);
    } catch (cause) {
      if (!(cause instanceof ConfigError)) throw cause;
      metrics.set('vigie_console_users_reload_failed', 1);
      // Looked at again every other second: said once.
      if (this.#refusedFor === cause.message) return;
      this.#refusedFor = cause.message;
      for (const mistake of cause.message.split('\n')) log.error('the file of users has a mistake', { reason: mistake.trim() });
      log.error('the changed file of users is not used; the users before go on', { path });
    }
  }
}
