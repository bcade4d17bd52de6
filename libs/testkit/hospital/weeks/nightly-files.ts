import { unitsIn, wardPatients } from '../caseload.js';
import type { Access, Session } from '../event.js';
import type { Hospital } from '../hospital.js';
import { instantOf } from '../local-time.js';
import { at as itemAt, SeededRandom } from '../random.js';
import { servicePlans } from '../service-accounts.js';

const fromHour = 3;
const filePatients = 200;

/** The warehouse fetches who lay in a bed the day before, clinic by clinic, in files of two hundred. */
export function* nightlyFiles(hospital: Hospital, day: number): Generator<Access> {
  const random = new SeededRandom(hospital.seed, `nightly files ${day}`);
  const { name, application, sourceIp } = servicePlans.statistics;
  const account = itemAt(hospital.services, hospital.serviceAccounts.indexOf(name));
  const session: Session = { account, id: `s-${random.hex(12)}`, sourceIp, device: 'SRV-INTEGRATION', application };
  let at = instantOf(day, fromHour);
  for (const clinic of hospital.open) {
    const lying = [...new Set(unitsIn(hospital, clinic.index, 'ward').flatMap((unit) => wardPatients(hospital, unit, day - 1)))];
    for (let from = 0; from < lying.length; from += filePatients) {
      const patients = lying.slice(from, from + filePatients);
      yield { session, clinic, at, action: 'export', patients, recordCount: patients.length, categories: ['clinical'] };
      at = Math.round(at + 5_000 + random.wait(10_000));
    }
  }
}
