import { ConfigError } from '#libs/runtime/config.js';
import { filesFingerprint } from '#libs/runtime/files/files-fingerprint.js';
import type { Log } from '#libs/runtime/log.js';
import { readTokensFile } from './tokens-file.js';
import type { AssistantTokens } from './tokens.js';

/** Time between two looks at the file, in milliseconds. */
export const lookEveryMs = 2_000;

export interface TokensReloadTools {
  readonly path: string;
  readonly tokens: AssistantTokens;
  /** Other tokens are known, with other ends. */
  readonly changed: () => void;
  readonly log: Log;
}

/** Takes up the file of assistants' tokens whenever it is another. A mistake leaves those before in use, until they expire, and is told. */
export class TokensReload {
  #seen: string | undefined;
  #looking: Promise<void> | undefined;

  constructor(private readonly tools: TokensReloadTools) {}

  /** One look at a time; never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { path, tokens, changed, log } = this.tools;
    const now = await filesFingerprint([path]);
    if (now === this.#seen) return;
    // At the first look, too: it may have been changed since the process read it.
    this.#seen = now;
    try {
      tokens.use(readTokensFile(path));
      changed();
    } catch (cause) {
      if (!(cause instanceof ConfigError)) throw cause;
      for (const mistake of cause.message.split('\n'))
        log.error('the file of assistants has a mistake', { reason: mistake.trim() });
      log.error('the changed file of assistants is not used; the tokens before go on', { path });
    }
  }
}
