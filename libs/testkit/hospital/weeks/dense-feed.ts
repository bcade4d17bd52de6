import type { Access } from '../event.js';
import type { Hospital } from '../hospital.js';
import { at as itemAt, mix } from '../random.js';

/** Records that were open last in a clinic, among which the one beside is found. */
const shownMost = 60;

/** A feed that also reports the record beside the one that is opened, as a work list shows it. */
export class DenseFeed {
  readonly #shown = new Map<number, number[]>();

  constructor(private readonly hospital: Hospital) {}

  /** To be asked for every access, in order of time; nothing for what opens no record, and for programs. */
  beside(access: Access): Access | undefined {
    const { session, patients, clinic, at } = access;
    const [patient] = patients;
    if (session.account.kind !== 'human' || patient === undefined || patients.length > 1 || access.cause?.kind === 'attack')
      return undefined;
    const shown = this.#shown.get(clinic.index) ?? [];
    this.#shown.set(clinic.index, shown);
    const beside = shown.length ? itemAt(shown, mix(this.hospital.seed, 61, patient, at) % shown.length) : patient;
    shown.push(patient);
    if (shown.length > shownMost) shown.shift();
    if (beside === patient) return undefined;
    return { session, clinic, at, action: 'read', patients: [beside], categories: ['identity'] };
  }
}
