import { firstDayWeight } from './constants.js';
import { Peers, type PeersView } from './peers.js';
import type { PeerClass } from './priors.js';
import { peersName, type RoleNames } from './role-names.js';

/** Peers of every role and of everybody, old hands and newcomers apart. */
export class PeerGroups {
  readonly #everybody: Readonly<Record<PeerClass, Peers>>;
  readonly #roles = new Map<string, Peers>();
  #lastDay = 0;

  constructor(
    private readonly columns: number,
    private readonly ownColumns: number,
    private readonly names: RoleNames,
  ) {
    this.#everybody = { staff: new Peers(columns, ownColumns), newcomer: new Peers(columns, ownColumns) };
  }

  /** Those with whom an account is learned: of its role, and everybody. */
  of(role: number, among: PeerClass): readonly Peers[] {
    const name = peersName(among, this.names.nameOf(role));
    let peers = this.#roles.get(name);
    if (!peers) this.#roles.set(name, (peers = new Peers(this.columns, this.ownColumns)));
    return [peers, this.#everybody[among]];
  }

  /** Those who set the ceiling of a role. */
  known(role: number): Peers | undefined {
    return this.#roles.get(peersName('staff', this.names.nameOf(role)));
  }

  /** A day is over; `ruleDays` as in `ViewParts`. Yields now and then. */
  *endDay(day: number, isFirst: boolean, ruleDays: readonly number[]): Generator<void, void> {
    const isNewer = day > this.#lastDay;
    if (isNewer) this.#lastDay = day;
    const has = (column: number) => (ruleDays[column] ?? 0) > 0;
    for (const peers of [...this.#roles.values(), ...Object.values(this.#everybody)]) {
      peers.endDay(day, { isNewer, weight: isFirst ? firstDayWeight : 1, has });
      yield;
    }
  }

  view(): { readonly everybody: Readonly<Record<PeerClass, PeersView>>; readonly roles: ReadonlyMap<string, PeersView> } {
    const { staff, newcomer } = this.#everybody;
    const roles = new Map([...this.#roles].map(([name, peers]) => [name, peers.view()]));
    return { everybody: { staff: staff.view(), newcomer: newcomer.view() }, roles };
  }
}
