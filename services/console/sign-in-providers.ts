import { AuditLooks } from '#libs/access-store/audit/audit-looks.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { CLOCK, LOG } from '#libs/runtime/runtime.module.js';
import { AccountFile } from './accounts/account-file.js';
import { Accounts } from './accounts/accounts.js';
import { type PasswordCost, passwordCost } from './accounts/password.js';
import { SecretBox } from './accounts/secret-box.js';
import { CONSOLE_CONFIG, type ConsoleConfig } from './config.js';
import { ConsolePipeline } from './follow/pipeline.js';
import { EndedSessions } from './session/ended-sessions.js';
import { EndedWatch } from './session/ended-watch.js';
import { IdentityProvider } from './oidc/identity-provider.js';
import { RoundTrips } from './oidc/round-trips.js';
import { Directory } from './session/directory.js';
import { SessionSeal } from './session/sealed-session.js';
import { Visitors } from './session/visitors.js';
import { OidcDoor } from './sign-in/oidc-door.js';

/** Injection token of what a hash of a password costs. */
export const PASSWORD_COST = Symbol('what a hash of a password costs');

const cost = { provide: PASSWORD_COST, useValue: passwordCost };

/** Undefined where no file of accounts is kept. */
const accounts = {
  provide: Accounts,
  inject: [CONSOLE_CONFIG, CLOCK, PASSWORD_COST],
  useFactory: ({ accountsFile: path, sessionKeys, codesAreOptional }: ConsoleConfig, clock: Clock, each: PasswordCost) =>
    path === undefined
      ? undefined
      : new Accounts({ file: new AccountFile(path), box: new SecretBox(sessionKeys), clock, codesAreOptional, cost: each }),
};

const directory = {
  provide: Directory,
  inject: [CONSOLE_CONFIG, Accounts],
  useFactory: ({ users, oidc }: ConsoleConfig, known: Accounts | undefined) =>
    new Directory({ users, accounts: known, grants: oidc?.grants }),
};

const visitors = {
  provide: Visitors,
  inject: [CONSOLE_CONFIG, Directory, CLOCK, EndedSessions],
  useFactory: ({ sessionKeys, VIGIE_CONSOLE_URL: url }: ConsoleConfig, known: Directory, clock: Clock, over: EndedSessions) =>
    new Visitors({
      directory: known,
      seal: new SessionSeal(sessionKeys),
      url,
      secure: isSecure(url),
      clock,
      isEnded: (session) => over.has(session),
    }),
};

/** Sessions that the identity provider has ended. */
const ended = { provide: EndedSessions, useFactory: () => new EndedSessions() };

const endedWatch = {
  provide: EndedWatch,
  inject: [EndedSessions, AuditLooks, CLOCK, LOG],
  useFactory: (over: EndedSessions, looks: AuditLooks, clock: Clock, log: Log) =>
    new EndedWatch({ ended: over, looks, clock, log }),
};

/** Undefined where there is no identity provider. */
const oidcDoor = {
  provide: OidcDoor,
  inject: [CONSOLE_CONFIG, Visitors, Directory, CLOCK, EndedSessions, ConsolePipeline, LOG],
  useFactory: (
    { oidc, sessionKeys, VIGIE_CONSOLE_URL: url }: ConsoleConfig,
    who: Visitors,
    known: Directory,
    clock: Clock,
    ended: EndedSessions,
    { trail }: ConsolePipeline,
    log: Log,
  ) => {
    if (!oidc) return undefined;
    const told = (kind: string, reason: string) => log.warn('the identity provider let nobody in', { kind, reason });
    const provider = new IdentityProvider(oidc.settings, told);
    return new OidcDoor({
      provider,
      grants: oidc.grants,
      trips: new RoundTrips(sessionKeys),
      visitors: who,
      directory: known,
      secure: isSecure(url),
      clock,
      ended,
      told,
      record: (fact) => trail.record(fact),
    });
  },
};

/** Who comes in, by which ways, and for how long. */
export const signInProviders = [cost, accounts, directory, ended, endedWatch, visitors, oidcDoor];

function isSecure(url: string | undefined): boolean {
  return url?.startsWith('https:') ?? false;
}
