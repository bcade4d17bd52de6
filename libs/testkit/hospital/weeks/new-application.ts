import { appointments, unitsIn } from '../caseload.js';
import type { Access } from '../event.js';
import type { Hospital } from '../hospital.js';
import { localDayOf } from '../local-time.js';
import { SeededRandom } from '../random.js';

const name = 'desk-next';
const roles: readonly string[] = ['secretary', 'administrator'];
/** Patients of one screen, and the part of visits that begin with it. */
const shown = 40;
const opened = 0.3;

/** A desk program that replaces another: the same work, but many visits begin with a long list of who is expected in a consultation of the clinic. */
export class NewApplication {
  constructor(private readonly hospital: Hospital) {}

  /** What the desk reports of an access instead of it, in order of time. */
  *reported(access: Access): Generator<Access> {
    const { session, clinic, at, patients, cause } = access;
    if (!roles.includes(session.account.role) || cause?.kind === 'attack') return yield access;
    const random = new SeededRandom(this.hospital.seed, `${name} ${session.account.id} ${at}`);
    const desk = { ...session, application: name };
    const [unit] = random.some(unitsIn(this.hospital, clinic.index, 'outpatient'), 1);
    if (unit && patients.length === 1 && random.chance(opened)) {
      const listed = [...new Set(random.some(appointments(this.hospital, unit, localDayOf(at)), shown))];
      yield {
        session: desk,
        clinic,
        at,
        action: 'list',
        patients: listed,
        recordCount: listed.length,
        cause: { kind: 'legitimate', name: 'new_application' },
      };
    }
    yield { ...access, session: desk };
  }
}
