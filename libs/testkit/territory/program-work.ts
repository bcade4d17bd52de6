import { at } from '../hospital/random.js';
import { isDayOff, weekday } from './calendar.js';
import type { Consultations } from './consultations.js';
import type { DayBook } from './look.js';
import { knownBefore, siteOf } from './register.js';
import { joinDay, joiningSite } from './sites.js';
import type { Territory } from './territory.js';

/** Nights in which the records of the site that joins come over, the last one before it joins. */
const movingNights = 3;

/** Jobs of programs: what is printed at night, bills, messages of tomorrow's appointments, letters for vaccinations, the records that come over. */
export function programWork(territory: Territory, consultations: Consultations, book: DayBook): void {
  const { random, staff, beds, register } = territory;
  const nightly = staff.program('editions-nuit');
  for (const [n, { patient, ward }] of beds.all.entries())
    book.put(3 + n * 0.001, nightly, 'print', [patient], { site: ward.site });

  let tomorrow = book.day + 1;
  while (isDayOff(tomorrow)) tomorrow += 1;
  if (!isDayOff(book.day))
    for (const { patients, site } of consultations.on(tomorrow))
      for (const patient of patients)
        book.put(10 + random.between(0, 0.5), staff.program('sms-rendez-vous'), 'read', [patient], { site });

  if (weekday(book.day) === 2)
    for (const { patient, ward } of beds.ended(book.day, { from: 7, to: 13 }))
      book.put(1 + random.between(0, 1), staff.program('facturation-lot'), 'read', [patient], { site: ward.site });

  // Twice a month everybody of an age, of the whole register.
  if (book.day % 15 === 6)
    for (let n = 0; n < 1_500; n += 1) {
      const patient = Math.floor(random.unit() * knownBefore);
      book.put(4 + n * 0.0006, staff.program('rappels-vaccin'), 'read', [patient], { site: siteOf(patient) });
    }

  const night = book.day - (joinDay - movingNights);
  if (night >= 0 && night < movingNights) {
    const all = register.joining();
    const part = Math.ceil(all.length / movingNights);
    for (let n = 0; n < part; n += 1) {
      const patient = all[night * part + n];
      if (patient !== undefined)
        book.put(21 + n * 0.0008, staff.program('reprise-donnees'), 'create', [patient], {
          site: joiningSite,
          cause: at(moving, 0),
        });
    }
  }
}

const moving = [{ kind: 'legitimate', name: 'migration' }] as const;
