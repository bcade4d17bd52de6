import { systemUser } from '../users/users.js';

/** Somebody whom the identity provider vouches for. */
export interface Identity {
  readonly id: string;
  readonly groups: readonly string[];
  /** Whether it says anything of groups, be it that there are none. */
  readonly saysGroups: boolean;
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

/**
 * Whether the provider left out groups because they are too many, and says where else they could be asked for: distributed claims (OpenID Connect
 * Core 1.0, section 5.6.2), which Entra ID sends from 200 groups on.
 */
export function hasGroupsElsewhere(claims: Claims, { groups }: ClaimNames): boolean {
  const elsewhere = claims['_claim_names'];
  return (
    !hasGroups(claims, { user: '', groups }) &&
    ((isRecord(elsewhere) && Object.hasOwn(elsewhere, groups)) || (groups === 'groups' && claims['hasgroups'] === true))
  );
}

/** Why the claims name nobody; undefined where they do. */
export function nobodyBecause(claims: Claims, { user }: ClaimNames): string | undefined {
  const id = claimOf(claims, user);
  if (id === undefined) return `neither the token nor the endpoint of user information has the claim ${user}`;
  // Controls, and characters that nobody sees, would make two people of one look.
  if (
    typeof id !== 'string' ||
    id.trim() !== id ||
    id === '' ||
    id.length > idMax ||
    /[\p{C}\p{Zl}\p{Zp}]/u.test(id) ||
    id.toLowerCase() === systemUser
  )
    return `the claim ${user} is no name that can be shown in a case`;
  if (user === 'email' && claims['email_verified'] !== true)
    return 'the claim email counts with email_verified: true alone, which the provider does not say';
  return undefined;
}

/** Undefined where the claims name nobody: no id, one that cannot be shown, or a mail address that the provider has not verified. */
export function identityOf(claims: Claims, names: ClaimNames): Identity | undefined {
  const id = claimOf(claims, names.user);
  if (typeof id !== 'string' || nobodyBecause(claims, names) !== undefined) return undefined;
  const given = [claimOf(claims, names.groups)].flat().slice(0, groupsMax);
  const { acr, auth_time: provedAt } = claims;
  return {
    id,
    groups: given.filter((group) => typeof group === 'string'),
    saysGroups: hasGroups(claims, names),
    acr: typeof acr === 'string' ? acr : '',
    provedAt: typeof provedAt === 'number' ? provedAt * 1_000 : undefined,
  };
}

/** The claim of this very name, or what a path of names leads to. */
function claimOf(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name
    .split('.')
    .reduce<unknown>((inside, part) => (isRecord(inside) && Object.hasOwn(inside, part) ? inside[part] : undefined), claims);
}

function isRecord(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null;
}
