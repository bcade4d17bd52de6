import { unitsIn, wardPatients } from '../caseload.js';
import { patientOf } from '../clinics.js';
import type { Access, Session } from '../event.js';
import type { Hospital } from '../hospital.js';
import { instantOf, weekdayOf } from '../local-time.js';
import { at as itemAt, SeededRandom } from '../random.js';
import { type ServiceKey, servicePlans } from '../service-accounts.js';

/*
 * Jobs that do not run every day, nor as long: a weekly load of the warehouse, a check of identities on some nights, and results that are sent again after
 * an interface was down. Figures are for a group of 1,400 staff.
 */

const usualStaff = 1_400;
const sunday = 6;
const weeklyPatients = [2_000, 4_000] as const;
const filePatients = 100;
const checkNights = 0.3;
const checkedPatients = [150, 2_000] as const;
const resentDays = 0.25;
const resentPatients = [200, 700] as const;

interface Batch {
  readonly key: ServiceKey;
  /** Local hour at which it begins. */
  readonly hour: number;
  readonly gapMs: number;
  readonly action: 'export' | 'read' | 'create';
  readonly together: number;
  readonly patients: readonly [number, number];
  readonly next: (random: SeededRandom) => number;
}

/** The batches of a day. */
export function raggedJobs(hospital: Hospital, day: number, since: number): readonly Generator<Access>[] {
  if (since < 0) return [];
  const random = new SeededRandom(hospital.seed, `ragged jobs ${day}`);
  const [isChecked, isResent] = [random.chance(checkNights), random.chance(resentDays)];
  const resentAt = random.between(9, 16);
  const registered = (from: SeededRandom) => patientOf(from.pick(hospital.open), from.whole(0, 2 ** 31));
  const lying = (from: SeededRandom) => from.pick(wardPatients(hospital, from.pick(unitsIn(hospital, 0, 'ward')), day));
  const batches: readonly Batch[] = [
    ...(weekdayOf(day) === sunday ? [{ key: 'statistics', hour: 2, gapMs: 20_000, action: 'export', together: filePatients, patients: weeklyPatients, next: registered } as const] : []),
    ...(isChecked ? [{ key: 'identities', hour: 1, gapMs: 4_000, action: 'read', together: 1, patients: checkedPatients, next: registered } as const] : []),
    ...(isResent ? [{ key: 'labResults', hour: resentAt, gapMs: 2_000, action: 'create', together: 1, patients: resentPatients, next: lying } as const] : []),
  ]; // prettier-ignore
  return batches.map((batch) => run(hospital, day, batch));
}

function* run(hospital: Hospital, day: number, { key, hour, gapMs, action, together, patients, next }: Batch): Generator<Access> {
  const random = new SeededRandom(hospital.seed, `ragged ${key} ${day}`);
  const { name, application, sourceIp } = servicePlans[key];
  const account = itemAt(hospital.services, hospital.serviceAccounts.indexOf(name));
  const session: Session = { account, id: `s-${random.hex(12)}`, sourceIp, device: 'SRV-INTEGRATION', application };
  const wanted = Math.max(together, Math.round((random.whole(...patients) * hospital.staff.length) / usualStaff));
  let at = instantOf(day, hour);
  for (let done = 0; done < wanted; done += together) {
    const first = next(random);
    const clinic = itemAt(
      hospital.clinics,
      hospital.clinics.findIndex(({ patientsTo }) => first < patientsTo),
    );
    const others = Array.from({ length: together - 1 }, () => patientOf(clinic, random.whole(0, 2 ** 31)));
    const several = [...new Set([first, ...others])];
    yield {
      session,
      clinic,
      at,
      action,
      patients: several,
      ...(together > 1 && { recordCount: several.length }),
      categories: ['identity'],
    };
    at = Math.round(at + 1 + random.wait(gapMs));
  }
}
