import type { Account } from './account.js';
import type { Network } from './house-networks.js';
import { places } from './stamp.js';

/**
 * An account in a clinic and on a network, with what the memory found of them last. Whoever sees many accesses of one keeps it; it goes on being
 * good whatever the memory learns and forgets.
 */
export class Standing {
  /** Undefined until the memory knows the account or the network. */
  account: Account | undefined;
  house: Network | undefined;
  /** The day for which `places` was found, and what was known of the account's days then. */
  day = -1;
  version = -1;
  places = 0;
  /** A day on which account, clinic and network are known to have been seen, and from which day on that is usable. */
  seenDay = -1;
  seenUsable = 0;
  /** Whoever keeps standings may keep a number with each. */
  number = 0;

  constructor(
    readonly groupId: string,
    readonly actorId: string,
    readonly clinicId: string,
    /** As `networkOf` gives it; empty where it is not known. */
    readonly network: string,
  ) {}
}

/** Bits of `places` that an account's days before `today` say. */
export function placesIn(account: Account, { clinicId, network }: Standing, today: number): number {
  if (account.workedBefore(today) === 0) return 0;
  return (
    (account.isRegularIn(clinicId, today) ? 0 : places.foreignClinic) |
    (network !== '' && !account.wasIn(network, today) ? places.newNetwork : 0)
  );
}
