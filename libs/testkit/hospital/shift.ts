import type { Category } from '#libs/contracts/vocabulary.js';
import { assertNever } from '#libs/runtime/outcome.js';
import { type Caseload, caseloadOf, sameClinic } from './caseload.js';
import { clinicOfPatient, patientOf } from './clinics.js';
import type { Access, Cause, Session } from './event.js';
import type { Hospital } from './hospital.js';
import { hourMs, hourOf } from './local-time.js';
import { at as itemAt, SeededRandom } from './random.js';
import { type Role, roleOf } from './roles.js';
import type { Duty } from './roster.js';
import { sessionAt, signIn, signOut } from './session.js';

/** Reads that are denied, and break-the-glass, as parts of the accesses. */
const denied = 0.004;
const listPatientsMax = 24;
const exportPatientsMax = 15;
const searchHitsMax = 40;

/** One person's shift, in order of time: sign-ins and breaks, patients of the caseload, work lists, searches. */
export function* workShift(hospital: Hospital, duty: Duty): Generator<Access> {
  const shift = new Shift(hospital, duty);
  if (shift.caseload.patients.length === 0) return;
  const { random } = shift;
  let at = duty.startsAt + random.wait(6 * 60_000);
  while (at < duty.endsAt) {
    const session = sessionAt(duty.member, duty.unit, random);
    yield* signIn(session, duty.unit.clinic, at, random);
    const leavesAt = Math.min(duty.endsAt, at + random.between(1.2, 4) * hourMs);
    while (at < leavesAt) {
      for (const access of shift.step(session, at)) {
        yield access;
        at = access.at;
      }
      at = Math.round(at + 1_000 + random.wait(shift.role.betweenSeconds * slowness(at, duty)) * 1_000);
    }
    yield signOut(session, duty.unit.clinic, at);
    // Four minutes at least: the next sign-in begins with a failed try now and then, which must come after this.
    at = Math.round(at + random.between(4, 30) * 60_000);
  }
}

/** Nights and meals are slower; a disaster is not. */
function slowness(at: number, { reason, load = 1 }: Duty): number {
  if (reason === 'mass_casualty') return 0.25;
  if (reason === 'coding_campaign') return 0.2;
  const hour = hourOf(at);
  const usual = hour >= 23 || hour < 6 ? 2.4 : hour >= 12 && hour < 13 ? 1.7 : 1;
  return usual / (reason === 'pandemic' ? 2 : load);
}

/** What somebody does at one computer, step by step. */
class Shift {
  readonly random: SeededRandom;
  readonly caseload: Caseload;
  readonly role: Role;
  readonly #cause: Cause | undefined;
  readonly #isNew: boolean;

  constructor(
    private readonly hospital: Hospital,
    private readonly duty: Duty,
  ) {
    const { member, reason, startsAt } = duty;
    this.random = new SeededRandom(hospital.seed, `shift ${member.number} ${startsAt} ${reason ?? ''}`);
    this.caseload = caseloadOf(hospital, duty, this.random);
    this.role = roleOf(member.role);
    this.#cause = reason && { kind: 'legitimate', name: reason };
    this.#isNew = reason === 'new_hire' || reason === 'students' || reason === 'locum';
  }

  /** The accesses of one step from an instant on, one after the other. */
  step(session: Session, at: number): Iterable<Access> {
    const { lists, searches, exports } = this.role;
    const kind = this.random.weighted([
      ['list', lists],
      ['search', this.#isNew ? searches * 2 : searches],
      ['export', exports],
      ['visit', 1 - lists - searches - exports],
    ]);
    switch (kind) {
      case 'list':
        return [this.#several(session, at, 'list', listPatientsMax)];
      case 'export':
        return [this.#several(session, at, 'export', exportPatientsMax)];
      case 'search':
        return [this.#search(session, at)];
      case 'visit':
        return this.#visit(session, at);
      default:
        return assertNever(kind);
    }
  }

  *#visit(session: Session, from: number): Generator<Access> {
    const { random, role } = this;
    const patient = this.#next(from);
    const clinic = clinicOfPatient(this.hospital.clinics, patient);
    const cause = this.#causeIn(clinic.closedAt);
    let at = from;
    const accesses = random.whole(role.accesses[0], role.accesses[1]);
    for (let i = 0; i < accesses; i += 1) {
      const action = random.weighted([
        ['read', 1 - role.writes - role.prints],
        ['update', role.writes * 0.6],
        ['create', role.writes * 0.38],
        ['delete', role.writes * 0.02],
        ['print', role.prints],
      ]);
      const access = { session, clinic, at: Math.round(at), action, patients: [patient], categories: this.#categories() };
      yield { ...access, ...this.#circumstances(clinic.closedAt), ...(cause && { cause }) };
      at += 3_000 + random.wait(40_000);
    }
  }

  #search(session: Session, at: number): Access {
    const { clinic } = this.duty.unit;
    return {
      session,
      clinic,
      at,
      action: 'search',
      patients: [],
      recordCount: this.random.whole(0, searchHitsMax),
      categories: ['identity'],
    };
  }

  #several(session: Session, at: number, action: 'list' | 'export', most: number): Access {
    const { random, caseload } = this;
    const some = random.some(caseload.patients, random.whole(2, most));
    const patients = sameClinic(this.hospital, [...new Set(some)]);
    const clinic = clinicOfPatient(this.hospital.clinics, itemAt(patients, 0));
    const cause = this.#causeIn(clinic.closedAt);
    return {
      session,
      clinic,
      at,
      action,
      patients,
      recordCount: patients.length,
      categories: this.#categories(),
      ...(cause && { cause }),
    };
  }

  /** Round: anybody who is there. Queue: whoever's turn it is, or was a moment ago. Now and then somebody else of the clinic. */
  #next(at: number): number {
    const { random, duty } = this;
    const { patients, order } = this.caseload;
    if (random.chance(this.#isNew ? 0.06 : 0.012)) return patientOf(duty.unit.clinic, random.whole(0, 2 ** 31));
    if (order === 'round') return random.pick(patients);
    const progress = Math.min(1, (at - duty.startsAt) / (duty.endsAt - duty.startsAt));
    const turn = Math.floor(progress * patients.length) - Math.floor(random.wait(1.2));
    return itemAt(patients, Math.min(patients.length - 1, Math.max(0, turn)));
  }

  #categories(): readonly Category[] {
    return this.random.some(this.role.categories, this.random.whole(1, 2));
  }

  #causeIn(closedAt: string): Cause | undefined {
    return closedAt ? { kind: 'legitimate', name: 'closed_clinic_request' } : this.#cause;
  }

  #circumstances(closedAt: string): Partial<Access> {
    const { random } = this;
    const { member, unit, reason } = this.duty;
    const glass = reason === 'mass_casualty' ? 0.2 : reason === 'on_call' ? 0.05 : unit.kind === 'emergency' ? 0.01 : 0.0008;
    const clinician = member.role === 'physician' || member.role === 'nurse';
    return {
      ...(random.chance(this.#isNew ? denied * 5 : denied) && { outcome: 'failure' as const }),
      ...(clinician && random.chance(glass) && { emergency: true as const }),
      ...(member.role === 'archivist' && { purpose: closedAt ? 'closed clinic request' : 'patient request' }),
      ...(member.role === 'coder' && { purpose: 'coding' }),
    };
  }
}
