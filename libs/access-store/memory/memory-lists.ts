import { type Clinic, clinic, type ListEntry, listEntry } from '#libs/contracts/list-entry.js';
import { type ListStore, withControllers } from '../contract/lists.js';

/** Lists and register in memory, for tests. */
export class MemoryLists implements ListStore {
  readonly #entries = new Map<string, ListEntry>();
  readonly #clinics = new Map<string, Clinic>();

  async entries(listName?: string): Promise<readonly ListEntry[]> {
    return sorted(this.#entries).filter(({ list_name }) => listName === undefined || list_name === listName);
  }

  async put(entries: readonly ListEntry[], { removed }: { readonly removed: boolean } = { removed: false }): Promise<void> {
    for (const entry of entries) {
      const key = [entry.list_name, entry.group_id, entry.value].join('\0');
      if (removed) this.#entries.delete(key);
      else this.#entries.set(key, listEntry.parse(entry));
    }
  }

  async clinics(): Promise<readonly Clinic[]> {
    return sorted(this.#clinics);
  }

  async putClinics(clinics: readonly Clinic[]): Promise<void> {
    for (const one of withControllers(clinics, await this.clinics()))
      this.#clinics.set([one.group_id, one.clinic_id].join('\0'), clinic.parse(one));
  }

  async fingerprint(): Promise<string> {
    return JSON.stringify([sorted(this.#entries), sorted(this.#clinics)]);
  }
}

function sorted<T>(map: ReadonlyMap<string, T>): readonly T[] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}
