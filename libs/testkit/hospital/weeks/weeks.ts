/** Weeks that are honest and look like attacks: what changes in the house, from which local day on. Each is a module of this folder. */
import type { Access } from '../event.js';
import type { Hospital } from '../hospital.js';
import { localDayOf } from '../local-time.js';
import type { Duty } from '../roster.js';
import { audit } from './audit.js';
import { DenseFeed } from './dense-feed.js';
import { centralLaboratory, telephoneDesk, withoutDesk, withoutLaboratory } from './central-work.js';
import { backEntry, isDown } from './downtime.js';
import { merger } from './merger.js';
import { NewApplication } from './new-application.js';
import { nightlyFiles } from './nightly-files.js';
import { deviceRecall, research } from './ordered-work.js';
import { raggedJobs } from './ragged-jobs.js';
import { closedStays, locum, newWard, nightPool, pandemic, relocation, students, summer } from './staffing.js';

/** What each is, for people. */
export const honestWeeks = {
  merger: 'two registers are merged: for a week six secretaries look for doubles among people whom nobody has met for years',
  downtime: 'the platform of three clinics is down from nine to four, and what was written on paper is entered in the evening',
  pandemic: 'for a week wards lend staff to the emergency departments, which have far more arrivals',
  new_ward: 'a ward is opened, with staff from other clinics',
  locum: 'a physician who is new works in another clinic every day',
  students: 'two dozen new accounts follow the wards for the rest of the time',
  dense_feed: 'the feed reports the record beside the one that is opened, too: all counts of patients double overnight',
  audit: 'two auditors read a hundred and fifty records a day for three days, and nobody was told',
  summer: 'half of the staff is away, and the others do their work',
  relocation: 'a consultation of thirty people moves to another clinic',
  night_pool: 'sixteen nurses work at night, one night in their own clinic and the next in another',
  closed_stays: 'for five days the coding department reads stays that were closed up to a year ago',
  research: 'two physicians of a study read a hundred records a day in three clinics, for five days',
  device_recall: 'forty secretaries of the whole group call back patients of one clinic, for three days',
  new_application: 'the desks get another program, in which many visits begin with a list of forty who are expected',
  telephone_desk: "eight secretaries answer the telephone for every clinic; one caller of four is in nobody's care",
  central_laboratory: 'the technicians of the smaller clinics take the samples of all clinics',
  ragged_jobs:
    'programs that run on some days only: a weekly load, a check of identities on some nights, results that are sent again',
  one_role: "the feed has one word for everybody's role",
  nightly_files: 'the warehouse fetches every night who lay in a bed, in files of two hundred',
} as const;
export type WeekName = keyof typeof honestWeeks;
export const weekNames = Object.keys(honestWeeks).filter((name): name is WeekName => Object.hasOwn(honestWeeks, name));

/** Which, and from which local day on, counted from 0. */
export interface WeekOrder {
  readonly name: WeekName;
  readonly day: number;
}

/** What the weeks of a simulation make of its days. */
export class Weeks {
  readonly #dense: DenseFeed | undefined;
  readonly #desk: NewApplication;

  constructor(
    private readonly hospital: Hospital,
    private readonly orders: readonly WeekOrder[],
  ) {
    this.#desk = new NewApplication(hospital);
    if (this.#since('dense_feed') !== undefined) this.#dense = new DenseFeed(hospital);
  }

  /** The duties of a day as they come to be. */
  duties(duties: readonly Duty[], day: number): readonly Duty[] {
    const { hospital } = this;
    const changes = {
      pandemic, new_ward: newWard, locum, students, summer, relocation, night_pool: nightPool, closed_stays: closedStays,
      telephone_desk: withoutDesk, central_laboratory: withoutLaboratory,
    } as const; // prettier-ignore
    let changed = duties;
    for (const name of [
      'pandemic',
      'new_ward',
      'locum',
      'students',
      'summer',
      'relocation',
      'night_pool',
      'closed_stays',
      'telephone_desk',
      'central_laboratory',
    ] as const) {
      const since = this.#daysSince(name, day);
      if (since >= 0) changed = changes[name](hospital, changed, day, since);
    }
    return changed;
  }

  /** What is done besides, on a day. */
  streams(day: number): readonly Generator<Access>[] {
    const { hospital } = this;
    return [
      ...merger(hospital, day, this.#daysSince('merger', day)),
      ...backEntry(hospital, day, this.#daysSince('downtime', day)),
      ...audit(hospital, day, this.#daysSince('audit', day)),
      ...research(hospital, day, this.#daysSince('research', day)),
      ...deviceRecall(hospital, day, this.#daysSince('device_recall', day)),
      ...telephoneDesk(hospital, day, this.#daysSince('telephone_desk', day)),
      ...centralLaboratory(hospital, day, this.#daysSince('central_laboratory', day)),
      ...raggedJobs(hospital, day, this.#daysSince('ragged_jobs', day)),
      ...(this.#daysSince('nightly_files', day) >= 0 ? [nightlyFiles(hospital, day)] : []),
    ];
  }

  /** What of an access reaches the feed: nothing, itself, or more. */
  *reported(access: Access): Generator<Access> {
    const isUnnamed = this.#daysSince('one_role', localDayOf(access.at)) >= 0;
    for (const one of this.#reported(access)) yield isUnnamed ? withoutRole(one) : one;
  }

  *#reported(access: Access): Generator<Access> {
    const day = localDayOf(access.at);
    if (isDown(this.hospital, access, this.#daysSince('downtime', day))) return;
    if (this.#daysSince('new_application', day) >= 0) yield* this.#desk.reported(access);
    else yield access;
    const beside = this.#dense?.beside(access);
    if (beside && this.#daysSince('dense_feed', day) >= 0) yield beside;
  }

  #since(name: WeekName): number | undefined {
    const order = this.orders.find((one) => one.name === name);
    return order && localDayOf(this.hospital.start) + order.day;
  }

  /** Days since it began; negative before, and where it never does. */
  #daysSince(name: WeekName, day: number): number {
    return day - (this.#since(name) ?? Infinity);
  }
}

/** The one role of people where the feed does not tell them apart. */
const anybody = 'user';

function withoutRole(access: Access): Access {
  const { session } = access;
  return session.account.kind === 'service'
    ? access
    : { ...access, session: { ...session, account: { ...session.account, role: anybody } } };
}
