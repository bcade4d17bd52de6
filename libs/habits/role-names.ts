import { rolesMax } from './constants.js';
import type { PeerClass } from './priors.js';

/** Roles by number. 0 is none; those beyond the most that are kept apart stand with it. */
export class RoleNames {
  readonly names: string[] = [''];
  readonly #numbers = new Map<string, number>([['', 0]]);

  numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    if (this.names.length >= rolesMax) return 0;
    this.#numbers.set(name, this.names.length);
    return this.names.push(name) - 1;
  }

  nameOf(role: number): string {
    return this.names[role] ?? '';
  }

  /** Of two roles that one day was recorded with, the one that counts: whichever came first, the same. */
  laterOf(one: number, other: number): number {
    return this.nameOf(one) > this.nameOf(other) ? one : other;
  }
}

/** Name of the peers of a role within a class. */
export function peersName(among: PeerClass, role: string): string {
  return `${among} ${role}`;
}
