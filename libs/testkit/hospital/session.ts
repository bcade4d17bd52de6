import type { Access, Account, Session } from './event.js';
import type { Clinic, Unit } from './clinics.js';
import type { Member } from './hospital.js';
import type { SeededRandom } from './random.js';
import { roleOf } from './roles.js';

const computersPerUnit = 9;
/** Part of sign-ins with a password whose first try fails. */
const mistyped = 0.03;

/** A member signs in at one of the unit's computers. */
export function sessionAt(member: Member, unit: Unit, random: SeededRandom): Session {
  const computer = random.whole(1, computersPerUnit);
  return {
    account: member,
    id: `s-${random.hex(12)}`,
    sourceIp: `10.${20 + (unit.clinic.index % 200)}.${unit.number % 250}.${10 + computer}`,
    device: `WS-${unit.clinic.index + 1}-${unit.kind.slice(0, 3).toUpperCase()}${unit.number}-${computer}`,
    application: roleOf(member.role).application,
  };
}

/** The sign-in of a session, its failed tries first. The times end before `at`. */
export function* signIn(session: Session, clinic: Clinic, at: number, random: SeededRandom): Generator<Access> {
  const base = { session, clinic, action: 'login', patients: [] } as const;
  if (authOf(session) === 'password' && random.chance(mistyped)) yield { ...base, at: at - 14_000, outcome: 'failure' };
  yield { ...base, at: at - 2_000 };
}

export function signOut(session: Session, clinic: Clinic, at: number): Access {
  return { session, clinic, at, action: 'logout', patients: [] };
}

export function authOf(session: Session): Account['auth'] {
  return session.auth ?? session.account.auth;
}
