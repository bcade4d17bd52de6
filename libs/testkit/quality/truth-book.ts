import type { PlayedEvent } from '../hospital/simulation.js';

/** What an attack had when an account of it was first told. */
export interface Told {
  readonly actorId: string;
  /** Event time, milliseconds. */
  readonly atMs: number;
  /** Distinct patients that this account had read for the attack, and all its accounts together. */
  readonly exposed: number;
  readonly exposedByAll: number;
  /** Events by which this account had read them; none when its sign-in was enough. */
  readonly events: number;
  /** What the incident itself said: `patients_at_detection`, the reading of the account's owner included. */
  readonly counted: number;
  readonly rules: readonly string[];
}

export interface AttackSeen {
  readonly name: string;
  readonly beginsMs: number;
  readonly actors: readonly string[];
  readonly patients: number;
  /** The same for the accounts that were never told. */
  readonly patientsMissed: number;
  readonly told: readonly Told[];
  /** Patients that all accounts together had when a rule first held, by the rule's id: what there would be without those that came before. */
  readonly byRule: Readonly<Record<string, number>>;
}

interface Account {
  readonly patients: Set<string>;
  readonly times: number[];
  events: number;
  told?: Told;
}

interface Stretch {
  readonly name: string;
  readonly from: number;
  to: number;
}

/** Accesses of one occasion that lie closer than this belong together. */
const togetherMs = 12 * 3_600_000;

/** Notes why every event was made, so that what was told can be judged. The truth alone decides what is an attack. */
export class TruthBook {
  readonly #attacks = new Map<string, Map<string, Account>>();
  readonly #occasions = new Map<string, Stretch[]>();
  readonly #roles = new Map<string, string>();
  readonly #used = new Set<string>();
  readonly #byRule = new Map<string, Map<string, number>>();

  note({ event, cause }: PlayedEvent, atMs: number): void {
    const { actor_id, actor_role, outcome, patient_ids } = event;
    this.#roles.set(actor_id, actor_role);
    if (!cause) return;
    if (cause.kind === 'legitimate') return this.#noteOccasion(actor_id, cause.name, atMs);
    const account = this.#account(cause.name, actor_id);
    account.times.push(atMs);
    this.#used.add(actor_id);
    if (outcome === 'failure' || patient_ids.length === 0) return;
    account.events += 1;
    for (const name of patient_ids) account.patients.add(typeof name === 'string' ? name : `${name.authority}|${name.id}`);
  }

  /** An incident of the account was told; it is the first that matters, for each attack that the account has begun. */
  noteTold(actorId: string, atMs: number, counted: number, rules: readonly string[]): void {
    for (const [name, accounts] of this.#attacks) {
      const account = accounts.get(actorId);
      if (!account) continue;
      const byRule = this.#byRule.get(name) ?? new Map<string, number>();
      this.#byRule.set(name, byRule);
      if (account.told && rules.every((rule) => byRule.has(rule))) continue;
      const exposedByAll = distinct(accounts.values());
      for (const rule of rules) if (!byRule.has(rule)) byRule.set(rule, exposedByAll);
      if (account.told) continue;
      account.told = { actorId, atMs, exposed: account.patients.size, exposedByAll, events: account.events, counted, rules };
    }
  }

  /** Whether an attack has begun to use the account. */
  isUsed(actorId: string): boolean {
    return this.#used.has(actorId);
  }

  attacks(): readonly AttackSeen[] {
    return [...this.#attacks].map(([name, accounts]) => ({
      name,
      beginsMs: Math.min(...[...accounts.values()].map(({ times }) => times[0] ?? Infinity)),
      actors: [...accounts.keys()],
      patients: distinct(accounts.values()),
      patientsMissed: distinct([...accounts.values()].filter(({ told }) => !told)),
      byRule: Object.fromEntries(this.#byRule.get(name) ?? []),
      told: [...accounts.values()].flatMap(({ told }) => told ?? []).toSorted((a, b) => a.atMs - b.atMs),
    }));
  }

  /** Whether an attack used the account between two instants, both included. */
  isAttack(actorId: string, fromMs: number, toMs: number): boolean {
    for (const accounts of this.#attacks.values())
      if (accounts.get(actorId)?.times.some((time) => time >= fromMs && time <= toMs)) return true;
    return false;
  }

  /** Why the account read more, or elsewhere, between two instants: names of occasions, or its role's ordinary work. */
  occasion(actorId: string, fromMs: number, toMs: number): string {
    const stretches = this.#occasions.get(actorId) ?? [];
    const names = new Set(stretches.filter(({ from, to }) => from <= toMs && to >= fromMs).map(({ name }) => name));
    return names.size ? [...names].toSorted().join(' and ') : `ordinary work of ${this.#roles.get(actorId) ?? 'nobody known'}`;
  }

  #account(attack: string, actorId: string): Account {
    const accounts = this.#attacks.get(attack) ?? new Map<string, Account>();
    this.#attacks.set(attack, accounts);
    const account = accounts.get(actorId) ?? { patients: new Set(), times: [], events: 0 };
    accounts.set(actorId, account);
    return account;
  }

  #noteOccasion(actorId: string, name: string, atMs: number): void {
    const stretches = this.#occasions.get(actorId) ?? [];
    this.#occasions.set(actorId, stretches);
    const last = stretches.findLast((stretch) => stretch.name === name);
    if (last && atMs - last.to < togetherMs) last.to = atMs;
    else stretches.push({ name, from: atMs, to: atMs });
  }
}

function distinct(accounts: Iterable<Account>): number {
  const all = new Set<string>();
  for (const { patients } of accounts) for (const patient of patients) all.add(patient);
  return all.size;
}
