import type { CareStay } from '#libs/contracts/care/care-fact.js';
import { PatientKey } from './patient-key.js';

type Version = Omit<CareStay, 'what' | 'group_id' | 'patient_id' | 'stay_id'>;

/** Of one patient, each stay in its versions. */
interface Stayed {
  readonly key: PatientKey;
  readonly stays: Map<string, Version[]>;
}

/** The stays and appointments of patients, each in its versions. */
export class Stays {
  /** By a part of the pseudonym that makes a number; those who share it are told apart by the whole. */
  readonly #byHash = new Map<number, Stayed[]>();
  readonly #key = new PatientKey();

  get size(): number {
    return this.#byHash.size;
  }

  /** `group` is the number of its group in the memory. */
  take({ patient_id: patient, stay_id: stay, from, until, visible, received_at }: CareStay, group: number): void {
    if (!this.#key.set(patient, group)) return;
    const stays = this.#of(this.#key)?.stays ?? this.#add(this.#key);
    const versions = stays.get(stay) ?? [];
    const one = { from, until, visible, received_at };
    if (versions.every((other) => isBefore(one, other) || isBefore(other, one))) versions.push(one);
    versions.sort((a, b) => (isBefore(a, b) ? -1 : 1));
    stays.set(stay, versions);
  }

  /** Whether any stay of the patient links it in a step, by the newest versions that are visible then. */
  links(patient: PatientKey, step: number): boolean {
    const stayed = this.#of(patient);
    if (!stayed) return false;
    for (const versions of stayed.stays.values()) {
      const newest = versions.findLast(({ visible }) => visible <= step);
      if (newest && newest.from <= step && step < newest.until) return true;
    }
    return false;
  }

  /** Forgets versions that no access from `lowest` on asks for. */
  forget(lowest: number): void {
    for (const [hash, patients] of this.#byHash) {
      for (const { stays } of patients) forgetIn(stays, lowest);
      const kept = patients.filter(({ stays }) => stays.size > 0);
      if (kept.length === 0) this.#byHash.delete(hash);
      else if (kept.length < patients.length) this.#byHash.set(hash, kept);
    }
  }

  #of(patient: PatientKey): Stayed | undefined {
    const patients = this.#byHash.get(patient.w0);
    if (!patients) return undefined;
    for (const one of patients) if (one.key.isSame(patient)) return one;
    return undefined;
  }

  #add({ w0, w1, w2, w3 }: PatientKey): Map<string, Version[]> {
    const key = Object.assign(new PatientKey(), { w0, w1, w2, w3 });
    const stays = new Map<string, Version[]>();
    this.#byHash.set(w0, [...(this.#byHash.get(w0) ?? []), { key, stays }]);
    return stays;
  }
}

function forgetIn(stays: Map<string, Version[]>, lowest: number): void {
  for (const [stay, versions] of stays) {
    const newest = versions.findLastIndex(({ visible }) => visible <= lowest);
    if (newest > 0) versions.splice(0, newest);
    if (versions.length === 1 && newest >= 0 && (versions[0]?.until ?? 0) <= lowest) stays.delete(stay);
  }
}

/** An order of versions that depends on nothing but what they say. */
function isBefore(a: Version, b: Version): boolean {
  if (a.visible !== b.visible) return a.visible < b.visible;
  if (a.received_at !== b.received_at) return a.received_at < b.received_at;
  return a.from === b.from ? a.until < b.until : a.from < b.from;
}
