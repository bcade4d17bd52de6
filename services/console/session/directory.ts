// session/: who uses the pages: a sealed cookie in the place of a token, and the link that begins the first one.
// Of a session nothing is kept here: it is in the cookie, which these keys alone open.

import type { Accounts } from '../accounts/accounts.js';
import type { Grants } from '../oidc/grants.js';
import { maySee, type User, type Users } from '../users/users.js';
import type { Session, WayIn } from './sealed-session.js';

/** People of the identity provider whose roles are remembered, for what they wrote. */
const rememberedMax = 10_000;

export interface DirectoryTools {
  /** By token. */
  readonly users: Users;
  /** By password and code; undefined where there is no file of accounts. */
  readonly accounts: Pick<Accounts, 'any' | 'has' | 'named' | 'sessionsFrom' | 'factorOf'> | undefined;
  /** By the identity provider; undefined where there is none. Nobody else is let in by a page then. */
  readonly grants: Grants | undefined;
}

/** Who may use the console, whichever way they come: asked anew with every request, so that who is taken away is gone. */
export class Directory {
  /** Whom the provider has vouched for at this console, as they were last. */
  readonly #vouched = new Map<string, User>();

  constructor(private readonly tools: DirectoryTools) {}

  /** Whether nobody can be let in. */
  get none(): boolean {
    return this.tools.users.none && !this.tools.grants && !this.tools.accounts?.any;
  }

  /** The ways in that a page offers; a link needs no form. */
  get ways(): readonly WayIn[] {
    if (this.tools.grants) return ['oidc'];
    return this.tools.accounts?.any ? ['password', 'token'] : ['token'];
  }

  /** The user of an `Authorization` header. */
  of(authorization: string | undefined): User | undefined {
    return this.tools.users.of(authorization);
  }

  /** The user of a token who may begin a session by it: who has an account, or a provider, logs in by that. */
  byToken(token: string): User | undefined {
    const user = this.of(`Bearer ${token}`);
    return user && !this.tools.grants && !this.tools.accounts?.has(user.id) ? user : undefined;
  }

  /** Somebody by their id, as what they are now. Undefined for who is not known: they see nothing. */
  named(id: string): User | undefined {
    const { users, accounts } = this.tools;
    return this.#vouched.get(id) ?? accounts?.named(id) ?? users.named(id);
  }

  /** Whose session this is now; undefined where it lets nobody in any more. */
  ofSession({ user, how, beganAt, vouched }: Pick<Session, 'user' | 'how' | 'beganAt' | 'vouched'>): User | undefined {
    const { users, accounts, grants } = this.tools;
    if (how === 'oidc') return this.#ofProvider(user, vouched && grants?.of(vouched.groups, vouched.acr));
    if (grants) return undefined;
    if (how === 'password') return accounts && beganAt >= accounts.sessionsFrom(user) ? accounts.named(user) : undefined;
    return accounts?.has(user) ? undefined : users.named(user);
  }

  /** By what who has this session proves again who they are. */
  confirmedBy({ user, how }: Pick<Session, 'user' | 'how'>): 'token' | 'code' | 'password' | 'oidc' {
    if (how === 'password') return this.tools.accounts?.factorOf(user) ?? 'password';
    return how === 'oidc' ? 'oidc' : 'token';
  }

  #ofProvider(id: string, granted: Pick<User, 'roles' | 'clinics'> | undefined): User | undefined {
    if (!granted) return undefined;
    const user = { id, ...granted };
    this.#vouched.delete(id);
    this.#vouched.set(id, user);
    for (const [oldest] of this.#vouched) {
      if (this.#vouched.size <= rememberedMax) break;
      this.#vouched.delete(oldest);
    }
    return user;
  }
}

/** Whether somebody may still be shown what they were when something long began: they are there, and see no fewer clinics. */
export function stillSees(now: User | undefined, before: User): boolean {
  if (!now) return false;
  return now.clinics === undefined || before.clinics?.every((one) => maySee(now, [one])) === true;
}
