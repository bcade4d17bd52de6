import type { Action, Category } from '#libs/contracts/vocabulary.js';
import { appointments, wardPatients } from './caseload.js';
import { patientOf, type UnitKind } from './clinics.js';
import type { Access, Session } from './event.js';
import type { Hospital } from './hospital.js';
import { hourMs, hourOf, instantOf } from './local-time.js';
import { at as itemAt, SeededRandom } from './random.js';
import { type ServiceKey, servicePlans } from './service-accounts.js';

/** What a service does in a day. */
interface Job {
  readonly key: ServiceKey;
  /** Events of an hour by day (7 to 20 o'clock) and by night, for a group of 1,400 staff. */
  readonly perHour: readonly [day: number, night: number];
  /** Local hours between which it runs. */
  readonly hours: readonly [number, number];
  readonly action: Action;
  readonly categories: readonly Category[];
  /** Where its patients are; nowhere for jobs that name none and only count. */
  readonly among: 'wards' | 'appointments' | 'everybody' | 'nobody';
  /** Patients of one event. */
  readonly together: number;
}

const allDay = [0, 24] as const;
const jobs: readonly Job[] = [
  { key: 'labResults', perHour: [210, 60], hours: allDay, action: 'create', categories: ['lab'], among: 'wards', together: 1 },
  { key: 'imagingResults', perHour: [80, 15], hours: allDay, action: 'create', categories: ['imaging'], among: 'wards', together: 1 },
  { key: 'scheduling', perHour: [150, 4], hours: allDay, action: 'update', categories: ['scheduling'], among: 'appointments', together: 1 },
  { key: 'dispensing', perHour: [120, 25], hours: allDay, action: 'update', categories: ['prescription'], among: 'wards', together: 1 },
  { key: 'identities', perHour: [55, 4], hours: allDay, action: 'update', categories: ['identity'], among: 'everybody', together: 1 },
  { key: 'portal', perHour: [60, 18], hours: allDay, action: 'read', categories: ['scheduling', 'lab'], among: 'everybody', together: 1 },
  { key: 'letters', perHour: [450, 450], hours: [18, 20], action: 'print', categories: ['notes'], among: 'appointments', together: 1 },
  { key: 'billing', perHour: [0, 160], hours: [1.5, 3.5], action: 'list', categories: ['billing'], among: 'wards', together: 20 },
  { key: 'statistics', perHour: [0, 28], hours: [4, 4.5], action: 'export', categories: ['unknown'], among: 'nobody', together: 0 },
  { key: 'backup', perHour: [1, 6], hours: allDay, action: 'export', categories: ['unknown'], among: 'nobody', together: 0 },
]; // prettier-ignore

const usualStaff = 1_400;
const recordsPerExport = [800, 40_000] as const;

/** The streams of all service accounts over one local day. */
export function serviceDay(hospital: Hospital, day: number): readonly Generator<Access>[] {
  return jobs.map((job) => run(hospital, job, day));
}

function* run(hospital: Hospital, job: Job, day: number): Generator<Access> {
  const random = new SeededRandom(hospital.seed, `service ${job.key} ${day}`);
  const account = itemAt(hospital.services, hospital.serviceAccounts.indexOf(servicePlans[job.key].name));
  const { application, sourceIp } = servicePlans[job.key];
  const session: Session = { account, id: `s-${random.hex(12)}`, sourceIp, device: 'SRV-INTEGRATION', application };
  const until = instantOf(day, job.hours[1]);
  const scale = hospital.staff.length / usualStaff;
  let at = instantOf(day, job.hours[0]);
  for (;;) {
    const hour = hourOf(at);
    const perHour = scale * itemAt(job.perHour, hour >= 7 && hour < 20 ? 0 : 1);
    at = Math.round(at + 1 + random.wait(hourMs / Math.max(perHour, 0.5)));
    if (at >= until) return;
    yield accessOf(hospital, job, session, day, at, random);
  }
}

function accessOf(hospital: Hospital, job: Job, session: Session, day: number, at: number, random: SeededRandom): Access {
  const base = { session, at, action: job.action, categories: job.categories } as const;
  const clinic = random.weighted(hospital.open.map((one) => [one, one.weight] as const));
  if (job.among === 'nobody') return { ...base, clinic, patients: [], recordCount: random.whole(...recordsPerExport) };
  const pool = poolOf(hospital, job, clinic.index, day, random);
  const patients = job.together > 1 ? random.some([...new Set(pool)], job.together) : [random.pick(pool)];
  return { ...base, clinic, patients, ...(job.together > 1 && { recordCount: patients.length }) };
}

function poolOf(hospital: Hospital, { among }: Job, clinic: number, day: number, random: SeededRandom): readonly number[] {
  if (among === 'everybody') return [patientOf(itemAt(hospital.clinics, clinic), random.whole(0, 2 ** 31))];
  const kind: UnitKind = among === 'wards' ? 'ward' : 'outpatient';
  const unit = random.pick(hospital.units.filter((one) => one.kind === kind && one.clinic.index === clinic));
  return kind === 'ward' ? wardPatients(hospital, unit, day) : appointments(hospital, unit, day);
}
