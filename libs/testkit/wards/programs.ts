import type { SeededRandom } from '../hospital/random.js';
import type { DayBook } from './access.js';
import type { WardGroup } from './group.js';
import { type House, knownBefore, siteOf } from './house.js';

const patientsOfRequest = 50;

/** What programs do on a day: whoever lies in a bed is told of, last week's images are moved, bills are made of, and a job goes through the register at night. */
export function programsWork(
  group: WardGroup,
  house: House,
  random: SeededRandom,
  { day, book }: { readonly day: number; readonly book: DayBook },
): void {
  const engine = group.program('interface-engine');
  for (const { patient, site } of house.stays) {
    for (let n = 0; n < 3; n += 1) book.put(random.between(0, 24), engine, 'update', [patient], { site });
    if (random.chance(0.4)) book.put(random.between(6, 22), group.program('laboratory-link'), 'update', [patient], { site });
  }
  for (const { patient, site } of house.visitsOfLate.slice(-600))
    if (random.chance(0.3)) book.put(random.between(8, 20), group.program('image-archive'), 'read', [patient], { site });
  for (const site of group.sites.keys()) {
    const due = house.seen(site, day, { from: 3, to: 3 });
    const at = random.between(1, 2);
    for (let n = 0; n < due.length; n += patientsOfRequest)
      book.put(at + n / 12_000, group.program('billing-run'), 'read', due.slice(n, n + patientsOfRequest), { site });
  }
  const at = random.between(2, 2.2);
  for (let n = 3_000 + random.whole(0, 900); n > 0; n -= 1) {
    const patient = Math.floor(random.unit() * knownBefore);
    book.put(at + n / 4_500, group.program('night-index'), 'read', [patient], { site: siteOf(patient) });
  }
}
