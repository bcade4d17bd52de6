import { type Clinic, closedClinicsList, type ListEntry } from '#libs/contracts/list-entry.js';

/** A value of a list as rules take it: it holds for accesses with `fromMs <= time < untilMs` of its group; what is left out is no limit. */
export interface ListValue {
  readonly text: string;
  readonly fromMs?: number;
  readonly untilMs?: number;
  readonly groupId?: string;
}

/** What is in the lists and in the register of clinics now. Every method rejects with `Transient` when the store does not answer. */
export interface ListStore {
  /** Values of a list, or of all lists, in order of list, group and value. */
  entries(listName?: string): Promise<readonly ListEntry[]>;
  /** Adds values, or takes them out; one with the same list, group and value is replaced. */
  put(entries: readonly ListEntry[], how?: { readonly removed: boolean }): Promise<void>;
  /** In order of group and clinic. */
  clinics(): Promise<readonly Clinic[]>;
  /** Adds clinics; one with the same group and id is replaced. */
  putClinics(clinics: readonly Clinic[]): Promise<void>;
  /** Another text whenever something in the lists or the register is another. */
  fingerprint(): Promise<string>;
}

/** All lists of the store by name, the closed clinics of the register among them. */
export async function readStoredLists(
  store: Pick<ListStore, 'entries' | 'clinics'>,
): Promise<ReadonlyMap<string, readonly ListValue[]>> {
  return listValues(await store.entries(), await store.clinics());
}

export function listValues(entries: readonly ListEntry[], clinics: readonly Clinic[]): ReadonlyMap<string, readonly ListValue[]> {
  const lists = new Map<string, ListValue[]>();
  const add = (name: string, value: ListValue) => {
    const values = lists.get(name);
    if (values) values.push(value);
    else lists.set(name, [value]);
  };
  for (const { list_name, value, valid_from, valid_until, group_id } of entries)
    add(list_name, valueOf(value, valid_from, valid_until, group_id));
  for (const { clinic_id, closed_at, group_id } of clinics)
    if (closed_at !== null) add(closedClinicsList, valueOf(clinic_id, closed_at, null, group_id));
  return lists;
}

function valueOf(text: string, from: string | null, until: string | null, groupId: string): ListValue {
  return {
    text,
    ...(from !== null && { fromMs: Date.parse(from) }),
    ...(until !== null && { untilMs: Date.parse(until) }),
    ...(groupId !== '' && { groupId }),
  };
}
