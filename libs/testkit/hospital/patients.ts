import { mix } from './random.js';
import type { PatientName } from './event.js';

/** Numbers are given out a thousand at a time, one after the other; so many thousands there are at most, in two parts. */
const run = 1_000;
const high = 100_000;
const low = 10_000;
const rounds = 4;
export const patientsMax = high * low * run;

/**
 * The invented number of a patient: an 8 and twelve digits. Patients who follow one another in a clinic's register have numbers that follow
 * one another, as where a counter gives them out; where a thousand begins looks random, so that a number is met nowhere by chance. Different
 * for every patient: a Feistel network over the thousands, with addition modulo 10^5 and 10^4 (M. Luby, C. Rackoff, 1988).
 */
export function patientIdentifier(seed: number, patient: number): string {
  const thousand = Math.floor(patient / run);
  let left = Math.floor(thousand / low);
  let right = thousand % low;
  for (let round = 0; round < rounds; round += 1) {
    if (round % 2) right = (right + mix(seed, round, left)) % low;
    else left = (left + mix(seed, round, right)) % high;
  }
  return `8${digits(left, 5)}${digits(right, 4)}${digits(patient % run, 3)}`;
}

/** The imaging archive numbers its patients itself, and says so. */
export const imagingAuthority = 'urn:helix:imaging';

export function imagingName(seed: number, patient: number): PatientName {
  return { id: patientIdentifier(mix(seed, 0x1ace), patient), authority: imagingAuthority };
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}
