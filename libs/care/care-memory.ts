import type { CareFact, CareTouch } from '#libs/contracts/care/care-fact.js';
import type { Calendar } from '#libs/formats/times/day-calendar.js';
import type { Access } from './access.js';
import { Account } from './account.js';
import { type Bar, Bars } from './bars.js';
import { type BarsNow, HouseNetworks, nameOf } from './house-networks.js';
import { Moment } from './moment.js';
import { PatientKey } from './patient-key.js';
import { type CareLimits, Patients, usualLimits } from './patients.js';
import { type Stamp, places, stampOf } from './stamp.js';
import { Pulses, quietSteps } from './pulses.js';
import { placesIn, Standing } from './standing.js';
import { Stays } from './stays.js';
import { heldSteps, knownDays, linkSteps, stepMs, stepOf } from './steps.js';

/** Links by number: their places in `careLinks` and one. */
const links = { unknown: 0, own: 1, stay: 2, several: 3, single: 4, none: 5 } as const;

/**
 * Who met which patient. What `look` answers is a function of the access and of the facts taken in that are visible by its time, in whatever
 * order they came, as long as it does not lie before what is held (`lowest`). `look` and `news` make their answers of questions that whoever
 * stamps very many asks one by one, of standings and keys that are at hand.
 */
export class CareMemory {
  readonly #patients: Patients;
  readonly #stays = new Stays();
  readonly #bars = new Bars();
  readonly #pulses = new Pulses();
  readonly #accounts = new Map<string, Account>();
  readonly #groups = new Map<string, number>();
  #numbers = 0;
  readonly #networks = new HouseNetworks();
  readonly #key = new PatientKey();
  #lowest = 0;
  #forgottenDay = 0;
  #step = 0;
  #moment: Moment | undefined;
  readonly #isBarred: (account: number) => boolean;

  constructor(
    private readonly calendar: Calendar,
    limits: CareLimits = usualLimits,
  ) {
    this.#patients = new Patients(limits);
    this.#isBarred = (account) => this.#bars.isBarred(account, this.#step);
  }

  /** Bytes of what is known of patients. */
  get bytes(): number {
    return this.#patients.bytes;
  }
  get patients(): number {
    return this.#patients.count;
  }
  get pairs(): number {
    return this.#patients.pairs;
  }
  /** There are more patients than the limits allow, so that links are not known until some are forgotten. */
  get isOverfull(): boolean {
    return this.#patients.isOverfull(this.#lowest);
  }
  /** The first step whose accesses can be answered. */
  get lowest(): number {
    return this.#lowest;
  }

  /**
   * Time has come to `nowMs`: what only accesses from more than `heldSteps` before would ask may be forgotten. Once a day the small things are, and
   * a part of the patients at each of the calls after it, so that none takes long.
   */
  advance(nowMs: number): void {
    this.#patients.sweep(this.#lowest);
    const lowest = stepOf(nowMs) - heldSteps;
    if (lowest <= this.#lowest) return;
    this.#lowest = lowest;
    const day = this.calendar.dayOf(lowest * stepMs);
    if (day === this.#forgottenDay) return;
    this.#forgottenDay = day;
    this.#forgetDays(day - knownDays);
    this.#stays.forget(lowest);
    this.#bars.forget(lowest);
    this.#pulses.forget(lowest);
    this.#patients.startSweep();
  }

  /** Takes a line of `vigie.care.v1` in. */
  take(fact: CareFact): void {
    if (fact.what === 'stay') this.#stays.take(fact, this.groupNumberOf(fact.group_id));
    else this.#touch(fact);
  }

  /** Takes in that an account is in an incident, or no longer. */
  bar(bar: Bar): void {
    this.#bars.take(this.#accountOf(bar.groupId, bar.actorId).number, bar);
    this.#networks.ask();
  }

  /** What keys of a group's patients are bound to. */
  groupNumberOf(groupId: string): number {
    const known = this.#groups.get(groupId);
    if (known !== undefined) return known;
    const number = this.#groups.size;
    this.#groups.set(groupId, number);
    return number;
  }

  /** What is known of an access; without `care_link` where that is not known. */
  look({ groupId, actorId, clinicId, network, timeMs, patientId, visible = 0 }: Access): Stamp {
    const step = stepOf(timeMs);
    if (step < this.#lowest) return {};
    const standing = new Standing(groupId, actorId, clinicId, network);
    const link =
      patientId !== '' && this.#key.set(patientId, this.groupNumberOf(groupId))
        ? this.linkOf(standing, this.#key, step, visible)
        : links.unknown;
    return stampOf(link, this.placesOf(standing, timeMs));
  }

  /** The line that makes an access known, undefined where it says nothing that is not known. `visible`: see `visibleFrom`. */
  news({ groupId, actorId, clinicId, network, timeMs, patientId }: Access, visible: number): CareTouch | undefined {
    const standing = new Standing(groupId, actorId, clinicId, network);
    const moment = this.momentOf(timeMs, visible);
    if (!this.isAskedFor(moment)) return undefined;
    const isPatientNew =
      patientId !== '' && this.#key.set(patientId, this.groupNumberOf(groupId)) && !this.isMet(standing, this.#key, moment);
    return isPatientNew || !this.isSeen(standing, moment)
      ? this.touchOf(standing, moment, isPatientNew ? patientId : '')
      : undefined;
  }

  /**
   * Place of the patient's link in `careLinks` and one, for an access of a step from `lowest` on that is itself visible from another. 0 where it is
   * not known: there are too many patients, or the access comes so late that nobody, or a single other, may have met the patient only because others
   * come as late. `patient` is bound to the group.
   */
  linkOf(standing: Standing, patient: PatientKey, step: number, visible: number): number {
    if (this.isOverfull) return links.unknown;
    const account = this.#accountAt(standing)?.number ?? 0;
    const shard = this.#patients.shardOf(patient);
    const number = shard.find(patient);
    if (number !== 0 && account !== 0 && shard.knows(number, account, step)) return links.own;
    if (this.#stays.size > 0 && this.#stays.links(patient, step)) return links.stay;
    this.#step = step;
    const others = number === 0 ? 0 : shard.others(number, account, step, this.#isBarred);
    if (others > 1) return links.several;
    if (visible - step > quietSteps && !this.#pulses.isAlive(standing.groupId, step)) return links.unknown;
    return others === 0 ? links.none : links.single;
  }

  /** Bits of `places` for an access at a time whose step is `lowest` or later. */
  placesOf(standing: Standing, timeMs: number): number {
    const today = this.calendar.dayOf(timeMs);
    const account = this.#accountAt(standing);
    if (account && (standing.day !== today || standing.version !== account.version)) {
      standing.places = placesIn(account, standing, today);
      standing.day = today;
      standing.version = account.version;
    }
    const bits = account ? standing.places : 0;
    return this.#isHouse(standing, today, stepOf(timeMs)) ? bits | places.houseNetwork : bits;
  }

  /** What a touch at a time says when, if it becomes visible in a step. */
  momentOf(timeMs: number, visible: number): Moment {
    const step = stepOf(timeMs);
    if (this.#moment?.step !== step || this.#moment.visible !== visible) this.#moment = new Moment(this.calendar, step, visible);
    return this.#moment;
  }

  /** Whether anybody asks for a touch of so long ago. */
  isAskedFor({ step }: Moment): boolean {
    return step >= this.#lowest - linkSteps;
  }

  /** Whether it is known that the account was there, in the clinic and on the network, and its group at work in this step. */
  isSeen(standing: Standing, moment: Moment): boolean {
    if (!this.#pulses.knows(standing.groupId, moment, this.#lowest)) return false;
    const { day, usable } = moment;
    if (standing.seenDay === day && standing.seenUsable <= usable) return true;
    const account = this.#accountAt(standing);
    if (!account?.has(account.clinics, standing.clinicId, day, usable)) return false;
    if (standing.network !== '' && !account.has(account.networks, standing.network, day, usable)) return false;
    standing.seenDay = day;
    standing.seenUsable = usable;
    return true;
  }

  /** Whether it is known that the account met the patient. */
  isMet(standing: Standing, patient: PatientKey, moment: Moment): boolean {
    const account = this.#accountAt(standing);
    const shard = this.#patients.shardOf(patient);
    const number = account ? shard.find(patient) : 0;
    return account !== undefined && number !== 0 && shard.holds(number, account.number, moment);
  }

  /** The line that makes a touch known: of `patientId`, empty for none, and of clinic and network as far as they are not known. */
  touchOf(standing: Standing, { step, visible, day, usable }: Moment, patientId: string): CareTouch {
    const { groupId, actorId, clinicId, network } = standing;
    const account = this.#accountAt(standing);
    return {
      what: 'touch',
      group_id: groupId,
      actor_id: actorId,
      patient_id: patientId,
      ...(!account?.has(account.clinics, clinicId, day, usable) && { clinic_id: clinicId }),
      ...(network !== '' && !account?.has(account.networks, network, day, usable) && { network }),
      step,
      visible,
    };
  }

  #isHouse(standing: Standing, today: number, step: number): boolean {
    const { groupId, network } = standing;
    if (network === '') return false;
    if (!standing.house || standing.house.isForgotten) standing.house = this.#networks.get(groupId, network);
    return standing.house !== undefined && this.#networks.isHouse(standing.house, network, today, this.#barsAt(step));
  }

  #touch({ group_id, actor_id, patient_id, clinic_id, network, step, visible }: CareTouch): void {
    const moment = this.momentOf(step * stepMs, visible);
    const account = this.#accountOf(group_id, actor_id);
    if (step >= this.#lowest - quietSteps) this.#pulses.take(group_id, step, visible);
    if (moment.day >= this.#forgottenDay - knownDays) {
      account.take(moment.day, moment.usable, clinic_id, network);
      if (network !== undefined) this.#networks.add(group_id, network, account);
    }
    if (patient_id === '' || !this.#key.set(patient_id, this.groupNumberOf(group_id))) return;
    if (Math.max(moment.linkUntil, moment.ownUntil) <= this.#lowest) return;
    this.#patients.touch(this.#key, account.number, moment, this.#lowest);
  }

  /** The account of a standing, where it is known; who was forgotten is another when it comes again. */
  #accountAt(standing: Standing): Account | undefined {
    if (!standing.account || standing.account.isForgotten) {
      standing.account = this.#accounts.get(nameOf(standing.groupId, standing.actorId));
      standing.day = -1;
    }
    return standing.account;
  }

  #accountOf(groupId: string, actorId: string): Account {
    const name = nameOf(groupId, actorId);
    const known = this.#accounts.get(name);
    if (known) return known;
    this.#numbers += 1;
    const account = new Account(this.#numbers);
    this.#accounts.set(name, account);
    return account;
  }

  /** The bars of a step, and a name for them: none changes within a step, and mostly there are none at all. */
  #barsAt(step: number): BarsNow {
    this.#step = step;
    return { step: this.#bars.size === 0 ? -1 : step, isBarred: this.#isBarred };
  }

  #forgetDays(lowest: number): void {
    // Whoever was not there for so long has no stretch any more that anybody asks for, and gets another number one day.
    for (const [name, account] of this.#accounts) {
      if (account.forget(lowest) || this.#bars.has(account.number)) continue;
      account.isForgotten = true;
      this.#accounts.delete(name);
    }
    this.#networks.forget();
  }
}
