import { systemUser } from '../users/users.js';

/** Somebody whom the identity provider vouches for. */
export interface Identity {
  readonly id: string;
  readonly groups: readonly string[];
  /** How they logged in there; empty where it does not say. */
  readonly acr: string;
  /** When they proved to the provider who they are, in milliseconds; undefined where it does not say. */
  readonly provedAt: number | undefined;
}

/** Names of claims. That of groups may lead into an object: `realm_access.roles`. */
export interface ClaimNames {
  readonly user: string;
  readonly groups: string;
}

type Claims = Readonly<Record<string, unknown>>;

const idMax = 200;
const groupsMax = 2_000;

/** Whether the claim of groups is there at all; some providers give it by the endpoint of user information alone. */
export function hasGroups(claims: Claims, { groups }: ClaimNames): boolean {
  return claimOf(claims, groups) !== undefined;
}

/** Undefined where the claims name nobody: no id, one that cannot be shown, or a mail address that the provider has not verified. */
export function identityOf(claims: Claims, names: ClaimNames): Identity | undefined {
  const id = claimOf(claims, names.user);
  if (typeof id !== 'string' || id.trim() !== id || id === '' || id.length > idMax) return undefined;
  // Controls, and characters that nobody sees, would make two people of one look.
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(id) || id.toLowerCase() === systemUser) return undefined;
  if (names.user === 'email' && claims['email_verified'] !== true) return undefined;
  const given = [claimOf(claims, names.groups)].flat().slice(0, groupsMax);
  const { acr, auth_time: provedAt } = claims;
  return {
    id,
    groups: given.filter((group) => typeof group === 'string'),
    acr: typeof acr === 'string' ? acr : '',
    provedAt: typeof provedAt === 'number' ? provedAt * 1_000 : undefined,
  };
}

/** The claim of this very name, or what a path of names leads to. */
function claimOf(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split('.').reduce<unknown>((inside, part) => (isRecord(inside) && Object.hasOwn(inside, part) ? inside[part] : undefined), claims);
} // prettier-ignore

function isRecord(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null;
}
