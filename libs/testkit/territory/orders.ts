import { anyOf } from './agenda.js';
import type { DayBook } from './look.js';
import type { Territory } from './territory.js';

interface Image {
  readonly patient: number;
  readonly site: number;
  /** Hours of the day on which it is taken. */
  readonly at: number;
}

const laboratoryOf = (site: number) => (site === 1 ? 1 : 0);

/** Who makes what a ward, an emergency department or a consultation asks for: analyses and images. They name people by the number of the site. */
export class Orders {
  /** Images that wait for somebody to read them, of all sites. */
  #unread: Image[] = [];

  constructor(private readonly territory: Territory) {}

  analysis(book: DayBook, hours: number, patient: number, site: number): void {
    const { random, staff } = this.territory;
    const laboratory = laboratoryOf(site);
    const done = hours + random.between(0.4, 1.6);
    const technician = anyOf(random, staff.at('technician', book.day, laboratory));
    if (technician) book.put(done, technician, 'update', [patient], { site, application: 'laboratory' });
    book.put(done + 0.02, staff.program('interface-resultats'), 'update', [patient], { site });
    const biologist = anyOf(random, staff.at('biologist', book.day, laboratory));
    // Validated in runs: every half hour what has come.
    if (biologist)
      book.put(Math.ceil(done * 2) / 2 + random.between(0, 0.3), biologist, 'read', [patient], {
        site,
        application: 'laboratory',
      });
  }

  image(book: DayBook, hours: number, patient: number, site: number): void {
    const { random, staff } = this.territory;
    const radiographer =
      anyOf(random, staff.at('radiographer', book.day, site)) ?? anyOf(random, staff.at('radiographer', book.day, 0));
    const taken = hours + random.between(0.5, 2.5);
    if (radiographer) {
      book.put(taken, radiographer, 'create', [patient], { site, application: 'imaging' });
      if (random.chance(0.5)) book.put(taken - 0.1, radiographer, 'read', [patient], { site });
    }
    book.put(taken + 0.05, staff.program('routeur-dicom'), 'create', [patient], { site, application: 'imaging' });
    this.#unread.push({ patient, site, at: taken + 0.1 });
  }

  /** Read by the sites' own radiologists by day, and at night and on days off by one for all, from home: 60 to 150 a night. */
  readImages(book: DayBook): void {
    const { random, staff } = this.territory;
    const byDay = staff.at('radiologist', book.day);
    const atNight = anyOf(random, staff.at('teleradiologist', book.day)) ?? staff.of('teleradiologist')[0];
    const rest: Image[] = [];
    let night = 0;
    for (const image of this.#unread) {
      if (image.at < 17 && byDay.length && random.chance(0.8)) {
        const reader = random.pick(byDay);
        const at = Math.max(8, image.at) + random.between(0.2, 3);
        book.put(at, reader, 'read', [image.patient], { site: image.site, application: 'imaging' });
        if (random.chance(0.4)) book.put(at + 0.03, reader, 'read', [image.patient], { site: image.site });
      } else if (atNight && night < 150) {
        const at = Math.max(18.5 + night * 0.055, image.at + 0.1);
        book.put(at, atNight, 'read', [image.patient], { site: image.site, application: 'imaging' });
        if (random.chance(0.25)) book.put(at + 0.02, atNight, 'read', [image.patient], { site: image.site });
        night += 1;
      } else rest.push({ ...image, at: 0 });
    }
    this.#unread = rest.slice(-300);
  }
}
