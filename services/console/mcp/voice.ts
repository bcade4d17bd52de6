import { maskedActor } from '#libs/channels/told/actor-name.js';
import type { Assistant } from './tokens.js';
import { untrustedText, untrustedTexts } from './untrusted.js';

/** How one assistant is spoken to: what of others' texts it is told, and how accounts are called. */
export class Voice {
  constructor(
    private readonly assistant: Assistant,
    private readonly patterns: readonly RegExp[],
    private readonly maskKey: Uint8Array,
  ) {}

  /** An account, for the key `untrusted`: by name, masked as in messages, or not at all, which is an operator's way. */
  account(actorId: string, groupId: string): string | undefined {
    const { user, accounts } = this.assistant;
    if (user.roles.every((role) => role === 'operator')) return undefined;
    return untrustedText(accounts === 'full' ? actorId : maskedActor(actorId, groupId, this.maskKey), this.patterns);
  }

  /** Texts that may name the account of a case, such as titles. */
  texts(texts: readonly string[], naming = ''): readonly string[] {
    const kept = this.assistant.accounts === 'masked' && naming !== '';
    return untrustedTexts(kept ? texts.map((text) => text.replaceAll(naming, '…')) : texts, this.patterns);
  }
}
