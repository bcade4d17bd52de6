import type { Access } from './event.js';
import { formerPatient, type Hospital, wardPatientsOn } from './hospital.js';
import { SeededRandom } from './random.js';
import { sessionOf } from './staff-day.js';

const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** Work that reads much and is no attack: interfaces, a recall list, a coding campaign, a researcher's chart review. */
export function legitimateDay(hospital: Hospital, day: number): readonly Access[] {
  const random = new SeededRandom(hospital.seed, `legitimate ${day}`);
  const midnight = hospital.start + day * dayMs;
  return [
    ...serviceAccounts(hospital, midnight, day, random),
    ...recallList(hospital, midnight, random),
    ...codingCampaign(hospital, midnight, random),
  ];
}

/** Interfaces that touch a few patients of one clinic all day, and the nightly billing batch, clinic after clinic. */
function* serviceAccounts(hospital: Hospital, midnight: number, day: number, random: SeededRandom): Iterable<Access> {
  for (const [index, account] of hospital.serviceAccounts.entries()) {
    const clinic = hospital.open[index % hospital.open.length] ?? random.pick(hospital.open);
    const base = service(account, clinic.id, random);
    for (let at = midnight + random.gap(120_000); at < midnight + dayMs; at += random.gap(120_000)) {
      const patient = random.pick(wardPatientsOn(hospital, clinic, random.whole(1, clinic.wards), day));
      yield { ...base, at: Math.round(at), action: 'update', outcome: 'success', patient_ids: [patient], categories: ['lab'] };
    }
  }
}

function service(account: string, clinicId: string, random: SeededRandom) {
  return {
    actor_id: account,
    actor_role: 'interface',
    actor_kind: 'service' as const,
    privileged: true,
    clinic_id: clinicId,
    source_ip: '10.10.1.20',
    device: 'SRV-INTEGRATION',
    session_id: `s-${random.hex(10)}`,
    auth: 'certificate',
    mfa: false,
    application: 'integration-engine',
  };
}

/** A secretary works through a recall list of one clinic: 260 patients in an afternoon, and exports the list once. */
function* recallList(hospital: Hospital, midnight: number, random: SeededRandom): Iterable<Access> {
  const secretary = random.pick(hospital.staff.filter((member) => member.role === 'secretary'));
  const session = sessionOf(secretary, random);
  const list = Array.from({ length: 260 }, (_, index) =>
    formerPatient(hospital, secretary.clinic, index + random.whole(0, 3) * 300),
  );
  let at = midnight + 13 * hourMs;
  yield {
    ...session,
    at,
    action: 'export',
    outcome: 'success',
    patient_ids: [],
    record_count: list.length,
    categories: ['scheduling'],
  };
  for (const patient of list) {
    at += 20_000 + random.gap(25_000);
    yield {
      ...session,
      at: Math.round(at),
      action: 'read',
      outcome: 'success',
      patient_ids: [patient],
      categories: ['scheduling'],
    };
  }
}

/** Two coders close the month: 200 records each, all of their own clinic. */
function* codingCampaign(hospital: Hospital, midnight: number, random: SeededRandom): Iterable<Access> {
  const coders = hospital.staff.filter((member) => member.role === 'coder').slice(0, 2);
  for (const coder of coders) {
    const session = sessionOf(coder, random);
    for (let i = 0; i < 200; i += 1) {
      const at = Math.round(midnight + 8 * hourMs + (i + random.unit()) * 140_000);
      const patient = formerPatient(hospital, coder.clinic, 5_000 + i);
      yield { ...session, at, action: 'read', outcome: 'success', patient_ids: [patient], categories: ['billing'] };
    }
  }
}
