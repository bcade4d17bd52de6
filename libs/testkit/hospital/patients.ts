import { mix } from './random.js';
import type { PatientName } from './event.js';

/** Half an identifier: six digits. */
const half = 1_000_000;
const rounds = 4;
export const patientsMax = half * half;

/**
 * The invented number of a patient: an 8 and twelve digits that look random, so that it is met nowhere by chance, and different for every
 * patient: a Feistel network over two halves of six digits with addition modulo 10^6 (M. Luby, C. Rackoff, 1988).
 */
export function patientIdentifier(seed: number, patient: number): string {
  let left = Math.floor(patient / half);
  let right = patient % half;
  for (let round = 0; round < rounds; round += 1) {
    const next = (left + mix(seed, round, right)) % half;
    left = right;
    right = next;
  }
  return `8${digits(left)}${digits(right)}`;
}

/** The imaging archive numbers its patients itself, and says so. */
export const imagingAuthority = 'urn:helix:imaging';

export function imagingName(seed: number, patient: number): PatientName {
  return { id: patientIdentifier(mix(seed, 0x1ace), patient), authority: imagingAuthority };
}

function digits(value: number): string {
  return String(value).padStart(6, '0');
}
