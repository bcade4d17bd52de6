import type { Clinic, ListEntry } from '#libs/contracts/list-entry.js';
import { type ListValue, type ValueLists, closedClinicsOf, mergeLists } from '#libs/detection/rules/load/lists.js';

/** What is in the lists and in the register of clinics now. Every method rejects with `Transient` when the store does not answer. */
export interface ListStore {
  /** Values of a list, or of all lists, in order of list, group and value. */
  entries(listName?: string): Promise<readonly ListEntry[]>;
  /** Adds values, or takes them out; one with the same list, group and value is replaced. */
  put(entries: readonly ListEntry[], how?: { readonly removed: boolean }): Promise<void>;
  /** In order of group and clinic. */
  clinics(): Promise<readonly Clinic[]>;
  /** Adds clinics; one with the same group and id is replaced, but keeps its controller where the new one names none. */
  putClinics(clinics: readonly Clinic[]): Promise<void>;
  /** Another text whenever something in the lists or the register is another. */
  fingerprint(): Promise<string>;
}

/** The clinics with who answers for each: as given, else as known, else the clinic itself. */
export function withControllers(clinics: readonly Clinic[], known: readonly Clinic[]): readonly Required<Clinic>[] {
  const before = new Map(known.map((one) => [keyOf(one), one.controller_id]));
  return clinics.map((one) => ({ ...one, controller_id: one.controller_id ?? before.get(keyOf(one)) ?? one.clinic_id }));
}

function keyOf({ group_id, clinic_id }: Clinic): string {
  return `${group_id}\0${clinic_id}`;
}

/** All lists of the store by name as rules take them, the closed clinics of the register among them. */
export async function readStoredLists(store: Pick<ListStore, 'entries' | 'clinics'>): Promise<ValueLists> {
  return mergeLists(listsOf(await store.entries()), closedClinicsOf(await store.clinics()));
}

function listsOf(entries: readonly ListEntry[]): ValueLists {
  const lists = new Map<string, ListValue[]>();
  for (const entry of entries) {
    const values = lists.get(entry.list_name);
    if (values) values.push(valueOf(entry));
    else lists.set(entry.list_name, [valueOf(entry)]);
  }
  return lists;
}

function valueOf({ value, valid_from, valid_until, group_id }: ListEntry): ListValue {
  return {
    text: value,
    ...(valid_from !== null && { fromMs: Date.parse(valid_from) }),
    ...(valid_until !== null && { untilMs: Date.parse(valid_until) }),
    ...(group_id !== '' && { groupId: group_id }),
  };
}
