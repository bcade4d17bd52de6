import type { Role, User } from '../users/users.js';

/** What a group of the identity provider allows. */
export interface Grant {
  readonly group: string;
  readonly roles: readonly Role[];
  /** All where it is left out. */
  readonly clinics: readonly string[] | undefined;
  /** How one must have logged in for it to count; any way where it is left out. */
  readonly acr: readonly string[] | undefined;
}

/** Groups of one person that are remembered: a session is a cookie, and has no more room. */
const namedMax = 30;

/** Who is what, by their groups. */
export class Grants {
  constructor(private entries: readonly Grant[]) {}

  /** Goes by others from now on, for those who are logged in too. */
  use({ entries }: Grants): void {
    this.entries = entries;
  }

  /** Those of somebody's groups that are named here, in the order of the file: no others need be remembered of them. */
  named(groups: readonly string[]): readonly string[] {
    const theirs = new Set(groups);
    return [...new Set(this.entries.map(({ group }) => group))].filter((group) => theirs.has(group)).slice(0, namedMax);
  }

  /** The ways of logging in that some entry asks for. */
  get acrValues(): readonly string[] {
    return [...new Set(this.entries.flatMap(({ acr = [] }) => acr))];
  }

  /**
   * What somebody may: by the first entry that fits. Two entries are not added up, because roles of the one would be had in the clinics of the other.
   * Undefined where none fits.
   */
  of(groups: readonly string[], acr: string): Pick<User, 'roles' | 'clinics'> | undefined {
    const found = this.entries.find((one) => groups.includes(one.group) && (one.acr === undefined || one.acr.includes(acr)));
    return found && { roles: found.roles, clinics: found.clinics };
  }
}
