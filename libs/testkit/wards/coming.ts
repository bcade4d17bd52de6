import type { SeededRandom } from '../hospital/random.js';
import type { DayBook } from './access.js';
import type { WardAccount, WardGroup } from './group.js';
import type { House } from './house.js';

const minute = 1 / 60;

/** Who comes to a site on a day: to consultations, to the emergencies, into a bed. The desk meets everybody first. */
export class Coming {
  constructor(
    private readonly group: WardGroup,
    private readonly house: House,
    private readonly random: SeededRandom,
  ) {}

  plan(day: number, book: DayBook): void {
    const admitted = this.house.beginDay(day);
    for (const [site, { hasEmergencies }] of this.group.sites.entries()) {
      const desks = this.group.atWork('desk', site, day);
      if (desks.length === 0) continue;
      for (const stay of admitted)
        if (stay.site === site) book.put(this.random.between(7, 12), this.random.pick(desks), 'create', [stay.patient]);
      for (const doctor of this.group.atWork('doctor', site, day)) this.#consultations(doctor, desks, day, book);
      for (const desk of desks) this.#calls(desk, day, book);
      if (hasEmergencies) for (let n = 0; n < 45; n += 1) this.#emergency(site, desks, day, book);
    }
  }

  #consultations(doctor: WardAccount, desks: readonly WardAccount[], day: number, book: DayBook): void {
    const { random } = this;
    const isWeekend = day % 7 >= 5;
    if (isWeekend && !random.chance(0.4)) return;
    const laboratories = this.group.atWork('laboratory', doctor.site, day);
    const radiographers = this.group.atWork('radiographer', doctor.site, day);
    for (let n = Math.round((isWeekend ? 6 : 14) * doctor.pace * random.between(0.6, 1.3)); n > 0; n -= 1) {
      const { patient, isNew } = this.house.arrives(doctor.site);
      const at = random.between(8.2, 17.5);
      const desk = random.pick(desks);
      this.house.visits(patient, doctor.site, day);
      if (isNew) book.put(at - 42 * minute, desk, 'create', [patient]);
      book.put(at - random.between(3, 40) * minute, desk, random.chance(0.3) ? 'update' : 'read', [patient]);
      // What is prepared before somebody comes.
      if (random.chance(0.4)) book.put(at - random.between(1, 10), desk, 'read', [patient]);
      if (random.chance(0.04)) book.put(at, doctor, 'search', this.#found(doctor.site, random.whole(2, 12)));
      for (let look = random.whole(1, 3); look > 0; look -= 1)
        book.put(at + look * random.between(1, 6) * minute, doctor, look > 1 ? 'update' : 'read', [patient]);
      if (laboratories.length && random.chance(0.35)) {
        book.put(at + random.between(0.5, 5), random.pick(laboratories), 'update', [patient]);
        if (random.chance(0.6)) book.put(at + random.between(5, 7), doctor, 'read', [patient]);
      }
      if (radiographers.length && random.chance(0.2))
        book.put(at + random.between(0.3, 4), random.pick(radiographers), 'read', [patient]);
    }
  }

  /** People who ask for a paper or an appointment by telephone: nobody else meets them. */
  #calls(desk: WardAccount, day: number, book: DayBook): void {
    for (let n = Math.round(22 * desk.pace * (day % 7 >= 5 ? 0.3 : 1)); n > 0; n -= 1)
      book.put(this.random.between(8, 18), desk, 'read', [this.house.known(desk.site)]);
  }

  #emergency(site: number, desks: readonly WardAccount[], day: number, book: DayBook): void {
    const { random } = this;
    const { patient } = this.house.arrives(site);
    const at = random.between(0, 24);
    this.house.visits(patient, site, day);
    book.put(at, random.pick(desks), 'create', [patient]);
    for (const [role, wait, glass] of [
      ['nurse', 5, 0.3],
      ['doctor', 30, 0.2],
    ] as const) {
      const staff = this.group.atWork(role, site, day);
      if (staff.length)
        book.put(at + wait * minute, random.pick(staff), 'read', [patient], random.chance(glass) ? { emergency: true } : {});
    }
    if (random.chance(0.25)) this.house.staysFrom(patient, site, day);
  }

  #found(site: number, count: number): readonly number[] {
    return Array.from({ length: count }, () => this.house.known(site));
  }
}
