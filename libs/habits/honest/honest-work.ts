import { honestExcess, honestRoleMin, honestRoleShare, honestWorkDays } from '../constants.js';

/** A day of an account that was told and that somebody has called honest. */
interface HonestDay {
  readonly day: number;
  readonly count: number;
  readonly role: number;
}

interface HonestMost {
  readonly key: string;
  readonly count: number;
}

/** The most that was called honest under one rule: of accounts, and of each role by its accounts, the most first. */
interface HonestOfRule {
  readonly accounts: ReadonlyMap<string, number>;
  readonly roles: ReadonlyMap<number, readonly HonestMost[]>;
}

/** What work is known, by verdicts, as it stood when a model was made. One entry a rule. */
export type HonestView = ReadonlyMap<number, HonestOfRule>;

export const nothingHonest: HonestView = new Map();

/** What people have called honest of the counts of rules that excuse, by rule and account. It is little: a day is in it because it was told. */
export class HonestWork {
  readonly #of = new Map<number, Map<string, readonly HonestDay[]>>();

  /** Of an account's days only those stay that no later one reaches. */
  note(column: number, key: string, honest: HonestDay): void {
    let accounts = this.#of.get(column);
    if (!accounts) this.#of.set(column, (accounts = new Map()));
    const known = accounts.get(key) ?? [];
    if (known.some((one) => one.day >= honest.day && one.count >= honest.count)) return;
    const left = known.filter((one) => one.day > honest.day || one.count > honest.count);
    accounts.set(
      key,
      [...left, honest].toSorted((a, b) => a.day - b.day),
    );
  }

  /** As it is known for `day`; what is older than it is remembered is let go. */
  view(day: number): HonestView {
    return new Map([...this.#of].map(([column, accounts]) => [column, mostOf(accounts, day - honestWorkDays)]));
  }
}

function mostOf(accounts: Map<string, readonly HonestDay[]>, oldest: number): HonestOfRule {
  const most = new Map<string, number>();
  const roles = new Map<number, HonestMost[]>();
  for (const [key, days] of accounts) {
    const left = days.filter(({ day }) => day > oldest);
    // The earliest that is left is the largest.
    const [largest] = left;
    if (!largest) accounts.delete(key);
    else {
      if (left.length < days.length) accounts.set(key, left);
      most.set(key, largest.count);
      roles.set(largest.role, [...(roles.get(largest.role) ?? []), { key, count: largest.count }]);
    }
  }
  for (const [role, list] of roles)
    roles.set(
      role,
      list.toSorted((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1)),
    );
  return { accounts: most, roles };
}

/** The count, not rounded, up to which what was called honest of the account itself excuses it; undefined where nothing was. */
export function excusedByItself(view: HonestView, column: number, key: string): number | undefined {
  const count = view.get(column)?.accounts.get(key);
  return count === undefined ? undefined : honestExcess * count;
}

/**
 * The same by its role: what so many others of it have come to, each on a day that was called honest, is work of the role. `size` is how many accounts it has; of a
 * role that is not known nobody excuses anybody.
 */
export function excusedByRole(
  view: HonestView,
  column: number,
  { key, role, size }: { readonly key: string; readonly role: number; readonly size: number },
): number | undefined {
  if (role === 0) return undefined;
  const others = (view.get(column)?.roles.get(role) ?? []).filter((one) => one.key !== key);
  const count = others[Math.max(honestRoleMin, Math.ceil(honestRoleShare * size)) - 1]?.count;
  return count === undefined ? undefined : honestExcess * count;
}

/** What answers go by, the same in whatever order it was learned. `nameOf` a role's number. */
export function outlineOfHonest(view: HonestView, nameOf: (role: number) => string): readonly unknown[] {
  return [...view].toSorted(([a], [b]) => a - b).map(([column, { roles }]) => [column, byName(roles, nameOf)]);
}

/** By the names of roles, in their order. */
export function byName<T>(of: ReadonlyMap<number, T>, nameOf: (role: number) => string): readonly (readonly [string, T])[] {
  return [...of].map(([role, one]) => [nameOf(role), one] as const).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
