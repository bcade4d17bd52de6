import type { CareStay } from '#libs/contracts/care/care-fact.js';

type Version = Omit<CareStay, 'what' | 'group_id' | 'patient_id' | 'stay_id'>;

/** The stays and appointments of patients, each in its versions. */
export class Stays {
  readonly #byPatient = new Map<string, Map<string, Version[]>>();

  get size(): number {
    return this.#byPatient.size;
  }

  take({ patient_id: patient, stay_id: stay, from, until, visible, received_at }: CareStay): void {
    const stays = this.#byPatient.get(patient) ?? new Map<string, Version[]>();
    const versions = stays.get(stay) ?? [];
    const one = { from, until, visible, received_at };
    if (versions.every((other) => isBefore(one, other) || isBefore(other, one))) versions.push(one);
    versions.sort((a, b) => (isBefore(a, b) ? -1 : 1));
    stays.set(stay, versions);
    this.#byPatient.set(patient, stays);
  }

  /** Whether any stay of the patient links it in a step, by the newest versions that are visible then. */
  links(patient: string, step: number): boolean {
    const stays = this.#byPatient.get(patient);
    if (!stays) return false;
    for (const versions of stays.values()) {
      const newest = versions.findLast(({ visible }) => visible <= step);
      if (newest && newest.from <= step && step < newest.until) return true;
    }
    return false;
  }

  /** Forgets versions that no access from `lowest` on asks for. */
  forget(lowest: number): void {
    for (const [patient, stays] of this.#byPatient) {
      for (const [stay, versions] of stays) {
        const newest = versions.findLastIndex(({ visible }) => visible <= lowest);
        if (newest > 0) versions.splice(0, newest);
        if (versions.length === 1 && newest >= 0 && (versions[0]?.until ?? 0) <= lowest) stays.delete(stay);
      }
      if (stays.size === 0) this.#byPatient.delete(patient);
    }
  }
}

/** An order of versions that depends on nothing but what they say. */
function isBefore(a: Version, b: Version): boolean {
  if (a.visible !== b.visible) return a.visible < b.visible;
  if (a.received_at !== b.received_at) return a.received_at < b.received_at;
  return a.from === b.from ? a.until < b.until : a.from < b.from;
}
