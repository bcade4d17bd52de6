import { hash } from 'node:crypto';
import { ConfigError } from '#libs/runtime/config.js';
import type { Log } from '#libs/runtime/log.js';
import { grantsTextOf, readGrants } from './grants-file.js';
import type { Grants } from './grants.js';

/** Time between two looks at the file, in milliseconds. */
export const grantsEveryMs = 2_000;

export interface GrantsReloadTools {
  readonly path: string;
  readonly grants: Grants;
  /** Somebody may see less from now on. */
  readonly changed: () => void;
  readonly log: Log;
}

/** Takes up what groups allow whenever the file is another. A mistake, also that it is not there, leaves what was before in use and is told. */
export class GrantsReload {
  #seen: string | undefined;
  #refusedFor: string | undefined;

  constructor(private readonly tools: GrantsReloadTools) {}

  look(): void {
    const { path, grants, changed, log } = this.tools;
    try {
      const content = grantsTextOf(path);
      const now = hash('sha256', content);
      if (now !== this.#seen) {
        grants.use(readGrants(path, content));
        if (this.#seen !== undefined) log.info('the file of roles was changed and is in use', { path });
        this.#seen = now;
        changed();
      }
      this.#refusedFor = undefined;
    } catch (cause) {
      if (!(cause instanceof ConfigError)) throw cause;
      if (this.#refusedFor === cause.message) return;
      this.#refusedFor = cause.message;
      log.error('the changed file of roles is not used; the roles before go on', { path, reason: cause.message });
    }
  }
}
