import { timingSafeEqual } from 'node:crypto';
import { tokenDigest, type User } from '../users/users.js';

/** An assistant, which asks in the name of a person and sees what they see, of one group. */
export interface Assistant {
  /** Of its token: `laptop of a.durand`. */
  readonly name: string;
  /** The person: who answers for what it asks, and stands in the audit. */
  readonly user: User;
  readonly groupId: string;
  /** Whether it is told names of accounts, or a sign in their place that is the same for the same account. */
  readonly accounts: 'full' | 'masked';
}

export interface KnownToken extends Assistant {
  /** SHA-256 of the token. */
  readonly digest: Buffer;
  /** Milliseconds of the wall clock. */
  readonly expiresMs: number;
}

/** The tokens of assistants, known as digests only. */
export class AssistantTokens {
  constructor(private entries: readonly KnownToken[]) {}

  /** From now on these are the tokens that are known. */
  use(others: AssistantTokens): void {
    this.entries = others.entries;
  }

  /** When each of them expires, milliseconds. */
  ends(): readonly { readonly name: string; readonly expiresMs: number }[] {
    return this.entries.map(({ name, expiresMs }) => ({ name, expiresMs }));
  }

  /** The assistant of an `Authorization` header; undefined where its token is unknown or has expired. Takes the same time whichever token it bears. */
  of(authorization: string | undefined, now: number): Assistant | undefined {
    const [, token = ''] = /^Bearer +(\S{1,512})$/i.exec(authorization ?? '') ?? [];
    const digest = tokenDigest(token);
    let found: KnownToken | undefined;
    for (const one of this.entries) if (timingSafeEqual(one.digest, digest)) found = one;
    if (token === '' || !found || found.expiresMs <= now) return undefined;
    const { name, user, groupId, accounts } = found;
    return { name, user, groupId, accounts };
  }
}
