import { isNationalNumber, nationalNumberOf } from '#libs/pseudonyms/national-number.js';
import type { PatientReference } from './event.js';
import { bareNumber } from './identity.js';
import { patientOfText } from './record/patients.js';

/** Shorter numbers are given by tables to users and patients alike: user 12 is not patient 12. */
const tellingLength = 6;

/** What stands around a number that is written with whose it is: `8001234^^^IPP`, `urn:ipp|8001234`, `8001234@portal`, `PATIENTS\8001234`. */
const around = /[^\p{L}\p{N}._-]+/u;
/** The same, and what stands between the words of a name: `patient-8001234`. A UUID is one number for all its signs. */
const betweenWords = /[^\p{L}\p{N}]+/u;
/** An OID of whoever numbers professionals has as many digits, and points between them. */
const inOnePiece = /^\d{6}[\dAB]\d{6,8}$/i;
const reference = /(?:^|\/)Patient\/[^/]/;

/** An account with the number of a patient of the same event, or with a number that only people have, is a patient: its number must not be told. */
export function patientOfAccount(account: string, patients: readonly PatientReference[]): PatientReference | undefined {
  return patientNamedIn(account, patients) ?? nationalNumberIn(account);
}

/** The patient of the same event whose number the account has, by itself or with signs or words around it, or whom it refers to as FHIR does. */
export function patientNamedIn(account: string, patients: readonly PatientReference[]): PatientReference | undefined {
  const numbers = numbersIn(account).filter((number) => number.length >= tellingLength);
  const same = numbers.length ? patients.find(({ id }) => numbers.includes(bareNumber(id))) : undefined;
  return same ?? (reference.test(account) ? patientOfText(account) : undefined);
}

/** The number in an account that only people have, whoever else it is said to be. */
export function nationalNumberIn(account: string): PatientReference | undefined {
  const number = [account, ...account.split(around).filter((part) => inOnePiece.test(part))].find(isNationalNumber);
  return number === undefined ? undefined : { id: number };
}

function numbersIn(account: string): readonly string[] {
  const whole = bareNumber(nationalNumberOf(account) ?? account);
  if (whole === account) return [whole];
  return [whole, ...[...account.split(around), ...account.split(betweenWords)].filter(Boolean).map(bareNumber)];
}
