import type { Account } from './account.js';

/** Who is barred in a step; `step` is -1 where nobody ever is. */
export interface BarsNow {
  readonly step: number;
  readonly isBarred: (account: number) => boolean;
}

/** Accounts that make a network one of the house. */
const houseAccounts = 3;

export interface Network {
  readonly accounts: Set<Account>;
  /** The day and step for which `isHouse` was found. */
  day: number;
  step: number;
  isHouse: boolean;
  isForgotten: boolean;
}

/** Which networks so many accounts use that they must be the house's own. */
export class HouseNetworks {
  readonly #networks = new Map<string, Network>();

  add(groupId: string, network: string, account: Account): void {
    const name = nameOf(groupId, network);
    const known = this.#networks.get(name) ?? { accounts: new Set(), day: -1, step: -1, isHouse: false, isForgotten: false };
    known.accounts.add(account);
    known.day = -1;
    this.#networks.set(name, known);
  }

  get(groupId: string, name: string): Network | undefined {
    return this.#networks.get(nameOf(groupId, name));
  }

  /** Whether three accounts or more that are not barred used the network of this name on days before `today`. */
  isHouse(network: Network, name: string, today: number, { step, isBarred }: BarsNow): boolean {
    if (network.day === today && network.step === step) return network.isHouse;
    let count = 0;
    for (const account of network.accounts) {
      if (!account.wasIn(name, today) || isBarred(account.number)) continue;
      count += 1;
      if (count === houseAccounts) break;
    }
    network.day = today;
    network.step = step;
    network.isHouse = count === houseAccounts;
    return network.isHouse;
  }

  /** What was found is asked again. */
  ask(): void {
    for (const network of this.#networks.values()) network.day = -1;
  }

  /** Lets go of accounts whose days there are forgotten. */
  forget(): void {
    for (const [name, network] of this.#networks) {
      const of = name.slice(name.indexOf('\0') + 1);
      for (const account of network.accounts) if (!account.networks.has(of)) network.accounts.delete(account);
      network.isForgotten = network.accounts.size === 0;
      if (network.isForgotten) this.#networks.delete(name);
      network.day = -1;
    }
  }
}

/** No group has a zero character in its name. */
export function nameOf(groupId: string, name: string): string {
  return `${groupId}\0${name}`;
}
