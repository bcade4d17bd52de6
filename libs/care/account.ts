import { knownDays } from './steps.js';

/** A day on which something was seen, and from which day on that may be used: `day * lags + lag`, so that a list is small integers. */
type SeenDay = number;
const lags = 64;

/** What is remembered of an account, under a number that patients have: on which days it worked, and where from. */
export class Account {
  readonly worked: SeenDay[] = [];
  readonly clinics = new Map<string, SeenDay[]>();
  readonly networks = new Map<string, SeenDay[]>();
  /** Another one whenever anything of it changed. */
  version = 0;
  /** It was not there for so long that it is nobody any more. */
  isForgotten = false;

  constructor(readonly number: number) {}

  /** The account was there on a day; `usable` is the first day that may know of it. */
  take(day: number, usable: number, clinic: string | undefined, network: string | undefined): void {
    let isNew = see(this.worked, day, usable);
    if (clinic !== undefined) isNew = see(listOf(this.clinics, clinic), day, usable) || isNew;
    if (network !== undefined) isNew = see(listOf(this.networks, network), day, usable) || isNew;
    if (isNew) this.version += 1;
  }

  /** Whether a day is known of a clinic or a network, no later than it would be known now. */
  has(of: ReadonlyMap<string, readonly SeenDay[]>, name: string, day: number, usable: number): boolean {
    return of.get(name)?.some((seen) => dayOf(seen) === day && usableFrom(seen) <= usable) ?? false;
  }

  /** On how many of the thirty days before `today` it worked, as far as that may be used. */
  workedBefore(today: number): number {
    return countBefore(this.worked, today);
  }

  /** Whether the clinic was read on a fifth of those days. */
  isRegularIn(clinic: string, today: number): boolean {
    return countBefore(this.clinics.get(clinic) ?? [], today) * 5 >= this.workedBefore(today);
  }

  wasIn(network: string, today: number): boolean {
    return countBefore(this.networks.get(network) ?? [], today) > 0;
  }

  /** Forgets days before `lowest`. False when nothing is left. */
  forget(lowest: number): boolean {
    this.version += 1;
    for (const places of [this.clinics, this.networks])
      for (const [name, days] of places) if (!forgetIn(days, lowest)) places.delete(name);
    return forgetIn(this.worked, lowest);
  }
}

/** Whether that says more than was known. */
function see(list: SeenDay[], day: number, usable: number): boolean {
  const lag = usable - day;
  if (lag >= lags) return false;
  const at = list.findIndex((seen) => dayOf(seen) === day);
  if (at >= 0 && lag >= lagOf(list[at] ?? 0)) return false;
  list[at < 0 ? list.length : at] = day * lags + lag;
  return true;
}

function countBefore(list: readonly SeenDay[], today: number): number {
  let count = 0;
  for (const seen of list) {
    const day = dayOf(seen);
    if (day < today && day >= today - knownDays && day + lagOf(seen) <= today) count += 1;
  }
  return count;
}

function forgetIn(list: SeenDay[], lowest: number): boolean {
  const kept = list.filter((seen) => dayOf(seen) >= lowest);
  if (kept.length < list.length) list.splice(0, list.length, ...kept);
  return list.length > 0;
}

function listOf(of: Map<string, SeenDay[]>, name: string): SeenDay[] {
  const known = of.get(name);
  if (known) return known;
  const list: SeenDay[] = [];
  of.set(name, list);
  return list;
}

function dayOf(seen: SeenDay): number {
  return Math.floor(seen / lags);
}
function lagOf(seen: SeenDay): number {
  return seen % lags;
}
function usableFrom(seen: SeenDay): number {
  return dayOf(seen) + lagOf(seen);
}
