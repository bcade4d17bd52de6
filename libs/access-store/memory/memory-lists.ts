import { type Clinic, clinic, type ListEntry, listEntry } from '#libs/contracts/list-entry.js';
import { changesOfFile, keyOf, type ListStore, withControllers } from '../contract/lists.js';

/** Lists and register in memory, for tests. */
export class MemoryLists implements ListStore {
  readonly #entries = new Map<string, ListEntry>();
  readonly #clinics = new Map<string, Clinic>();
  readonly #ofFile = new Map<string, Clinic>();

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

  async clinics(whose?: 'people'): Promise<readonly Clinic[]> {
    return sorted(whose ? this.#clinics : new Map([...this.#ofFile, ...this.#clinics]));
  }

  async putClinics(clinics: readonly Clinic[]): Promise<void> {
    for (const one of withControllers(clinics, await this.clinics())) this.#clinics.set(keyOf(one), clinic.parse(one));
  }

  async keepFile(clinics: readonly Clinic[]): Promise<number> {
    const { put, removed } = changesOfFile(clinics, sorted(this.#clinics), sorted(this.#ofFile));
    for (const one of put) this.#ofFile.set(keyOf(one), clinic.parse(one));
    for (const one of removed) this.#ofFile.delete(keyOf(one));
    return put.length + removed.length;
  }

  async fingerprint(): Promise<string> {
    return JSON.stringify([sorted(this.#entries), sorted(this.#clinics)]);
  }
}

function sorted<T>(map: ReadonlyMap<string, T>): readonly T[] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}
