import { createHash, timingSafeEqual } from 'node:crypto';
import type { CaseActionType } from '#libs/contracts/case-action.js';

/**
 * `analyst` works on cases; `dpo` also says what is a breach, and what was told to whom; `operator` keeps Vigie running and `reader` looks on: neither
 * acts on a case.
 */
export const roles = ['analyst', 'dpo', 'operator', 'reader'] as const;
export type Role = (typeof roles)[number];

/** What may be the id of an account: it stands in logs and addresses, and capitals make no other one. */
export const userIdShape = /^[a-z0-9][a-z0-9._@-]{0,99}$/i;

/** Who acts where nobody does: no person may be called so. */
export const systemUser = 'system';

export interface User {
  readonly id: string;
  readonly roles: readonly Role[];
  /** The clinics whose cases they see; all where it is left out. */
  readonly clinics: readonly string[] | undefined;
}

export interface KnownUser extends User {
  /** SHA-256 of each of their tokens: two while one takes the other's place. */
  readonly digests: readonly Buffer[];
}

export class Users {
  constructor(private entries: readonly KnownUser[]) {}

  /** Knows others from now on; who is not among them is let in no more, by token or session. */
  use({ entries }: Users): void {
    this.entries = entries;
  }

  /** Everybody, without what they prove who they are by. */
  get all(): readonly User[] {
    return this.entries.map(({ id, roles: own, clinics }) => ({ id, roles: own, clinics }));
  }

  /** Whether nobody can be let in. */
  get none(): boolean {
    return this.entries.length === 0;
  }

  /** The user of an `Authorization` header. Takes the same time whichever token it bears. */
  of(authorization: string | undefined): User | undefined {
    const [, token = ''] = /^Bearer +(\S{1,512})$/i.exec(authorization ?? '') ?? [];
    const digest = tokenDigest(token);
    let found: User | undefined;
    for (const { id, roles: own, clinics, digests } of this.entries)
      for (const known of digests) if (timingSafeEqual(known, digest)) found = { id, roles: own, clinics };
    return token === '' ? undefined : found;
  }

  /** The user of an id, whose session was opened. */
  named(id: string): User | undefined {
    const found = this.entries.find((one) => one.id === id);
    return found && { id, roles: found.roles, clinics: found.clinics };
  }
}

export function tokenDigest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Whether one of these roles allows an action. How many patients a case has, and whether a list is still that, nobody says: it is counted. */
export function mayAct({ roles: own }: User, type: CaseActionType): boolean {
  if (type === 'case.counted' || type === 'dossier.outdated') return false;
  if (own.includes('dpo')) return true;
  return own.includes('analyst') && (type.startsWith('case.') || type === 'breach.informed');
}

/** Whether a user sees what touches these clinics. */
export function maySee({ clinics }: Pick<User, 'clinics'>, touched: readonly string[]): boolean {
  return clinics === undefined || touched.some((clinic) => clinics.includes(clinic));
}

/** What a page is told of who looks at it. */
export function shownUser({ id, roles, clinics }: User): {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly clinics: readonly string[] | null;
} {
  return { id, roles, clinics: clinics ?? null };
}
