import { randomBytes } from 'node:crypto';
import { ConfigError } from '#libs/runtime/config.js';
import { type Role, systemUser, type User, userIdShape } from '../users/users.js';
import type { Account, AccountFile } from './account-file.js';
import { digestOfLink } from './accounts.js';

/** A link for choosing a password is used within so long, in milliseconds. */
export const setupMs = 72 * 3_600_000;

export interface Named {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly clinics: readonly string[] | undefined;
}

/** Somebody new, who has the secret of a link and nothing else. Throws `ConfigError`. */
export function addAccount(file: AccountFile, { id, roles, clinics }: Named, now: number): string {
  if (!userIdShape.test(id) || id.toLowerCase() === systemUser)
    throw new ConfigError(
      `${JSON.stringify(id.slice(0, 40))} is no id of an account: letters, digits and . _ @ -, 100 at most, and not ${systemUser}`,
    );
  const { secret, setup } = newLink(now);
  const one: Account = {
    id,
    roles: [...roles],
    clinics: clinics ? [...clinics] : null,
    disabled: false,
    password: null,
    totp: null,
    used_step: -1,
    recovery: [],
    setup,
    sessions_from: now,
    made_at: now,
    last_login_at: null,
  };
  if (!file.add(one))
    throw new ConfigError(`${id} has an account already: reset gives a new link, set changes roles and clinics`);
  return secret;
}

/** Takes password, codes and sessions away and gives the secret of a new link: for who has lost one of them, or lent it. Throws `ConfigError`. */
export function resetAccount(file: AccountFile, id: string, now: number): string {
  const { secret, setup } = newLink(now);
  const gone = { password: null, totp: null, used_step: -1, recovery: [], setup, sessions_from: now };
  changed(file, id, (one) => ({ ...one, ...gone }));
  return secret;
}

/** Lets somebody in no more, or again; who was disabled comes back with their password and their codes, and with no session. Throws `ConfigError`. */
export function disableAccount(file: AccountFile, id: string, disabled: boolean, now: number): void {
  changed(file, id, (one) => ({ ...one, disabled, setup: disabled ? null : one.setup, sessions_from: now }));
}

/** Ends every session of somebody. Throws `ConfigError`. */
export function endSessions(file: AccountFile, id: string, now: number): void {
  changed(file, id, (one) => ({ ...one, sessions_from: now }));
}

/** Changes what somebody may. Throws `ConfigError`. */
export function setAccount(file: AccountFile, id: string, to: Partial<Pick<Named, 'roles' | 'clinics'>>): User {
  const { roles, clinics } = changed(file, id, (one) => ({
    ...one,
    ...(to.roles && { roles: [...to.roles] }),
    ...('clinics' in to && { clinics: to.clinics ? [...to.clinics] : null }),
  }));
  return { id, roles, clinics: clinics ?? undefined };
}

function changed(file: AccountFile, id: string, to: (one: Account) => Account): Account {
  const after = file.change(id, to);
  if (!after)
    throw new ConfigError(
      `nobody has the account ${JSON.stringify(id.slice(0, 100))}: vigie console users list says who has one`,
    );
  return after;
}

function newLink(now: number) {
  const secret = randomBytes(32).toString('base64url');
  return { secret, setup: { sha256: digestOfLink(secret), ends_at: now + setupMs, totp: null } };
}
