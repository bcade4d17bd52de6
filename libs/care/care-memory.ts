import type { CareFact, CareTouch } from '#libs/contracts/care/care-fact.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { CareLink } from '#libs/contracts/vocabulary.js';
import { AccountDays } from './account-days.js';
import { type Bar, Bars } from './bars.js';
import type { Calendar } from '#libs/formats/times/day-calendar.js';
import { type Account, type BarsNow, HouseNetworks, nameOf } from './house-networks.js';
import { LinkChains } from './link-chains.js';
import { OwnPairs } from './own-pairs.js';
import { PatientKey, PatientTable } from './patient-table.js';
import { Stays } from './stays.js';
import { heldSteps, knownDays, linkSteps, stepMs, stepOf } from './steps.js';

/** An access, as far as care is concerned. */
export interface Access {
  readonly groupId: string;
  readonly actorId: string;
  readonly clinicId: string;
  /** As `networkOf` gives it; empty where it is not known. */
  readonly network: string;
  /** Event time, milliseconds. */
  readonly timeMs: number;
  /** The pseudonym under which patients are remembered; empty for none. */
  readonly patientId: string;
}

/** What is written on the row, in the order of the contract. */
export type Stamp = Pick<AccessRow, 'care_link' | 'own_clinic' | 'new_network' | 'house_network'>;

export interface CareLimits {
  /** Patients and pairs of patient and account that are remembered at a time; above, nothing is known of any. */
  readonly patientsMax: number;
  readonly pairsMax: number;
}

export const usualLimits: CareLimits = { patientsMax: 8_000_000, pairsMax: 32_000_000 };

/**
 * Who met which patient. What `look` answers is a function of the access and of the facts taken in that are visible by its time, in whatever
 * order they came, as long as it does not lie before what is held (`lowest`).
 */
export class CareMemory {
  #patients = new PatientTable();
  #links = new LinkChains();
  #own = new OwnPairs();
  readonly #stays = new Stays();
  readonly #bars = new Bars();
  readonly #accounts = new Map<string, Account>();
  #numbers = 0;
  readonly #networks = new HouseNetworks();
  readonly #key = new PatientKey();
  #lowest = 0;
  #forgottenDay = 0;
  #isOverfull = false;
  readonly #isBarred: (account: number) => boolean;
  #step = 0;

  constructor(
    private readonly calendar: Calendar,
    private readonly limits: CareLimits = usualLimits,
  ) {
    this.#isBarred = (account) => this.#bars.isBarred(account, this.#step);
  }

  /** Bytes of what is known of patients. */
  get bytes(): number {
    return this.#patients.bytes + this.#links.bytes + this.#own.bytes;
  }
  get patients(): number {
    return this.#patients.count;
  }
  get pairs(): number {
    return this.#own.count;
  }
  /** There were more patients than the limits allow, so that links are not known until some are forgotten. */
  get isOverfull(): boolean {
    return this.#isOverfull;
  }
  /** The first step whose accesses can be answered. */
  get lowest(): number {
    return this.#lowest;
  }

  /** Time has come to `nowMs`: what only accesses from more than `heldSteps` before would ask may be forgotten. */
  advance(nowMs: number): void {
    const lowest = stepOf(nowMs) - heldSteps;
    if (lowest <= this.#lowest) return;
    this.#lowest = lowest;
    const day = this.calendar.dayOf(lowest * stepMs);
    if (day === this.#forgottenDay) return;
    this.#forgottenDay = day;
    this.#forgetDays(day - knownDays);
    this.#stays.forget(lowest);
    this.#bars.forget(lowest);
  }

  /** Takes a line of `vigie.care.v1` in. */
  take(fact: CareFact): void {
    if (fact.what === 'stay') this.#stays.take(fact);
    else this.#touch(fact);
  }

  /** Takes in that an account is in an incident, or no longer. */
  bar(bar: Bar): void {
    this.#bars.take(this.#accountOf(bar.groupId, bar.actorId).number, bar);
    this.#networks.ask();
  }

  /** What is known of an access; without `care_link` where that is not known. */
  look({ groupId, actorId, clinicId, network, timeMs, patientId }: Access): Stamp {
    const step = stepOf(timeMs);
    if (step < this.#lowest) return {};
    const account = this.#accounts.get(nameOf(groupId, actorId));
    const stamp: { -readonly [Key in keyof Stamp]: Stamp[Key] } = {};
    const link = patientId === '' ? undefined : this.#linkOf(patientId, account?.number ?? 0, step);
    if (link) stamp.care_link = link;
    const today = this.calendar.dayOf(timeMs);
    if (account && account.days.workedBefore(today) > 0) {
      if (!account.days.isRegularIn(clinicId, today)) stamp.own_clinic = false;
      if (network !== '' && !account.days.wasIn(network, today)) stamp.new_network = true;
    }
    if (network !== '' && this.#networks.isHouse(groupId, network, today, this.#barsAt(step))) stamp.house_network = true;
    return stamp;
  }

  /** The line that makes an access known, undefined where it says nothing that is not known. `visible`: see `visibleFrom`. */
  news({ groupId, actorId, clinicId, network, timeMs, patientId }: Access, visible: number): CareTouch | undefined {
    const step = stepOf(timeMs);
    if (step < this.#lowest - linkSteps) return undefined;
    const account = this.#accounts.get(nameOf(groupId, actorId));
    const [day, usable] = this.#daysOf(step, visible);
    const isClinicNew = !account?.days.has(account.days.clinics, clinicId, day, usable);
    const isNetworkNew = network !== '' && !account?.days.has(account.days.networks, network, day, usable);
    const isPatientNew = patientId !== '' && !(account && this.#holds(patientId, account.number, step, visible));
    if (!isClinicNew && !isNetworkNew && !isPatientNew) return undefined;
    return {
      what: 'touch', group_id: groupId, actor_id: actorId, patient_id: isPatientNew ? patientId : '',
      ...(isClinicNew && { clinic_id: clinicId }), ...(isNetworkNew && { network }), step, visible,
    }; // prettier-ignore
  }

  #linkOf(patientId: string, account: number, step: number): CareLink | undefined {
    if (this.#isOverfull || !this.#key.set(patientId)) return undefined;
    const patient = this.#patients.find(this.#key);
    if (patient !== 0 && account !== 0 && this.#own.knows(patient, account, step)) return 'own';
    if (this.#stays.size > 0 && this.#stays.links(patientId, step)) return 'stay';
    if (patient === 0) return 'none';
    this.#step = step;
    const others = this.#links.others(patient, account, step, this.#isBarred);
    return others === 0 ? 'none' : others === 1 ? 'single' : 'several';
  }

  #holds(patientId: string, account: number, step: number, visible: number): boolean {
    if (!this.#key.set(patientId)) return true;
    const patient = this.#patients.find(this.#key);
    if (patient === 0) return false;
    const until = step + linkSteps;
    const isLinked = until <= visible || this.#links.holds(patient, account, visible, until);
    const [from, end] = this.#ownFrom(step, visible);
    return isLinked && (end <= from || this.#own.holds(patient, account, from, end));
  }

  #touch({ group_id, actor_id, patient_id, clinic_id, network, step, visible }: CareTouch): void {
    const [day, usable] = this.#daysOf(step, visible);
    const account = this.#accountOf(group_id, actor_id);
    if (day >= this.#forgottenDay - knownDays) {
      account.days.take(day, usable, clinic_id, network);
      if (network !== undefined) this.#networks.add(group_id, network, account);
    }
    if (patient_id === '' || !this.#key.set(patient_id)) return;
    const until = step + linkSteps;
    const [from, end] = this.#ownFrom(step, visible);
    if (Math.max(until, end) <= this.#lowest) return;
    this.#makeRoom();
    const patient = this.#patients.add(this.#key);
    this.#links.add(patient, account.number, visible, until, this.#lowest);
    this.#own.add(patient, account.number, from, end);
    this.#isOverfull ||= this.#patients.count > this.limits.patientsMax || this.#own.count > this.limits.pairsMax;
  }

  /** From the midnight after the step on, as soon as it is visible, for thirty days. */
  #ownFrom(step: number, visible: number): readonly [number, number] {
    const day = this.calendar.dayOf(step * stepMs);
    const from = Math.ceil(this.calendar.startOf(day + 1) / stepMs);
    return [Math.max(from, visible), Math.ceil(this.calendar.startOf(day + 1 + knownDays) / stepMs)];
  }

  /** The day of a step, and the first that may know of it: a later one than that in which it becomes visible, so that a day is the same to its end. */
  #daysOf(step: number, visible: number): readonly [number, number] {
    const day = this.calendar.dayOf(step * stepMs);
    return [day, Math.max(day, this.calendar.dayOf(visible * stepMs)) + 1];
  }

  #accountOf(groupId: string, actorId: string): Account {
    const name = nameOf(groupId, actorId);
    const known = this.#accounts.get(name);
    if (known) return known;
    this.#numbers += 1;
    const account = { number: this.#numbers, days: new AccountDays() };
    this.#accounts.set(name, account);
    return account;
  }

  /** The bars of a step, and a name for them: none changes within a step, and mostly there are none at all. */
  #barsAt(step: number): BarsNow {
    this.#step = step;
    return { step: this.#bars.size === 0 ? -1 : step, isBarred: this.#isBarred };
  }

  #forgetDays(lowest: number): void {
    // Whoever was not there for so long has no chain and no pair any more, and gets another number one day.
    for (const [name, { days, number }] of this.#accounts)
      if (!days.forget(lowest) && !this.#bars.has(number)) this.#accounts.delete(name);
    this.#networks.forget();
  }

  /** Where tables would have to grow, what nobody can ask for any more goes first. */
  #makeRoom(): void {
    if (this.#patients.room > 0 && this.#own.room > 0) return;
    const [patients, links, own] = [new PatientTable(), new LinkChains(), new OwnPairs()];
    const [before, lowest] = [this.#patients, this.#lowest];
    const key = new PatientKey();
    const numberOf = (patient: number): number => {
      before.read(patient, key);
      return patients.add(key);
    };
    this.#own.forEach(lowest, (patient, account, from, until) => own.restore(numberOf(patient), account, from, until));
    for (let patient = 1; patient <= before.count; patient += 1)
      if (this.#links.isHeld(patient, lowest)) this.#links.move(patient, lowest, links, numberOf(patient));
    // Else the next few would have all of this done again.
    if (patients.room < patients.count / 8) patients.grow();
    if (own.room < own.count / 8) own.grow();
    [this.#patients, this.#links, this.#own] = [patients, links, own];
    this.#isOverfull = patients.count > this.limits.patientsMax || own.count > this.limits.pairsMax;
  }
}
