// compare/: with whom accounts are compared, and how far honest days of these went.
// What an account itself usually does is known beside.

import { Fit } from './fit.js';
import { noPeers, type PeersView, tailOf } from '../peers.js';
import { evidencePrior, type PeerClass, priorOf } from '../priors.js';
import { peersName } from '../role-names.js';
import type { HabitRule } from '../seams.js';
import type { FurthestDay, TailView } from '../tail.js';

export interface AmongParts {
  readonly rules: readonly HabitRule[];
  readonly everybody: Readonly<Record<PeerClass, PeersView>>;
  readonly roles: ReadonlyMap<string, PeersView>;
  readonly roleNames: readonly string[];
}

/** Of the furthest days of a tail, those whose accounts are compared with the others alone. */
const apartMax = 120;

/** Whoever is among the furthest is compared with the others alone; of the rest nothing changes by it. */
class TailFits {
  #fit: Fit | undefined;
  readonly #without = new Map<string, Fit>();
  readonly #keys: ReadonlySet<string>;

  constructor(
    furthest: readonly FurthestDay[],
    private readonly make: (without: string | undefined) => Fit,
  ) {
    this.#keys = new Set(furthest.map(({ key }) => key));
  }

  of(key: string): Fit {
    if (!this.#keys.has(key)) return (this.#fit ??= this.make(undefined));
    const known = this.#without.get(key);
    if (known) return known;
    const made = this.make(key);
    this.#without.set(key, made);
    return made;
  }
}

/** Those with whom accounts of a role and class are compared. */
export interface Among {
  /** Class and role, by name. */
  readonly name: string;
  readonly role: PeersView;
  /** Old hands of the role, which for them is `role`. */
  readonly staff: PeersView;
  readonly everybody: PeersView;
  readonly fits: (TailFits | undefined)[];
}

/** With whom accounts are compared under a model. It is asked of each account, day and rule, and so finds all by number. */
export class Comparing {
  readonly #known: Readonly<Record<PeerClass, (Among | undefined)[]>> = { staff: [], newcomer: [] };
  /** What any role may do now and then has no tail of the role. */
  readonly #ofAnyRole: Readonly<Record<PeerClass, (TailFits | undefined)[]>> = { staff: [], newcomer: [] };
  readonly #ofEvidence: Partial<Record<PeerClass, TailFits>> = {};

  constructor(private readonly parts: AmongParts) {}

  of(role: number, among: PeerClass): Among {
    return (this.#known[among][role] ??= this.#made(role, among));
  }

  #made(role: number, among: PeerClass): Among {
    const { roles, everybody } = this.parts;
    const named = (of: PeerClass) => roles.get(this.#nameOf(role, of)) ?? noPeers;
    return { name: this.#nameOf(role, among), role: named(among), staff: named('staff'), everybody: everybody[among], fits: [] };
  }
  #nameOf(role: number, among: PeerClass): string {
    return peersName(among, this.parts.roleNames[role] ?? '');
  }

  /** How far honest days of the others went. */
  fitOf(key: string, role: number, column: number, among: PeerClass): Fit {
    if (this.parts.rules[column]?.scale === 'rare')
      return (this.#ofAnyRole[among][column] ??= this.#fits(undefined, column, among)).of(key);
    const of = this.of(role, among);
    return (of.fits[column] ??= this.#fits(of.role, column, among)).of(key);
  }

  #fits(role: PeersView | undefined, column: number, among: PeerClass): TailFits {
    const own = role === undefined ? undefined : tailOf(role, column);
    const all = tailOf(this.parts.everybody[among], column);
    const prior = priorOf(this.parts.rules[column], among);
    return new TailFits(
      [own, all].flatMap((tail) => tail?.furthest.slice(0, apartMax) ?? []),
      (without) => new Fit(own, all, prior, without),
    );
  }

  /** The same of the evidence of several days, of everybody. */
  evidenceFitOf(key: string, among: PeerClass): Fit {
    const tail: TailView = this.parts.everybody[among].evidence;
    const made = (without: string | undefined) => new Fit(undefined, tail, evidencePrior, without);
    return (this.#ofEvidence[among] ??= new TailFits(tail.furthest, made)).of(key);
  }
}
