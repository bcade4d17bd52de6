import type { Action } from '#libs/contracts/vocabulary.js';
import type { Access } from './event.js';
import { type Clinic, formerPatient, type Hospital } from './hospital.js';
import { SeededRandom } from './random.js';

/** What can be planted. Parameters are those of the attack as it happened or as attackers pace themselves, not of our rules. */
export const attackNames = ['burst', 'human_pace', 'slow', 'spread', 'bulk_export', 'closed_clinics'] as const;
export type AttackName = (typeof attackNames)[number];

export interface PlantedAttack {
  readonly name: AttackName;
  readonly actors: readonly string[];
  readonly begins: number;
  readonly accesses: readonly Access[];
}

const hourMs = 3_600_000;

interface Plan {
  readonly actors: number;
  /** Hour of the first day. */
  readonly hour: number;
  readonly patients: number;
  /** Mean time between two records of one account, milliseconds. */
  readonly gapMs: number;
  readonly clinics: (hospital: Hospital) => readonly Clinic[];
  readonly action: Action;
  /** Patients of one event. */
  readonly together: number;
}

const fiveClinics = (hospital: Hospital) => [...hospital.closed, ...hospital.open.slice(0, 2)];

const plans: Readonly<Record<AttackName, Plan>> = {
  // One usurped privileged account empties five clinics, three of them closed, with the platform's own screens.
  burst: { actors: 1, hour: 14.2, patients: 12_000, gapMs: 70, clinics: fiveClinics, action: 'read', together: 1 },
  human_pace: {
    actors: 1,
    hour: 9.5,
    patients: 900,
    gapMs: 7_500,
    clinics: (h) => h.open.slice(2, 6),
    action: 'read',
    together: 1,
  },
  slow: { actors: 1, hour: 6, patients: 700, gapMs: 90_000, clinics: (h) => h.open.slice(5, 9), action: 'read', together: 1 },
  spread: {
    actors: 8,
    hour: 10,
    patients: 1_600,
    gapMs: 12_000,
    clinics: (h) => h.open.slice(0, 4),
    action: 'read',
    together: 1,
  },
  bulk_export: {
    actors: 1,
    hour: 16,
    patients: 3_000,
    gapMs: 40_000,
    clinics: (h) => h.open.slice(1, 4),
    action: 'export',
    together: 500,
  },
  closed_clinics: { actors: 1, hour: 11, patients: 300, gapMs: 60_000, clinics: (h) => h.closed, action: 'read', together: 1 },
};

/** The accesses of one attack, in order of time. The account belongs to somebody, who also works with it. */
export function plant(hospital: Hospital, name: AttackName): PlantedAttack {
  const plan = plans[name];
  const random = new SeededRandom(hospital.seed, `attack ${name}`);
  const staff = hospital.staff.filter((member) => member.role === (plan.actors > 1 ? 'nurse' : 'administrator'));
  const offset = attackNames.indexOf(name) * 9;
  const actors = Array.from({ length: plan.actors }, (_, index) => staff[(offset + index) % staff.length] ?? random.pick(staff));
  const begins = hospital.start + plan.hour * hourMs;
  const clinics = plan.clinics(hospital);
  const accesses: Access[] = [];
  for (const [index, actor] of actors.entries()) {
    const session = `s-${random.hex(10)}`;
    let at = begins + index * 60_000;
    const share = Math.ceil(plan.patients / plan.actors);
    for (let done = 0; done < share; done += plan.together) {
      const number = index * share + done;
      const clinic = clinics[Math.floor(number / plan.together) % clinics.length] ?? random.pick(clinics);
      const patients = Array.from({ length: Math.min(plan.together, share - done) }, (_, n) =>
        formerPatient(hospital, clinic, 10_000 + number + n),
      );
      accesses.push(stolen(actor.id, clinic.id, session, Math.round(at), plan.action, patients));
      at += random.gap(plan.gapMs);
    }
  }
  return { name, actors: actors.map((actor) => actor.id), begins, accesses: accesses.toSorted((a, b) => a.at - b.at) };
}

function stolen(
  actorId: string,
  clinicId: string,
  session: string,
  at: number,
  action: Action,
  patients: readonly string[],
): Access {
  return {
    at,
    actor_id: actorId,
    actor_role: 'administrator',
    actor_kind: 'human',
    privileged: true,
    clinic_id: clinicId,
    action,
    outcome: 'success',
    patient_ids: patients,
    record_count: patients.length,
    categories: ['identity', 'prescription', 'insurance'],
    source_ip: '185.220.101.7',
    device: 'unknown',
    session_id: session,
    auth: 'password',
    mfa: false,
    application: 'record-platform',
  };
}
