import type { PatientReference } from '../event.js';
import type { SearchedFor } from '../fhir/query.js';
import { chooseIdentifier } from '../identity.js';
import { patientOfText } from '../record/patients.js';
import type { WorkMeter } from '../work-meter.js';
import type { ParticipantObject } from './message.js';

/** What it takes to read one number, as steps. */
const stepsOfPatient = 32;
/** RFC 3881's kind of id. */
const patientNumber = '2';
/** Numbers of one object: HL7 v2's repetitions. */
const repetitionsMax = 32;

export interface AtnaPatients {
  readonly patients: readonly PatientReference[];
  /** Objects in which a patient stands who cannot be told apart from others. */
  readonly unreadable: readonly string[];
}

/**
 * The patients of a message: persons in the role of the patient, and where there are none those whom its queries ask for. One person often comes
 * with a number of each domain, in one object (`A~B`) or in several, and nothing says which belong together: so the numbers of one domain
 * count, that of the most numbers, so that nobody is missing; of several such domains the best of `authorities`.
 */
export function patientsOf(
  objects: readonly ParticipantObject[],
  searches: readonly SearchedFor[],
  authorities: readonly string[],
  meter: WorkMeter,
): AtnaPatients {
  const places = objects.flatMap((object, index) =>
    isPatient(object) ? [{ field: `ParticipantObjectIdentification[${index}]`, numbers: numbersOf(object.id ?? '', meter) }] : [],
  );
  const asked = searches.flatMap(({ patients }) => patients);
  const numbers = places.flatMap((place) => place.numbers);
  return {
    patients: ofOneDomain(numbers.length ? numbers : asked, authorities),
    unreadable: places.flatMap((place) => (place.numbers.length ? [] : [place.field])),
  };
}

/** A person in the role of the patient; where the one or the other is not said, or the person is said to be a thing, by what is said, and by the kind of the number. */
function isPatient({ type, role, kinds }: ParticipantObject): boolean {
  if (role === '1') return type === undefined || type === '1' || kinds.includes(patientNumber);
  return role === undefined && type === '1' && kinds.includes(patientNumber);
}

function numbersOf(text: string, meter: WorkMeter): readonly PatientReference[] {
  return text.split('~', repetitionsMax).flatMap((one) => {
    meter.draw(stepsOfPatient, 'ParticipantObjectID');
    return patientOfText(one.trim()) ?? [];
  });
}

function ofOneDomain(numbers: readonly PatientReference[], authorities: readonly string[]): readonly PatientReference[] {
  const domains = new Map<string | undefined, Map<string, PatientReference>>();
  for (const number of numbers) {
    const domain = domains.get(number.authority) ?? new Map<string, PatientReference>();
    domains.set(number.authority, domain.set(number.id, number));
  }
  const most = Math.max(0, ...[...domains.values()].map(({ size }) => size));
  const longest = [...domains.values()].filter(({ size }) => size === most).map((domain) => [...domain.values()]);
  const firsts = longest.flatMap(([first]) => first ?? []);
  if (!firsts.length) return [];
  const chosen = chooseIdentifier(firsts, authorities);
  return longest.find(([first]) => first === chosen) ?? [];
}
