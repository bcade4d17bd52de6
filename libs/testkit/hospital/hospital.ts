import { type Clinic, clinicsOf, type Unit, unitsOf } from './clinics.js';
import type { Account } from './event.js';
import { localDayOf } from './local-time.js';
import { mix, SeededRandom, share } from './random.js';
import { type RoleName, roleNames, roleOf } from './roles.js';
import { serviceAccountsOf } from './service-accounts.js';

/** Somebody who works here. */
export interface Member extends Account {
  readonly number: number;
  readonly role: RoleName;
  readonly unit: Unit;
  /** Local day of the first shift; long ago for most. */
  readonly hiredOn: number;
}

export interface Hospital {
  readonly seed: number;
  readonly groupId: string;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly days: number;
  readonly clinics: readonly Clinic[];
  readonly open: readonly Clinic[];
  readonly closed: readonly Clinic[];
  readonly units: readonly Unit[];
  readonly staff: readonly Member[];
  readonly services: readonly Account[];
  /** The ids of `services`. */
  readonly serviceAccounts: readonly string[];
}

export interface HospitalOptions {
  readonly seed: number;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly days: number;
  readonly staff: number;
  readonly establishments: number;
  readonly closed: number;
  readonly patients: number;
  readonly groupId: string;
}

/** Privileged accounts without second factor, of each role that has privileged ones. */
const forgotten = 3;

/** Part of the staff hired within these days, ten of which are before the start. */
const newHires = 0.05;
const newHireDays = 90;
const newHireDaysBefore = 10;

export function hospitalOf(options: HospitalOptions): Hospital {
  const clinics = clinicsOf(options);
  const units = unitsOf(clinics, options.staff);
  const services = serviceAccountsOf();
  return {
    seed: options.seed,
    groupId: options.groupId,
    start: options.start,
    days: options.days,
    clinics,
    open: clinics.filter((clinic) => !clinic.closedAt),
    closed: clinics.filter((clinic) => clinic.closedAt),
    units,
    staff: staffOf(options, units),
    services,
    serviceAccounts: services.map((account) => account.id),
  };
}

function staffOf({ seed, staff, start }: HospitalOptions, units: readonly Unit[]): readonly Member[] {
  const random = new SeededRandom(seed, 'staff');
  const firstDay = localDayOf(start);
  return headcounts(staff).flatMap(([role, count], part) =>
    Array.from({ length: count }, (_, index) => {
      const number = part * 1_000_000 + index;
      const isNew = share(seed, 3, number) < newHires;
      const privileged = index < forgotten ? roleOf(role).privileged > 0 : random.chance(roleOf(role).privileged);
      const smartcard = !privileged && random.chance(0.55);
      return {
        id: `${role.split('_')[0]}.${String((mix(seed, 4) % 90) + 10)}${String(index).padStart(4, '0')}`,
        number,
        role,
        kind: 'human',
        privileged,
        auth: smartcard ? 'smartcard' : 'password',
        // A few privileged accounts were forgotten when the second factor was brought in.
        mfa: smartcard || (index >= forgotten && random.chance(privileged ? 0.9 : 0.3)),
        unit: unitFor(role, units, random),
        hiredOn: isNew ? firstDay - newHireDaysBefore + (mix(seed, 5, number) % newHireDays) : 0,
      };
    }),
  );
}

/** At least one of each role; nurses take what rounding leaves over. */
function headcounts(staff: number): readonly (readonly [RoleName, number])[] {
  const counts = roleNames.map((role) => [role, Math.max(1, Math.floor(staff * roleOf(role).share))] as const);
  const rest = staff - counts.reduce((sum, [, count]) => sum + count, 0);
  return counts.map(([role, count]) => [role, role === 'nurse' ? Math.max(1, count + rest) : count]);
}

function unitFor(role: RoleName, units: readonly Unit[], random: SeededRandom): Unit {
  const kind = random.weighted(roleOf(role).places);
  return random.weighted(units.filter((unit) => unit.kind === kind).map((unit) => [unit, placesOf(unit)] as const));
}

/** Emergency departments, laboratories, ... are as large as their clinic; wards and consultations are all alike. */
function placesOf({ kind, clinic }: Unit): number {
  return kind === 'ward' || kind === 'outpatient' ? 1 : clinic.weight;
}
